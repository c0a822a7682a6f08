#!lua flags=no-writes
-- Who is in a channel. One step, so that each has its data.
-- KEYS  1 members scored by their time  2 their data
-- ARGV  1 limit  2 most bytes; one member always fits
-- Reply {session, data, …}
--@include lib-time.lua
local reply, sum, room = {}, 0, tonumber(ARGV[2])
local sessions = redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. int(now()), '+inf', 'LIMIT', 0, ARGV[1])
for _, session in ipairs(sessions) do
  local data = redis.call('HGET', KEYS[2], session)
  if data then
    sum = sum + #session + #data
    if #reply > 0 and sum > room then
      break
    end
    reply[#reply + 1] = session
    reply[#reply + 1] = data
  end
end
return reply

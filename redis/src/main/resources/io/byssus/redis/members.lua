#!lua flags=no-writes
-- Who is in a channel. One step, so that each has its data.
-- KEYS  1 members scored by their time  2 their data
-- ARGV  1 limit
-- Reply {session, data, …}
--@include lib-time.lua
local reply = {}
local sessions = redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. int(now()), '+inf', 'LIMIT', 0, ARGV[1])
for _, session in ipairs(sessions) do
  local data = redis.call('HGET', KEYS[2], session)
  if data then
    reply[#reply + 1] = session
    reply[#reply + 1] = data
  end
end
return reply

#!lua flags=no-writes
-- Who is in a channel, by their names, and how many there are. One step, so that each has its data, and the number is
-- that of the same moment. Those whose time has passed, and whom nobody has dropped yet, are passed over.
-- KEYS  1 members scored by their time  2 their data  3 members by their names
-- ARGV  1 limit  2 most bytes; one member always fits
-- Reply {how many there are, session, data, …}
--@include lib-time.lua
local time, sum, room, left = now(), 0, tonumber(ARGV[2]), tonumber(ARGV[1])
local reply = {redis.call('ZCOUNT', KEYS[1], '(' .. int(time), '+inf')}
local from = '-'
while left > 0 and #reply - 1 < 2 * reply[1] do
  local sessions = redis.call('ZRANGE', KEYS[3], from, '+', 'BYLEX', 'LIMIT', 0, 100)
  for _, session in ipairs(sessions) do
    local till = redis.call('ZSCORE', KEYS[1], session)
    local data = till and tonumber(till) > time and redis.call('HGET', KEYS[2], session)
    if data then
      sum = sum + #session + #data
      if left == 0 or #reply > 1 and sum > room then
        return reply
      end
      left = left - 1
      reply[#reply + 1] = session
      reply[#reply + 1] = data
    end
  end
  if #sessions == 0 then
    break
  end
  from = '(' .. sessions[#sessions]
end
return reply

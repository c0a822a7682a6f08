#!lua flags=no-writes
-- Who is in a channel, by their names, and how many there are. One step, so that each has its data, and the number is
-- that of the same moment. Those whose time has passed, and whom nobody has dropped yet, are passed over.
-- KEYS  1 members scored by their time  2 their data  3 members by their names
-- ARGV  1 limit  2 most bytes; one member always fits
-- Reply {how many there are, session, data, …}
--@include lib-time.lua
local time, sum, room, left = now(), 0, tonumber(ARGV[2]), tonumber(ARGV[1])
local reply = {redis.call('ZCOUNT', KEYS[1], '(' .. int(time), '+inf')}
if left == 0 then
  return reply
end
-- As a rule nobody's time has passed, or that of few: then it is not looked up for each.
local passed = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', int(time), 'LIMIT', 0, 200)
local many, has = #passed == 200, {}
for _, session in ipairs(passed) do
  has[session] = true
end
local function gone(session)
  if many then
    local till = redis.call('ZSCORE', KEYS[1], session)
    return not till or tonumber(till) <= time
  end
  return has[session]
end
local from = '-'
while #reply - 1 < 2 * reply[1] do
  local sessions = redis.call('ZRANGE', KEYS[3], from, '+', 'BYLEX', 'LIMIT', 0, 50)
  if #sessions == 0 then
    break
  end
  local data = redis.call('HMGET', KEYS[2], unpack(sessions))
  for i, session in ipairs(sessions) do
    if data[i] and not gone(session) then
      sum = sum + #session + #data[i]
      if left == 0 or #reply > 1 and sum > room then
        return reply
      end
      left = left - 1
      reply[#reply + 1] = session
      reply[#reply + 1] = data[i]
    end
  end
  from = '(' .. sessions[#sessions]
end
return reply

#!lua
-- Shows a member in a channel, and drops some whose time has passed. One step, so that no member is without its data,
-- and an older attachment of the session does not come between.
-- KEYS  1 members scored by their time  2 their data  3 members by their names
-- ARGV  1 session  2 owner  3 term  4 data  5 ttl ms
-- Reply {}
--@include lib-time.lua
--@include lib-presence.lua
local time = now()
drop(KEYS[1], KEYS[2], KEYS[3], time, 20)
local term = present(KEYS[1], KEYS[2], ARGV[1], time)
if term and tonumber(term) > tonumber(ARGV[3]) then
  return {} -- what an older holder says late
end
redis.call('ZADD', KEYS[1], int(time + ARGV[5]), ARGV[1])
redis.call('HSET', KEYS[2], ARGV[1], ARGV[3] .. ' ' .. ARGV[2] .. ' ' .. ARGV[4])
redis.call('ZADD', KEYS[3], 0, ARGV[1])
for _, key in ipairs(KEYS) do
  redis.call('PEXPIRE', key, int(ARGV[5] * 2))
end
return {}

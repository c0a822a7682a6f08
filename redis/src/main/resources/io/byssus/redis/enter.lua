#!lua
-- Shows a member in a channel, and drops some whose time has passed. One step, so that no member is without its data.
-- KEYS  1 members scored by their time  2 their data
-- ARGV  1 session  2 data  3 ttl ms
-- Reply {}
--@include lib-time.lua
local time = now()
for _, session in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', int(time), 'LIMIT', 0, 20)) do
  redis.call('ZREM', KEYS[1], session)
  redis.call('HDEL', KEYS[2], session)
end
redis.call('ZADD', KEYS[1], int(time + ARGV[3]), ARGV[1])
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3] * 2)
redis.call('PEXPIRE', KEYS[2], ARGV[3] * 2)
return {}

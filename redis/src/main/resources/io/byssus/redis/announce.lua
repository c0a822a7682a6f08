#!lua
-- Takes the name of a node for one run, or keeps it, and tells all nodes. One step, so that two runs never both have it.
-- KEYS  1 name  2 runs that had it, scored by when they last said so
-- ARGV  1 incarnation  2 lease ms  3 how long a run is remembered, ms  4 PUBLISH or SPUBLISH
--       5 channel that all nodes hear  6 announcement
-- Reply {1, incarnation of each run that is remembered}, or {0} if another run has the name
--@include lib-time.lua
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then
  return {0}
end
local time = now()
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
for _, run in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', int(time - ARGV[3]))) do
  redis.call('ZREM', KEYS[2], run)
end
local runs = redis.call('ZRANGE', KEYS[2], 0, -1)
redis.call('ZADD', KEYS[2], int(time), ARGV[1])
redis.call('PEXPIRE', KEYS[2], ARGV[3])
redis.call(ARGV[4], ARGV[5], ARGV[6])
return {1, unpack(runs)}

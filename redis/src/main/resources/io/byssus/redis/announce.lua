#!lua
-- Takes the name of a node for one run, or keeps it, and tells all nodes. One step, so that two runs never both have it.
-- KEYS  1 name
-- ARGV  1 incarnation  2 lease ms  3 PUBLISH or SPUBLISH  4 channel that all nodes hear  5 announcement
-- Reply 1, or 0 if another run has the name
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then
  return {0}
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
redis.call(ARGV[3], ARGV[4], ARGV[5])
return {1}

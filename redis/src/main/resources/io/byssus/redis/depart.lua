#!lua flags=allow-oom
-- Gives the name of a node back, forgets the run and tells all nodes. One step, so that nobody gives back what another
-- run has taken.
-- KEYS  1 name  2 runs that had it
-- ARGV  1 incarnation  2 PUBLISH or SPUBLISH  3 channel that all nodes hear  4 farewell
-- Reply {}
if redis.call('GET', KEYS[1]) == ARGV[1] then
  redis.call('DEL', KEYS[1])
end
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call(ARGV[2], ARGV[3], ARGV[4])
return {}

#!lua
-- Adds a session to a target of the directory, after those that are there. One step, so that all see one order.
-- KEYS  1 target
-- ARGV  1 session
-- Reply {}
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then
  local last = redis.call('ZREVRANGE', KEYS[1], 0, 0, 'WITHSCORES')
  redis.call('ZADD', KEYS[1], (last[2] or 0) + 1, ARGV[1])
end
return {}

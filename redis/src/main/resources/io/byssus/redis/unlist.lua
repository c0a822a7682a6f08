#!lua flags=allow-oom
-- Removes a session from a target of the directory.
-- KEYS  1 target
-- ARGV  1 session
-- Reply {}
redis.call('ZREM', KEYS[1], ARGV[1])
return {}

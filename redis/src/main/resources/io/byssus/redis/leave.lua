#!lua flags=allow-oom
-- Removes a member from a channel. One step, so that no data is left without its member.
-- KEYS  1 members scored by their time  2 their data
-- ARGV  1 session
-- Reply {}
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
return {}

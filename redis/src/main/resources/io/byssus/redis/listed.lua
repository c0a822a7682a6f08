#!lua flags=no-writes
-- The sessions of a target, in the order in which they were added.
-- KEYS  1 target
-- Reply {session, …}
return redis.call('ZRANGE', KEYS[1], 0, -1)

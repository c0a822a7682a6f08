#!lua flags=no-writes
-- The sessions of one partition that an owner may hold.
-- KEYS  1 those of the owner
-- Reply {id, …}
return redis.call('SMEMBERS', KEYS[1])

#!lua flags=no-writes
-- The sessions of one partition that an owner may hold.
-- KEYS  1 those of the owner
-- Reply {id, …}
-- More than there are: all of them, by a command that nodes have the right to already.
return redis.call('SRANDMEMBER', KEYS[1], 10000000)

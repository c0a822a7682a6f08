#!lua flags=no-writes
-- The sessions of a target, of which the caller sorts out those whose time has passed.
-- KEYS  1 target
-- Reply {time, {session, 'ORDER DEADLINE', …}}
--@include lib-time.lua
return {int(now()), redis.call('HGETALL', KEYS[1])}

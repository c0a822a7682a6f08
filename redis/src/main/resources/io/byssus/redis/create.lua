#!lua
-- Makes a session, and removes one of the same id whose time has passed. One step, so that it has all its parts or
-- none, and nothing of another.
-- KEYS  1 session  2 due  3 those of the owner
-- ARGV  1 id  2 user  3 owner  4 token  5 tags  6 ttl ms  7 lineage of this primary  8 prefix of the partition's keys
--       9… attributes: field, value
-- Reply {term}, also if there is one already: what has become of it stays; or, with the one that was removed,
--       {term, {id, user, tags, {channel, …}, owner, term}}
--@include lib-time.lua
--@include lib-session.lua
local time = now()
local term = int(buried(ARGV[8], ARGV[1]) + 1)
local s = redis.call('HMGET', KEYS[1], 'd', 'x')
local replaced
if s[1] then
  if living(s[1], s[2], time) then
    return {term}
  end
  replaced = remove(ARGV[8], ARGV[1])
end
redis.call('HSET', KEYS[1], 'u', ARGV[2], 'o', ARGV[3], 't', term, 'd', '0', 'ru', ARGV[4], 'rh', '', 'g', ARGV[5],
  'x', int(time + ARGV[6]), 'il', ARGV[7], unpack(ARGV, 9))
redis.call('PEXPIREAT', KEYS[1], int(time + ARGV[6] + UNSWEPT))
redis.call('ZADD', KEYS[2], int(time + ARGV[6]), ARGV[1])
redis.call('SADD', KEYS[3], ARGV[1])
redis.call('PEXPIRE', KEYS[3], int(ARGV[6] + UNSWEPT))
return {term, replaced}

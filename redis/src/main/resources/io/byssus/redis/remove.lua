#!lua flags=allow-oom
-- Removes a session with all its parts. One step, so that one caller is told what it leaves.
-- KEYS  1 session
-- ARGV  1 id  2 prefix of the partition's keys  3 owner, '' whoever holds it  4 term  5 how long a tombstone stands, ms
-- Reply {id, user, tags, {channel, …}, owner, term}, empty if there is none or the lease is lost
--@include lib-time.lua
--@include lib-session.lua
local time = now()
local s = redis.call('HMGET', KEYS[1], 'd', 'x', 't')
if not living(s[1], s[2], time) or ARGV[3] ~= '' and not held(KEYS[1], ARGV[3], ARGV[4]) then
  return {}
end
bury(ARGV[2], ARGV[1], s[3], ARGV[5])
return remove(ARGV[2], ARGV[1])

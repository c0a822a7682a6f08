#!lua flags=allow-oom
-- Removes a session with all its parts. One step, so that one caller is told what it leaves.
-- KEYS  1 session
-- ARGV  1 id  2 prefix of the partition's keys  3 owner, '' whoever holds it  4 term
-- Reply {id, user, tags, {channel, …}, owner, term}, empty if there is none or the lease is lost
--@include lib-time.lua
--@include lib-session.lua
local time = now()
if not living(redis.call('HGET', KEYS[1], 'x'), time)
  or ARGV[3] ~= '' and not held(KEYS[1], ARGV[3], ARGV[4], time) then
  return {}
end
return remove(ARGV[2], ARGV[1])

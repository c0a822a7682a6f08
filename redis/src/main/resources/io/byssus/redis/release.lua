#!lua flags=allow-oom
-- Detaches a session. One step, so that nobody gives back what another has claimed.
-- KEYS  1 session
-- ARGV  1 id  2 owner  3 term  4 ttl ms  5 prefix of the partition's keys
-- Reply 1, or 0 if the lease is lost; it is not when it was given back before
--@include lib-time.lua
--@include lib-session.lua
local time = now()
local s = redis.call('HMGET', KEYS[1], 'o', 't', 'd', 'x')
if s[1] ~= ARGV[2] or s[2] ~= ARGV[3] or not living(s[3], s[4], time) then
  return {0}
end
detach(ARGV[5], ARGV[1], ARGV[2], '1', tonumber(ARGV[4]), time)
return {1}

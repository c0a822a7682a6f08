#!lua
-- Writes parts of a session under a lease. One step, so that nobody writes what he lost before.
-- KEYS  1 session
-- ARGV  1 owner  2 term  3 a field that must be there, else nothing is written; '' for none
--       4 how many fields are set  5… field, value  then fields to remove
-- Reply 1, or 0 if the lease is lost
--@include lib-time.lua
--@include lib-session.lua
if not held(KEYS[1], ARGV[1], ARGV[2]) then
  return {0}
end
if ARGV[3] ~= '' and redis.call('HEXISTS', KEYS[1], ARGV[3]) == 0 then
  return {1}
end
local set = tonumber(ARGV[4]) * 2
if set > 0 then
  redis.call('HSET', KEYS[1], unpack(ARGV, 5, 4 + set))
end
if #ARGV > 4 + set then
  redis.call('HDEL', KEYS[1], unpack(ARGV, 5 + set))
end
return {1}

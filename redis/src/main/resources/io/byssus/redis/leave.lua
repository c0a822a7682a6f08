#!lua flags=allow-oom
-- Removes a member from a channel. One step, so that no data is left without its member, and nobody takes out what
-- another attachment of the session has entered.
-- KEYS  1 members scored by their time  2 their data  3 members by their names
-- ARGV  1 session  2 owner  3 term
-- Reply {}
--@include lib-time.lua
--@include lib-presence.lua
local term, owner = present(KEYS[1], KEYS[2], ARGV[1], now())
if term and (tonumber(term) > tonumber(ARGV[3]) or term == ARGV[3] and owner ~= ARGV[2]) then
  return {}
end
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
redis.call('ZREM', KEYS[3], ARGV[1])
return {}

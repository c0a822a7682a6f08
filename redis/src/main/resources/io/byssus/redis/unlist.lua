#!lua flags=allow-oom
-- Removes a session from a target of the directory.
-- KEYS  1 target
-- ARGV  1 session  2 unless it was added within so many ms  3 how long an entry lives, ms
-- Reply {}
--@include lib-time.lua
--@include lib-directory.lua
local value = redis.call('HGET', KEYS[1], ARGV[1])
if value and ARGV[1] ~= '' then
  local _, deadline = place(value)
  if deadline - ARGV[3] + ARGV[2] <= now() then
    redis.call('HDEL', KEYS[1], ARGV[1])
    redis.call('ZREM', order_of(KEYS[1]), ARGV[1])
  end
end
return {}

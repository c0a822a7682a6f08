#!lua flags=no-writes
-- What is kept of a session.
-- KEYS  1 session  2 mark of the partition
-- ARGV  1 lineage of this primary  2 lineages of all living primaries
-- Reply {}: no such session, {time, {field, value, …}}, or an error, HEALING
--@include lib-time.lua
--@include lib-session.lua
--@include lib-mark.lua
local time = now()
local s = redis.call('HMGET', KEYS[1], 'd', 'x')
if not living(s[1], s[2], time) then
  if not s[1] and healing(KEYS[2], ARGV[1], ARGV[2], time) then
    return redis.error_reply(HEALING)
  end
  return {}
end
return {int(time), redis.call('HGETALL', KEYS[1])}

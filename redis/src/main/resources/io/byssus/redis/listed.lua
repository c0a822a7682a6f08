#!lua flags=no-writes
-- The sessions of a target, of which the caller sorts out those whose time has passed.
-- KEYS  1 target  2 mark of the partition
-- ARGV  1 lineage of this primary  2 lineages of all living primaries
-- Reply {time, {session, 'ORDER DEADLINE', …}}, or an error, HEALING
--@include lib-time.lua
--@include lib-mark.lua
local time = now()
local listed = redis.call('HGETALL', KEYS[1])
if #listed == 0 and healing(KEYS[2], ARGV[1], ARGV[2], time) then
  return redis.error_reply(HEALING)
end
return {int(time), listed}

#!lua
-- Looks whether a partition has what it had, and marks it anew if not. One step, so that all nodes see one mark.
-- KEYS  1 mark
-- ARGV  1 lineage of this primary  2 lineages of all living primaries  3 a new id
--       4 the id that the node knows; '' when it has not looked before, and has nothing to write anew
-- Reply {id}
--@include lib-time.lua
--@include lib-mark.lua
local lineage, id, since = marked(KEYS[1])
local fresh = ARGV[4] == ''
if not lineage then
  id, since = ARGV[3], fresh and 0 or now()
elseif not goes_on(lineage, ARGV[1], ARGV[2]) then
  id, since = ARGV[3], now()
elseif since == 0 and not fresh and id ~= ARGV[4] then
  since = now() -- marked by one that knew of nothing
elseif lineage == ARGV[1] then
  return {id}
end
redis.call('SET', KEYS[1], ARGV[1] .. ' ' .. id .. ' ' .. int(since))
return {id}

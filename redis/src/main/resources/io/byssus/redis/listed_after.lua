#!lua flags=no-writes
-- Some sessions of a target, in their order. What is over for one whose time has passed is passed over.
-- KEYS  1 target  2 mark of the partition
-- ARGV  1 lineage of this primary  2 lineages of all living primaries  3 after this place  4 most
-- Reply {place of the last one that was looked at, '' at the end, session, …}, or an error, HEALING
--@include lib-time.lua
--@include lib-directory.lua
--@include lib-mark.lua
local time = now()
local some = redis.call('ZRANGEBYSCORE', order_of(KEYS[1]), '(' .. ARGV[3], '+inf', 'WITHSCORES', 'LIMIT', 0, ARGV[4])
if #some == 0 then
  if ARGV[3] == '0' and redis.call('EXISTS', KEYS[1]) == 0 and healing(KEYS[2], ARGV[1], ARGV[2], time) then
    return redis.error_reply(HEALING)
  end
  return {''}
end
local sessions = {}
for i = 1, #some, 2 do
  sessions[#sessions + 1] = some[i]
end
local reply = {#sessions < tonumber(ARGV[4]) and '' or some[#some]}
local found = redis.call('HMGET', KEYS[1], unpack(sessions))
for i, session in ipairs(sessions) do
  local _, deadline = place(found[i] or '0 0')
  if deadline > time then
    reply[#reply + 1] = session
  end
end
return reply

#!lua flags=allow-oom
-- Detaches sessions that a dead owner holds. One step, so that each is reported once.
-- KEYS  1 those of the owner
-- ARGV  1 owner  2 limit  3 ttl ms  4 prefix of the partition's keys
-- Reply {{id, {channel, …}, owner, term}, …}; empty when there are no more
--@include lib-time.lua
--@include lib-session.lua
local time = now()
local orphans = {}
local limit = tonumber(ARGV[2])
while #orphans < limit do
  local ids = redis.call('SRANDMEMBER', KEYS[1], limit - #orphans)
  if #ids == 0 then
    break
  end
  for _, id in ipairs(ids) do
    local key = ARGV[4] .. 's:' .. id
    local s = redis.call('HMGET', key, 'o', 'd', 't')
    if s[1] == ARGV[1] and s[2] == '0' then
      detach(ARGV[4], id, ARGV[1], '2', tonumber(ARGV[3]), time)
      orphans[#orphans + 1] = {id, channels(key), s[1], s[3]}
    else
      redis.call('SREM', KEYS[1], id)
    end
  end
end
return orphans

#!lua
-- Changes a session that nobody holds. One step, so that nobody claims it meanwhile, and then does not know of it.
-- KEYS  1 session  2 mark of the partition
-- ARGV  1 lineage of this primary  2 lineages of all living primaries  3 how many fields are set
--       4 how many subscriptions are added  5… field, value of what is set  then channel, place, 1: by the server of what
--       is added  then fields to remove
-- Reply {}: no such session, {'held', owner, term}, {'done', user, tags before}, or an error, HEALING
--@include lib-time.lua
--@include lib-session.lua
--@include lib-mark.lua
local time = now()
local s = redis.call('HMGET', KEYS[1], 'd', 'x', 'o', 't', 'u', 'g')
if not living(s[1], s[2], time) then
  if not s[1] and healing(KEYS[2], ARGV[1], ARGV[2], time) then
    return redis.error_reply(HEALING)
  end
  return {}
end
if s[1] == '0' then
  return {'held', s[3], s[4]}
end
local at = 5
for _ = 1, tonumber(ARGV[3]) do
  redis.call('HSET', KEYS[1], ARGV[at], ARGV[at + 1])
  at = at + 2
end
for _ = 1, tonumber(ARGV[4]) do
  local channel = ARGV[at]
  if redis.call('HEXISTS', KEYS[1], 'c' .. channel) == 0 then
    redis.call('HSET', KEYS[1], 'c' .. channel, ARGV[at + 1])
  end
  if ARGV[at + 2] == '1' then
    redis.call('HSET', KEYS[1], 'b' .. channel, '')
  end
  at = at + 3
end
for i = at, #ARGV do
  redis.call('HDEL', KEYS[1], ARGV[i])
end
return {'done', s[5], s[6]}

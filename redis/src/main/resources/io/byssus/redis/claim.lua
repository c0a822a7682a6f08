#!lua flags=allow-oom
-- Attaches a session, or takes it over, under the next term. One step, so that of two who come at once one is the
-- newer, and the token of a claim is used up with it.
-- KEYS  1 session  2 inbox  3 those of the claimant
-- ARGV  1 id  2 user  3 owner  4 presented token  5 next token  6 ttl ms  7 prefix of the partition's keys
--       8 how many tokens that were handed out live side by side
--       9 lineage of this primary  10 lineages of all living primaries
-- Reply an error, HEALING, {'expired'}, {'refused'}, or {'granted', term, holder or '', its term, {field, value, …}}
--@include lib-time.lua
--@include lib-session.lua
--@include lib-mark.lua
local time = now()
local s = redis.call('HMGET', KEYS[1], 'x', 'u', 'ru', 'rh', 'o', 't', 'd')
local function may_come_back()
  return healing(ARGV[7] .. 'mark', ARGV[9], ARGV[10], time)
end
if not s[1] and may_come_back() then
  return redis.error_reply(HEALING)
end
if not living(s[7], s[1], time) then
  return {'expired'}
end
local used, handed_out = s[3], {}
for i = 1, #s[4], 32 do
  handed_out[#handed_out + 1] = string.sub(s[4], i, i + 31)
end
local after = {}
local known = ARGV[4] == used
for _, token in ipairs(handed_out) do
  if token == ARGV[4] and not known then
    known, used, after = true, token, {}
    break
  end
  if token ~= ARGV[5] then -- a claim that is repeated hands the same token out again
    after[#after + 1] = token
  end
end
if s[2] ~= ARGV[2] or not known then
  if may_come_back() then -- as it was after a later claim
    return redis.error_reply(HEALING)
  end
  return {'refused'}
end
after[#after + 1] = ARGV[5]
local term = int(s[6] + 1)
redis.call('HSET', KEYS[1], 'o', ARGV[3], 't', term, 'd', '0', 'ru', used,
  'rh', table.concat(after, '', math.max(1, #after - ARGV[8] + 1)))
if s[5] ~= ARGV[3] then
  redis.call('SREM', ARGV[7] .. 'o:' .. s[5], ARGV[1])
end
redis.call('SADD', KEYS[3], ARGV[1])
redis.call('PEXPIRE', KEYS[3], int(ARGV[6] + UNSWEPT))
start(KEYS[1], KEYS[2], tonumber(ARGV[6]), time)
return {'granted', term, s[7] == '0' and s[5] or '', s[6], redis.call('HGETALL', KEYS[1])}

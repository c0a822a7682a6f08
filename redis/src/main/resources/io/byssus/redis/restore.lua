#!lua
-- Writes a session anew as its holder knows it, if nobody has it under another lease of this term or a later one, and it
-- was not ended or given back. One step, so that nobody is overwritten who came in between.
-- KEYS  1 session  2 inbox  3 due  4 those of the owner
-- ARGV  1 id  2 user  3 owner  4 term  5 token used last  6 tokens handed out since  7 tags  8 ttl ms
--       9 prefix of the partition's keys  10 lineage of this primary  11 offset acknowledged in the inbox
--       12 newest offset that was sent  13 by how much offsets leap if nothing is left of the inbox
--       14… attributes and subscriptions: field, value
-- Reply 1, or 0 if it is not to be
--@include lib-time.lua
--@include lib-session.lua
--@include lib-inbox.lua
local time = now()
local term = tonumber(ARGV[4])
if buried(ARGV[9], ARGV[1]) >= term then
  return {0}
end
local s = redis.call('HMGET', KEYS[1], 'o', 't', 'd', 'ia', 'it', 'ib', 'il')
local leap = tonumber(ARGV[13])
if s[2] then
  local newest = tonumber(s[2])
  if newest > term or newest == term and (s[1] ~= ARGV[3] or s[3] == '1') then
    return {0}
  end
  if s[1] ~= ARGV[3] then
    redis.call('SREM', ARGV[9] .. 'o:' .. s[1], ARGV[1])
  end
  leap = 0
elseif redis.call('EXISTS', KEYS[2]) == 1 then
  -- Only the session itself was lost.
  s[5], s[6] = last(KEYS[2]), int(bytes(KEYS[2]))
  leap = 0
end
local top = math.max(tonumber(s[5] or 0), ARGV[12] + leap)
if top > tonumber(s[5] or 0) then
  -- The stream counts on from here by itself.
  redis.call('XTRIM', KEYS[2], 'MAXLEN', 0)
  redis.call('XADD', KEYS[2], '0-' .. int(top), 't', '0', 'n', '0', 'e', '')
  redis.call('XDEL', KEYS[2], '0-' .. int(top))
  s[6] = '0'
end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'u', ARGV[2], 'o', ARGV[3], 't', ARGV[4], 'd', '0', 'ru', ARGV[5], 'rh', ARGV[6],
  'g', ARGV[7], 'il', s[7] or ARGV[10])
if top > 0 then
  redis.call('HSET', KEYS[1], 'it', int(top), 'ib', s[6] or '0',
    'ia', int(math.max(tonumber(s[4] or 0), math.min(top, tonumber(ARGV[11])))))
end
for i = 14, #ARGV, 2 do
  redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
end
start(KEYS[1], KEYS[2], tonumber(ARGV[8]), time)
redis.call('ZADD', KEYS[3], int(time + ARGV[8]), ARGV[1])
redis.call('SADD', KEYS[4], ARGV[1])
redis.call('PEXPIRE', KEYS[4], int(ARGV[8] + UNSWEPT))
return {1}

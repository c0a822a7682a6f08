#!lua
-- Appends to an inbox and wakes the node that holds the session. One step, so that a reader who was woken finds it.
-- KEYS  1 session  2 inbox  3 the dedupe ids that the inbox took, scored by when; the inbox again for none
-- ARGV  1 session id  2 envelope  3 bytes of its data  4 most messages  5 most bytes  6 age ms
--       7 PUBLISH or SPUBLISH  8 prefix of the channels that wake an owner
--       9 lineage of this primary  10 lineages of all living primaries  11 by how much offsets leap
--       12 u or g: the session must be of this user, have this tag; '' for neither  13 the user or tag
--       14 mark of the partition  15 dedupe id, '' for none  16 for how long it is remembered, ms
-- Reply {'stored', 1: attached}, {'again', 1: attached}: it has that id, {'full'}, {'none'}: no such session, or it is
--       not meant; or an error, HEALING
--@include lib-time.lua
--@include lib-session.lua
--@include lib-inbox.lua
--@include lib-mark.lua
local time = now()
local s = redis.call('HMGET', KEYS[1], 'x', 'o', 'd', 'ib', 'it', 'il')
if not s[1] and healing(ARGV[14], ARGV[9], ARGV[10], time) then
  return redis.error_reply(HEALING)
end
if not living(s[3], s[1], time) or not meant(KEYS[1], ARGV[12], ARGV[13]) then
  return {'none'}
end
local attached = s[3] == '0' and 1 or 0
if ARGV[15] ~= '' then
  local taken = redis.call('ZSCORE', KEYS[3], ARGV[15])
  if taken and taken + ARGV[16] > time then
    return {'again', attached}
  end
end
local bytes = tonumber(s[4] or 0)
local size = tonumber(ARGV[3])
local count = redis.call('XLEN', KEYS[2])
if count >= tonumber(ARGV[4]) or bytes + size > tonumber(ARGV[5]) then
  bytes = drop_old(KEYS[2], KEYS[1], bytes, tonumber(ARGV[6]), time)
  count = redis.call('XLEN', KEYS[2])
  if count >= tonumber(ARGV[4]) or bytes + size > tonumber(ARGV[5]) then
    return {'full'}
  end
end
local id = '0-*'
if s[6] ~= ARGV[9] and not string.find(ARGV[10], s[6], 1, true) then
  -- The primary before may have had more, and have shown it: its offsets must not name others now.
  id = '0-' .. int((s[5] or 0) + ARGV[11])
end
id = redis.call('XADD', KEYS[2], id, 't', int(time), 'n', ARGV[3], 'e', ARGV[2])
redis.call('HSET', KEYS[1], 'ib', int(bytes + size), 'it', string.sub(id, 3), 'il', ARGV[9])
if count == 0 then
  redis.call('PEXPIREAT', KEYS[2], int(s[1] + UNSWEPT))
end
if ARGV[15] ~= '' then
  redis.call('ZADD', KEYS[3], int(time), ARGV[15])
  for _, oldest in ipairs(redis.call('ZRANGE', KEYS[3], 0, int(-1 - ARGV[4]))) do
    redis.call('ZREM', KEYS[3], oldest)
  end
  redis.call('PEXPIRE', KEYS[3], ARGV[16])
end
if attached == 1 then
  redis.call(ARGV[7], ARGV[8] .. s[2], ARGV[1])
end
return {'stored', attached}

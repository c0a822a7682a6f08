#!lua
-- The newest publication of each channel that a node listens to, which is in use by that.
-- KEYS  stream and Hash of each
-- ARGV  1 ms to live unused, '' to leave that as it is
-- Reply {EPOCH-OFFSET, envelope, …}, both '' for a channel without any
--@include lib-time.lua
--@include lib-channel.lua
local reply = {}
if ARGV[1] ~= '' then
  redis.call('PEXPIRE', (index_of(KEYS[1])), int(math.max(LISTED, ARGV[1] * 2)))
end
local till = ARGV[1] ~= '' and int(now() + ARGV[1] * 1.25)
for i = 1, #KEYS, 2 do
  local entry = redis.call('XREVRANGE', KEYS[i], '+', '-', 'COUNT', 1)[1]
  reply[i] = entry and entry[1] or ''
  reply[i + 1] = entry and entry[2][4] or ''
  if till and redis.call('PEXPIREAT', KEYS[i], till) == 1 then
    redis.call('PEXPIREAT', KEYS[i + 1], till)
    redis.call('HSET', KEYS[i + 1], 'until', till)
  end
end
return reply

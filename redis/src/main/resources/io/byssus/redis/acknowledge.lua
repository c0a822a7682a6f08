#!lua flags=allow-oom
-- Forgets what was acknowledged in an inbox, under a lease. One step, so that nobody trims what he lost before.
-- KEYS  1 session  2 inbox
-- ARGV  1 owner  2 term  3 offset
-- Reply 1, or 0 if the lease is lost
--@include lib-time.lua
--@include lib-session.lua
local s = redis.call('HMGET', KEYS[1], 'o', 't', 'd', 'it', 'ib', 'ia')
if s[1] ~= ARGV[1] or s[2] ~= ARGV[2] or s[3] ~= '0' then
  return {0}
end
local offset = math.min(tonumber(ARGV[3]), tonumber(s[4] or 0))
if offset > tonumber(s[6] or 0) then
  local bytes = tonumber(s[5] or 0)
  for _, entry in ipairs(redis.call('XRANGE', KEYS[2], '-', '0-' .. int(offset))) do
    bytes = bytes - tonumber(entry[2][4])
  end
  redis.call('XTRIM', KEYS[2], 'MINID', '0-' .. int(offset + 1))
  redis.call('HSET', KEYS[1], 'ia', int(offset), 'ib', int(bytes))
end
return {1}

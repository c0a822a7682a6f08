#!lua flags=allow-oom
-- Reads an inbox under a lease. One step, so that the page belongs to the top that is told.
-- KEYS  1 session  2 inbox
-- ARGV  1 owner  2 term  3 after this offset  4 limit  5 age ms  6 most bytes; one message always fits
-- Reply {}: the lease is lost; {top, {offset id, envelope, …}}
--@include lib-time.lua
--@include lib-session.lua
--@include lib-inbox.lua
local time = now()
local s = redis.call('HMGET', KEYS[1], 'o', 't', 'd', 'it', 'ib')
if s[1] ~= ARGV[1] or s[2] ~= ARGV[2] or s[3] ~= '0' then
  return {}
end
local items = {}
if tonumber(ARGV[4]) > 0 then
  local function page()
    return redis.call('XRANGE', KEYS[2], '(0-' .. ARGV[3], '+', 'COUNT', ARGV[4])
  end
  local entries = page()
  if entries[1] and tonumber(entries[1][2][2]) + ARGV[5] <= time then
    drop_old(KEYS[2], KEYS[1], tonumber(s[5] or 0), tonumber(ARGV[5]), time)
    entries = page()
  end
  local sum, room = 0, tonumber(ARGV[6])
  for _, entry in ipairs(entries) do
    sum = sum + #entry[2][6]
    if #items > 0 and sum > room then
      break
    end
    items[#items + 1] = entry[1]
    items[#items + 1] = entry[2][6]
  end
end
return {s[4] or '0', items}

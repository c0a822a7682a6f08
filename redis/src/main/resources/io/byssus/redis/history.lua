#!lua
-- Reads a channel: on from a position, or its newest. One step, so that the items reach up to the top that is told.
-- A channel that nobody used begins here, so that its top is a position that can be read on from.
-- KEYS  1 stream  2 its Hash
-- ARGV  1 epoch of the position, '' for none  2 its offset  3 limit  4 for how long is kept, ms  5 ms to live unused
--       6 lineage of this primary  7 a new epoch  8 how many are kept
-- Reply {epoch, top, '' or why there is a hole, {EPOCH-OFFSET, envelope, …}}
--@include lib-time.lua
--@include lib-channel.lua
local time = now()
local age, ttl, size = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[8])
local limit = tonumber(ARGV[3])
local channel = redis.call('HMGET', KEYS[2], 'epoch', 'past', 'until', 'expired')
local epoch, top = channel[1], '0'
if epoch and redis.call('EXISTS', KEYS[1]) == 1 then
  local _, offset = newest(KEYS[1])
  top = offset
else
  epoch = begin(KEYS[1], KEYS[2], nil, ARGV[6], ARGV[7])
end
if stale(channel[3], ttl, time) then
  refresh(KEYS[1], KEYS[2], ttl, age, time)
  channel[4] = redis.call('HGET', KEYS[2], 'expired')
end

local function young(entry)
  return tonumber(entry[2][2]) + age > time
end

local function reply(why, entries, from, to, step)
  local items = {}
  for i = from, to, step do
    items[#items + 1] = entries[i][1]
    items[#items + 1] = entries[i][2][4]
  end
  return {epoch, top, why, items}
end

if ARGV[1] == '' then
  if limit == 0 then
    return reply('', {}, 1, 0, 1)
  end
  local entries = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', math.min(limit, size))
  local oldest = 0
  while entries[oldest + 1] and young(entries[oldest + 1]) do
    oldest = oldest + 1
  end
  return reply('', entries, oldest, 1, -1)
end

local stands = tonumber(ARGV[2])
local ended = tonumber(top)
if ARGV[1] ~= epoch then
  ended = tonumber(string.match(' ' .. (channel[2] or ''), ' ' .. ARGV[1] .. ':(%d+) ') or -1)
  if ended < 0 then
    return reply('epoch', {}, 1, 0, 1)
  end
end
if stands > ended then
  return reply('diverged', {}, 1, 0, 1)
end
if stands == tonumber(top) then
  return reply('', {}, 1, 0, 1)
end
-- Offsets go on from epoch to epoch. Who read on into a new one names it, though the next item may be of one before.
local at = epoch
for before, finish in string.gmatch(channel[2] or '', '(%d+):(%d+) ') do
  if stands >= tonumber(finish) then
    break
  end
  at = before
end
local entries = redis.call('XRANGE', KEYS[1], '(' .. at .. '-' .. ARGV[2], '+', 'COUNT', math.max(limit, 1))
local first = tonumber(top) + 1
if first - size > stands + 1 and entries[1] and young(entries[1]) then
  return reply('trimmed', {}, 1, 0, 1)
end
if entries[1] then
  if not young(entries[1]) then
    return reply('expired', {}, 1, 0, 1)
  end
  first = tonumber(string.match(entries[1][1], '%-(%d+)$'))
end
if first > stands + 1 then
  local expired = tonumber(channel[4] or 0) >= first - 1
  return reply(expired and 'expired' or 'trimmed', {}, 1, 0, 1)
end
return reply('', entries, 1, math.min(#entries, limit), 1)

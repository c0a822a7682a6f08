#!lua
-- Reads a channel: on from a position, or its newest. One step, so that the items reach up to the top that is told.
-- A channel that nobody used begins here, so that its top is a position that can be read on from.
-- It is read in slices, and what does not fit is not even fetched: neither the reply nor this script grows with the channel.
-- KEYS  1 stream  2 its Hash
-- ARGV  1 epoch of the position, '' for none  2 its offset  3 most items  4 for how long is kept, ms  5 ms to live unused
--       6 lineage of this primary  7 a new epoch  8 how many are kept  9 most bytes of envelopes; one item always fits
-- Reply {epoch, top, place before the first item, '' or why there is a hole before that, {EPOCH-OFFSET, envelope, …}}
--@include lib-time.lua
--@include lib-channel.lua
local time = now()
local age, ttl, size = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[8])
local most, room = tonumber(ARGV[3]), tonumber(ARGV[9])
local channel = redis.call('HMGET', KEYS[2], 'epoch', 'past', 'until')
local epoch, top, past = channel[1], 0, channel[2] or ''
if epoch and redis.call('EXISTS', KEYS[1]) == 1 then
  local _, offset = newest(KEYS[1])
  top = tonumber(offset)
else
  epoch, past = begin(KEYS[1], KEYS[2], nil, ARGV[6], ARGV[7]), ''
end
if stale(channel[3], ttl, time) then
  refresh(KEYS[1], KEYS[2], ttl, age, time)
end

local function offset_of(entry)
  return tonumber(string.match(entry[1], '%-(%d+)$'))
end

local function young(entry)
  return tonumber(entry[2][2]) + age > time
end

-- How many to fetch next: few at first, then as many as have room if they are as long as those before.
local function slice(count, bytes)
  local likely = count == 0 and 8 or math.floor((room - bytes) * count / math.max(bytes, 1)) + 1
  return math.max(1, math.min(likely, 64, most - count))
end

if ARGV[1] == '' then
  local taken, bytes, last = {}, 0, '+'
  while #taken < most do
    local count = slice(#taken, bytes)
    local entries = redis.call('XREVRANGE', KEYS[1], last, '-', 'COUNT', count)
    for _, entry in ipairs(entries) do
      local longer = bytes + #entry[2][4]
      if not young(entry) or offset_of(entry) <= top - size or (#taken > 0 and longer > room) then
        count = -1
        break
      end
      bytes, last = longer, '(' .. entry[1]
      taken[#taken + 1] = entry
    end
    if #entries < count or count < 0 then
      break
    end
  end
  local items = {}
  for i = #taken, 1, -1 do
    items[#items + 1] = taken[i][1]
    items[#items + 1] = taken[i][2][4]
  end
  return {epoch, int(top), int(top - #taken), '', items}
end

-- Where the epoch that is asked for ended here; nothing if it is none of ours.
local function ended()
  if ARGV[1] == epoch then
    return top
  end
  return tonumber(string.match(' ' .. past, ' ' .. ARGV[1] .. ':(%d+) '))
end

-- Behind which offset all is of epochs that are newer than the one that is asked for, which is none of ours: it was lost
-- before they began. 0, everything, where that cannot be told: none is newer, or those before are forgotten.
local function begun_since()
  local asked = tonumber(ARGV[1])
  if tonumber(epoch) > asked then
    for before, finish in string.gmatch(past, '(%d+):(%d+) ') do
      if tonumber(before) < asked then
        return tonumber(finish)
      end
    end
  end
  return 0
end

local why, from = '', tonumber(ARGV[2])
local survived = ended()
if not survived then
  why, from = 'epoch', math.min(begun_since(), from)
elseif from > survived then
  why, from = 'diverged', survived
end

-- Offsets go on from epoch to epoch. Who read on into a new one names it, though the next item may be of one before.
local function id_of(offset)
  local at = epoch
  for before, finish in string.gmatch(past, '(%d+):(%d+) ') do
    if offset >= tonumber(finish) then
      break
    end
    at = before
  end
  return at .. '-' .. int(offset)
end

-- The first entry behind an offset. Of epochs that are forgotten there may be entries whose id cannot be told.
local function first_after(offset)
  local entry = redis.call('XRANGE', KEYS[1], '(' .. id_of(offset), '+', 'COUNT', 1)[1]
  if not entry or offset_of(entry) > offset + 1 then
    entry = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1]
    while entry and offset_of(entry) <= offset do
      entry = redis.call('XRANGE', KEYS[1], '(' .. entry[1], '+', 'COUNT', 1)[1]
    end
  end
  return entry
end

local items = {}
local place = math.min(from, top)
if from < top then
  -- A little more may lie there than is kept.
  place = math.max(from, top - size)
  local entry = first_after(place)
  if entry and not young(entry) then
    while drop_old(KEYS[1], KEYS[2], age, time, 10) do
    end
    entry = first_after(place)
  end
  place = entry and offset_of(entry) - 1 or top
  if why == '' and place > from then
    local expired = tonumber(redis.call('HGET', KEYS[2], 'expired') or 0)
    why = expired >= place and 'expired' or 'trimmed'
  end
  local bytes, at = 0, entry and entry[1]
  while at and #items < 2 * most do
    local count = slice(#items / 2, bytes)
    local entries = redis.call('XRANGE', KEYS[1], at, '+', 'COUNT', count)
    at = #entries == count and '(' .. entries[count][1]
    for _, each in ipairs(entries) do
      bytes = bytes + #each[2][4]
      if #items > 0 and bytes > room then
        at = nil
        break
      end
      items[#items + 1] = each[1]
      items[#items + 1] = each[2][4]
    end
  end
end
return {epoch, int(top), int(place), why, items}

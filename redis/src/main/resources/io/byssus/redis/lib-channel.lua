-- A channel is a stream and a Hash beside it, in one partition.
-- The id of a publication is EPOCH-OFFSET; t is when it came, in ms, e its envelope.
-- The Hash: epoch   lineage of the primary that began it   past EPOCH:END of the epochs before, newest first
--   expired the newest offset that was dropped because of its age   until when Redis forgets both, in ms
-- The names of all channels of a partition stand in the set channels, scored by an until that they had: Redis forgets
-- none before that. It is written when a channel begins, and with until.

-- The newest epoch and offset that the stream ever had.
local function newest(stream)
  local info = redis.call('XINFO', 'STREAM', stream)
  for i = 1, #info, 2 do
    if info[i] == 'last-generated-id' then
      return string.match(info[i + 1], '^(%d+)%-(%d+)$')
    end
  end
end

-- Begins an epoch, whose offsets go on from what there is. What the primary before had and did not hand over would
-- have the offsets that follow: the epoch tells the two apart.
local function begin(stream, hash, was, lineage, fresh)
  local epoch, top, past = fresh, '0', ''
  if was and redis.call('EXISTS', stream) == 1 then
    local last
    last, top = newest(stream)
    if tonumber(epoch) <= tonumber(last) then
      epoch = int(last + 1 + fresh % 1048576)
    end
    past = was .. ':' .. top .. ' ' .. (redis.call('HGET', hash, 'past') or '')
    if #past > 400 then
      past = string.match(string.sub(past, 1, 400), '^(.* )')
    end
  end
  -- The stream then counts on from here by itself.
  redis.call('XADD', stream, epoch .. '-' .. top, 't', '0', 'e', '')
  redis.call('XDEL', stream, epoch .. '-' .. top)
  redis.call('HSET', hash, 'epoch', epoch, 'lineage', lineage, 'past', past)
  return epoch
end

-- Drops what has passed its age, at most so many hundred. Returns whether there may be more of it.
local function drop_old(stream, hash, age, time, hundreds)
  for _ = 1, hundreds do
    local epoch, offset
    local entries = redis.call('XRANGE', stream, '-', '+', 'COUNT', 100)
    local i = 1
    while entries[i] and tonumber(entries[i][2][2]) + age <= time do
      epoch, offset = string.match(entries[i][1], '^(%d+)%-(%d+)$')
      i = i + 1
    end
    if not epoch then
      return false
    end
    redis.call('XTRIM', stream, 'MINID', epoch .. '-' .. int(offset + 1))
    redis.call('HSET', hash, 'expired', offset)
    if entries[i] then
      return false
    end
  end
  return true
end

-- How long the set of names stays without a word.
local LISTED = 30 * 24 * 60 * 60 * 1000

local function index_of(stream)
  local prefix, name = string.match(stream, '^(.-}:)c:(.*)$')
  return prefix .. 'channels', name, prefix
end

-- Looks at some channels whose time may have passed: lists those that are there as long as they will be, and no others.
local function tidy(index, prefix, time, most)
  for _, name in ipairs(redis.call('ZRANGEBYSCORE', index, '-inf', int(time), 'LIMIT', 0, most)) do
    local till = redis.call('HGET', prefix .. 'm:' .. name, 'until')
    if till and redis.call('EXISTS', prefix .. 'c:' .. name) == 1 then
      redis.call('ZADD', index, till, name)
    else
      redis.call('ZREM', index, name)
    end
  end
end

-- Keeps both for another ttl, and a quarter so that this need not be done each time; and drops what has passed its age.
local function refresh(stream, hash, ttl, age, time)
  local till = int(time + ttl * 1.25)
  redis.call('HSET', hash, 'until', till)
  redis.call('PEXPIREAT', hash, till)
  redis.call('PEXPIREAT', stream, till)
  local index, name, prefix = index_of(stream)
  redis.call('ZADD', index, till, name)
  redis.call('PEXPIRE', index, int(math.max(LISTED, ttl * 2)))
  tidy(index, prefix, time, 5)
  drop_old(stream, hash, age, time, 10)
end

local function stale(till, ttl, time)
  return not till or tonumber(till) - time < ttl
end

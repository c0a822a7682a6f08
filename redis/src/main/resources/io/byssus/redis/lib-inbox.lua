-- An inbox is a stream in the partition of its session. The id of an entry is 0-OFFSET; t is when it came, in ms,
-- n the bytes of its data, e its envelope. The session's Hash knows the sum of n and the newest offset.

-- Whether the session is of the user, has the tag. Tags are a version, then each with its length in four bytes before it.
local function meant(key, field, name)
  if field == '' then
    return true
  end
  local value = redis.call('HGET', key, field) or ''
  if field == 'u' then
    return value == name
  end
  local at = 2
  while at < #value do
    local length, from = struct.unpack('>I4', value, at)
    if string.sub(value, from, from + length - 1) == name then
      return true
    end
    at = from + length
  end
  return false
end

-- The newest offset that the stream ever had.
local function last(inbox)
  local info = redis.call('XINFO', 'STREAM', inbox)
  for i = 1, #info, 2 do
    if info[i] == 'last-generated-id' then
      return string.match(info[i + 1], '^0%-(%d+)$')
    end
  end
end

-- Of the data of all messages.
local function bytes(inbox)
  local sum = 0
  for _, entry in ipairs(redis.call('XRANGE', inbox, '-', '+')) do
    sum = sum + entry[2][4]
  end
  return sum
end

-- Forgets what has passed its age; answers the bytes that are left.
local function drop_old(inbox, key, bytes, age, time)
  local dropped = true
  local before = bytes
  while dropped do
    dropped = false
    local last
    for _, entry in ipairs(redis.call('XRANGE', inbox, '-', '+', 'COUNT', 100)) do
      if tonumber(entry[2][2]) + age > time then
        break
      end
      bytes = bytes - tonumber(entry[2][4])
      last = tonumber(string.sub(entry[1], 3))
      dropped = true
    end
    if last then
      redis.call('XTRIM', inbox, 'MINID', '0-' .. int(last + 1))
    end
  end
  if bytes ~= before then
    redis.call('HSET', key, 'ib', int(bytes))
  end
  return bytes
end

-- An inbox is a stream in the partition of its session. The id of an entry is 0-OFFSET; t is when it came, in ms,
-- n the bytes of its data, e its envelope. The session's Hash knows the sum of n and the newest offset.

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

-- Sets that are read in pages, in the order of their scores.

-- Sets order equal scores by bytes; Lua's own comparison depends on the language of the server.
local function behind(name, other)
  for i = 1, math.min(#name, #other) do
    local mine, its = string.byte(name, i), string.byte(other, i)
    if mine ~= its then
      return mine > its
    end
  end
  return #name > #other
end

-- Calls step for each name behind a place, until it answers false or so many were looked at. Returns how many were, and
-- score and name of the last; both '' at the end of the set.
local function each_after(key, score, name, most, step)
  local looked, offset = 0, 0
  while true do
    local some = redis.call('ZRANGEBYSCORE', key, score, '+inf', 'WITHSCORES', 'LIMIT', offset, 100)
    for i = 1, #some, 2 do
      if name == '' or some[i + 1] ~= score or behind(some[i], name) then
        looked = looked + 1
        if not step(some[i]) or looked == most then
          return looked, some[i + 1], some[i]
        end
      end
    end
    if #some < 200 then
      return looked, '', ''
    end
    offset = offset + 100
  end
end

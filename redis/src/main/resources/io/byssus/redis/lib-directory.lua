-- A target of the directory is one Hash: session → 'ORDER DEADLINE', the deadline in ms. The field '' is 'COUNT TIME':
-- how many were ever added, and when, in ms, those whose time has passed are looked for next. A target whose sessions
-- have all been removed keeps that field until it runs out. Beside it stands a set of the same sessions, scored by
-- their ORDER, to be read in pages: it is written when one is added that was not there, and tidied with the Hash.

local function place(value)
  local order, deadline = string.match(value, '^(%d+) (%d+)$')
  return order, tonumber(deadline)
end

local function order_of(key)
  return key .. ':n'
end

-- Forgets those whose time has passed; the others are in both.
local function tidy(key, time)
  local found = redis.call('HGETALL', key)
  for i = 1, #found, 2 do
    if found[i] ~= '' then
      local _, deadline = place(found[i + 1])
      if deadline <= time then
        redis.call('HDEL', key, found[i])
        redis.call('ZREM', order_of(key), found[i])
      else
        local order = place(found[i + 1])
        redis.call('ZADD', order_of(key), order, found[i])
      end
    end
  end
end

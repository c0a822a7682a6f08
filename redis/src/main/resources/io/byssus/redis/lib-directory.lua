-- A target of the directory is one Hash: session → 'ORDER DEADLINE', the deadline in ms. The field '' is 'COUNT TIME':
-- how many were ever added, and when, in ms, those whose time has passed are looked for next. A target whose sessions
-- have all been removed keeps that field until it runs out.

local function place(value)
  local order, deadline = string.match(value, '^(%d+) (%d+)$')
  return order, tonumber(deadline)
end

-- Forgets those whose time has passed.
local function tidy(key, time)
  local found = redis.call('HGETALL', key)
  for i = 1, #found, 2 do
    if found[i] ~= '' then
      local _, deadline = place(found[i + 1])
      if deadline <= time then
        redis.call('HDEL', key, found[i])
      end
    end
  end
end

-- The time of this server in ms. It stands still while a script runs.
local function now()
  local t = redis.call('TIME')
  return t[1] * 1000 + math.floor(t[2] / 1000)
end

-- As a string; tostring would write large numbers with an exponent.
local function int(number)
  return string.format('%.0f', number)
end

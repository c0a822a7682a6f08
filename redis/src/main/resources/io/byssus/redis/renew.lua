#!lua flags=allow-oom
-- Starts the time to live of many sessions of one partition anew.
-- KEYS  session and inbox of each
-- ARGV  1 ttl ms  2… owner, term of each
-- Reply the numbers, from 1, of those whose lease is lost
--@include lib-time.lua
--@include lib-session.lua
local time = now()
local lost = {}
for i = 1, #KEYS, 2 do
  if held(KEYS[i], ARGV[i + 1], ARGV[i + 2], time) then
    start(KEYS[i], KEYS[i + 1], tonumber(ARGV[1]), time)
  else
    lost[#lost + 1] = (i + 1) / 2
  end
end
return lost

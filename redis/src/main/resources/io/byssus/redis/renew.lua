#!lua flags=allow-oom
-- Starts the time to live of many sessions of one partition anew, and that of the sets which say whose they are.
-- KEYS  session and inbox of each
-- ARGV  1 ttl ms  2 prefix of the partition's keys  3… owner, term of each
-- Reply the numbers, from 1, of those whose lease is lost
--@include lib-time.lua
--@include lib-session.lua
local time = now()
local lost = {}
local owners = {}
for i = 1, #KEYS, 2 do
  if held(KEYS[i], ARGV[i + 2], ARGV[i + 3], time) then
    owners[ARGV[i + 2]] = true
    start(KEYS[i], KEYS[i + 1], tonumber(ARGV[1]), time)
  else
    lost[#lost + 1] = (i + 1) / 2
  end
end
for owner in pairs(owners) do
  redis.call('PEXPIRE', ARGV[2] .. 'o:' .. owner, int(ARGV[1] + UNSWEPT))
end
return lost

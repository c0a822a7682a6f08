#!lua flags=allow-oom
-- Starts the time to live of many sessions of one partition anew, and that of the sets which say whose they are. One
-- whose holder was taken for dead, and that nobody has claimed since, is attached again.
-- KEYS  session and inbox of each
-- ARGV  1 ttl ms  2 prefix of the partition's keys  3… owner, term of each
-- Reply {number from 1, what became of it, …} of those that were not simply renewed: 1 lost, 2 forgotten, 3 regained
--@include lib-time.lua
--@include lib-session.lua
local time = now()
local found = {}
local owners = {}
for i = 1, #KEYS, 2 do
  local owner, term = ARGV[i + 2], ARGV[i + 3]
  local id = string.sub(KEYS[i], #ARGV[2] + 3)
  local s = redis.call('HMGET', KEYS[i], 'o', 't', 'd')
  local became = 1
  if s[1] == owner and s[2] == term and s[3] ~= '1' then
    became = 0
    if s[3] == '2' then
      redis.call('HSET', KEYS[i], 'd', '0')
      redis.call('SADD', ARGV[2] .. 'o:' .. owner, id)
      became = 3
    end
    owners[owner] = true
    start(KEYS[i], KEYS[i + 1], tonumber(ARGV[1]), time)
  elseif (not s[2] or tonumber(s[2]) < tonumber(term)) and buried(ARGV[2], id) < tonumber(term) then
    became = 2
  end
  if became > 0 then
    found[#found + 1] = (i + 1) / 2
    found[#found + 1] = became
  end
end
for owner in pairs(owners) do
  redis.call('PEXPIRE', ARGV[2] .. 'o:' .. owner, int(ARGV[1] + UNSWEPT))
end
return found

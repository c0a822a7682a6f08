#!lua flags=allow-oom
-- Starts the time of many presence entries of one partition anew, which are one owner's.
-- KEYS  members and data of the channel of each
-- ARGV  1 ttl ms  2 owner  3… session, term of each
-- Reply the numbers, from 1, of those that are not there under this lease nor a later term: to be entered again
--@include lib-time.lua
--@include lib-presence.lua
local time = now()
local ttl = int(ARGV[1] * 2)
local missing = {}
for i = 1, #KEYS, 2 do
  local session = ARGV[i + 2]
  local term, owner = present(KEYS[i], KEYS[i + 1], session, time)
  if term == ARGV[i + 3] and owner == ARGV[2] then
    redis.call('ZADD', KEYS[i], int(time + ARGV[1]), session)
    redis.call('PEXPIRE', KEYS[i], ttl)
    redis.call('PEXPIRE', KEYS[i + 1], ttl)
  elseif not term or tonumber(term) <= tonumber(ARGV[i + 3]) then
    missing[#missing + 1] = (i + 1) / 2
  end
end
return missing

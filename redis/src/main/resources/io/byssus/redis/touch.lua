#!lua flags=allow-oom
-- Starts the time of many presence entries of one partition anew; brings none back whose time has passed.
-- KEYS  members and data of the channel of each
-- ARGV  1 ttl ms  2… session of each
-- Reply {}
--@include lib-time.lua
local time = now()
local ttl = int(ARGV[1] * 2)
for i = 1, #KEYS, 2 do
  local session = ARGV[(i + 1) / 2 + 1]
  local till = redis.call('ZSCORE', KEYS[i], session)
  if till and tonumber(till) > time then
    redis.call('ZADD', KEYS[i], int(time + ARGV[1]), session)
    redis.call('PEXPIRE', KEYS[i], ttl)
    redis.call('PEXPIRE', KEYS[i + 1], ttl)
  end
end
return {}

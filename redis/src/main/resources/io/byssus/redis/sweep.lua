#!lua flags=allow-oom
-- Removes detached sessions of one partition whose time has passed, and detaches attached ones that were not renewed in
-- time. One step, so that each is reported once.
-- KEYS  1 due
-- ARGV  1 limit  2 prefix of the partition's keys  3 ttl ms  4 the latest time that may be meant, ms
-- Reply {{id, user, tags, {channel, …}, owner, term}, …}
--@include lib-time.lua
--@include lib-session.lua
local time = math.min(now(), tonumber(ARGV[4])) -- a clock that was just put forward ends nobody
local gone = {}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', int(time), 'LIMIT', 0, ARGV[1])) do
  local s = redis.call('HMGET', ARGV[2] .. 's:' .. id, 'x', 'd', 'o')
  if not s[1] then
    redis.call('ZREM', KEYS[1], id)
  elseif tonumber(s[1]) > time then
    redis.call('ZADD', KEYS[1], s[1], id) -- it was renewed, which does not move it here
  elseif s[2] == '0' then
    detach(ARGV[2], id, s[3], '2', tonumber(ARGV[3]), time)
    redis.call('ZADD', KEYS[1], int(time + ARGV[3]), id)
  else
    gone[#gone + 1] = remove(ARGV[2], id)
  end
end
return gone

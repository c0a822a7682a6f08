#!lua flags=allow-oom
-- Removes sessions of one partition whose time has passed. One step, so that each is reported once.
-- KEYS  1 due
-- ARGV  1 limit  2 prefix of the partition's keys
-- Reply {{id, user, tags, {channel, …}, owner, term}, …}
--@include lib-time.lua
--@include lib-session.lua
local time = now()
local gone = {}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', int(time), 'LIMIT', 0, ARGV[1])) do
  local deadline = redis.call('HGET', ARGV[2] .. 's:' .. id, 'x')
  if not deadline then
    redis.call('ZREM', KEYS[1], id)
  elseif living(deadline, time) then
    redis.call('ZADD', KEYS[1], deadline, id) -- it was renewed, which does not move it here
  else
    gone[#gone + 1] = remove(ARGV[2], id)
  end
end
return gone

#!lua flags=allow-oom
-- Sets tombstones in one partition, and removes the sessions that are attached, or were, under a term up to theirs. One
-- step, so that one caller is told what they leave.
-- KEYS  the sessions
-- ARGV  1 prefix of the partition's keys  2 how long a tombstone stands, ms  3… id, term of each
-- Reply {{id, user, tags, {channel, …}, owner, term}, …}
--@include lib-time.lua
--@include lib-session.lua
local gone = {}
for i = 3, #ARGV, 2 do
  bury(ARGV[1], ARGV[i], ARGV[i + 1], ARGV[2])
  local newest = redis.call('HGET', ARGV[1] .. 's:' .. ARGV[i], 't')
  if newest and tonumber(newest) <= tonumber(ARGV[i + 1]) then
    gone[#gone + 1] = remove(ARGV[1], ARGV[i])
  end
end
return gone

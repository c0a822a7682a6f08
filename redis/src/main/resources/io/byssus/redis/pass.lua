#!lua
-- Publishes to an ephemeral channel. One step, so that a repetition finds the first.
-- KEYS  1 what remembers the dedupe id; any key of the partition for none
-- ARGV  1 envelope  2 ms to remember the dedupe id, '' for none  3 PUBLISH or SPUBLISH
--       4 channel that its listeners hear  5 channel for listeners to prefixes, '' for none
-- Reply {'0-0', 1: a repetition}
if ARGV[2] ~= '' and not redis.call('SET', KEYS[1], '0-0', 'NX', 'PX', ARGV[2]) then
  return {'0-0', 1}
end
redis.call(ARGV[3], ARGV[4], '0-0 ' .. ARGV[1])
if ARGV[5] ~= '' then
  redis.call(ARGV[3], ARGV[5], ARGV[4] .. ' 0-0 ' .. ARGV[1])
end
return {'0-0', 0}

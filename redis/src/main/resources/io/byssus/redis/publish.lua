#!lua
-- Publishes to a channel that has a history. One step, so that everybody hears what is kept, in that order, and a
-- repetition finds the first. Commands are what it costs: three without a dedupe id.
-- KEYS  1 stream  2 its Hash  3 what remembers the dedupe id; the stream again for none
-- ARGV  1 envelope  2 how many are kept  3 for how long, ms  4 the time, ms  5 lineage of this primary
--       6 lineages of all living primaries  7 a new epoch  8 ms to live unused  9 ms to remember the dedupe id, '' for none
--       10 PUBLISH or SPUBLISH  11 channel that its listeners hear  12 channel for listeners to prefixes, '' for none
-- Reply {EPOCH-OFFSET, 1: a repetition}
--@include lib-time.lua
--@include lib-channel.lua
if ARGV[9] ~= '' then
  local first = redis.call('GET', KEYS[3])
  if first then
    return {first, 1}
  end
end
local channel = redis.call('HMGET', KEYS[2], 'epoch', 'lineage', 'until')
local epoch = channel[1]
if channel[2] ~= ARGV[5] then
  if epoch and string.find(ARGV[6], channel[2], 1, true) then
    redis.call('HSET', KEYS[2], 'lineage', ARGV[5]) -- it was moved here whole
  else
    epoch = begin(KEYS[1], KEYS[2], epoch, ARGV[5], ARGV[7])
  end
end
-- A little more may lie there than is kept: to drop exactly one each time would cost more than all the rest.
local id = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], epoch .. '-*', 't', ARGV[4], 'e', ARGV[1])
if stale(channel[3], tonumber(ARGV[8]), tonumber(ARGV[4])) then
  refresh(KEYS[1], KEYS[2], tonumber(ARGV[8]), tonumber(ARGV[3]), tonumber(ARGV[4]))
end
if ARGV[9] ~= '' then
  redis.call('SET', KEYS[3], id, 'PX', ARGV[9])
end
redis.call(ARGV[10], ARGV[11], id .. ' ' .. ARGV[1])
if ARGV[12] ~= '' then
  redis.call(ARGV[10], ARGV[12], ARGV[11] .. ' ' .. id .. ' ' .. ARGV[1])
end
return {id, 0}

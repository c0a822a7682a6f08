#!lua flags=allow-oom
-- Some channels of one partition, in the order of its set of names: a channel moves only away from its beginning, so who
-- goes through it misses none. One step, so that a place in it stays what it is. Forgets those that are no more.
-- KEYS  1 names of the channels
-- ARGV  1 score of the last that was looked at, '-inf' at the beginning  2 its name  3 most channels  4 how many are
--       looked at  5 prefix of the partition's keys  6 what the names begin with
-- Reply {how many were looked at, score and name of the last of them or '' at the end, {name, EPOCH-OFFSET of its top, …}}
--@include lib-time.lua
--@include lib-channel.lua
--@include lib-page.lua
if ARGV[1] == '-inf' then
  tidy(KEYS[1], ARGV[5], now(), 200)
end
local rows = {}
local looked, score, name = each_after(KEYS[1], ARGV[1], ARGV[2], tonumber(ARGV[4]), function(name)
  if string.sub(name, 1, #ARGV[6]) == ARGV[6] and redis.call('EXISTS', ARGV[5] .. 'c:' .. name) == 1 then
    local epoch, offset = newest(ARGV[5] .. 'c:' .. name)
    rows[#rows + 1] = name
    rows[#rows + 1] = epoch .. '-' .. offset
  end
  return #rows < 2 * tonumber(ARGV[3])
end)
return {looked, score, name, rows}

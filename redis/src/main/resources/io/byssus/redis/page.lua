#!lua flags=no-writes
-- Some sessions of one partition, in the order of due: all that there are stand in it, and move only away from its
-- beginning, so who goes through it misses nobody. One step, so that a place in it stays what it is.
-- KEYS  1 due
-- ARGV  1 score of the last that was looked at, '-inf' at the beginning  2 its id  3 most sessions  4 how many are looked at
--       5 prefix of the partition's keys  6 what the owner begins with, '' for any  7 '0' attached, '1' detached, '' both
-- Reply {how many were looked at, score and id of the last of them or '' at the end, {id, u, g, o, t, d, x, …}, time}
--@include lib-time.lua
--@include lib-session.lua
--@include lib-page.lua
local time, rows = now(), {}
local looked, score, id = each_after(KEYS[1], ARGV[1], ARGV[2], tonumber(ARGV[4]), function(id)
  local s = redis.call('HMGET', ARGV[5] .. 's:' .. id, 'u', 'g', 'o', 't', 'd', 'x')
  local detached = s[5] ~= '0'
  if living(s[5], s[6], time)
    and (ARGV[6] == '' or not detached and string.sub(s[3], 1, #ARGV[6]) == ARGV[6])
    and (ARGV[7] == '' or (ARGV[7] == '1') == detached) then
    for _, part in ipairs({id, s[1], s[2], s[3], s[4], s[5], s[6]}) do
      rows[#rows + 1] = part
    end
  end
  return #rows < 7 * tonumber(ARGV[3])
end)
return {looked, score, id, rows, int(time)}

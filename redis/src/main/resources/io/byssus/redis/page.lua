#!lua flags=no-writes
-- Some sessions of one partition, in the order of due: all that there are stand in it, and move only away from its
-- beginning, so who goes through it misses nobody. One step, so that a place in it stays what it is.
-- KEYS  1 due
-- ARGV  1 score of the last that was looked at, '-inf' at the beginning  2 its id  3 most sessions  4 how many are looked at
--       5 prefix of the partition's keys  6 what the owner begins with, '' for any  7 '0' attached, '1' detached, '' both
-- Reply {time, how many were looked at, score and id of the last of them or '' at the end, {id, u, g, o, t, d, x, …}}
--@include lib-time.lua
--@include lib-session.lua
local time, rows, looked, offset = now(), {}, 0, 0
local last_score, last_id = ARGV[1], ARGV[2]

-- Sets order equal scores by bytes; Lua's own comparison depends on the language of the server.
local function after(id)
  if last_score ~= ARGV[1] or ARGV[2] == '' then
    return true
  end
  for i = 1, math.min(#id, #ARGV[2]) do
    local mine, its = string.byte(id, i), string.byte(ARGV[2], i)
    if mine ~= its then
      return mine > its
    end
  end
  return #id > #ARGV[2]
end

while true do
  local some = redis.call('ZRANGEBYSCORE', KEYS[1], ARGV[1], '+inf', 'WITHSCORES', 'LIMIT', offset, 100)
  for i = 1, #some, 2 do
    local id, score = some[i], some[i + 1]
    if last_score ~= score then
      last_score = score
    end
    if after(id) then
      last_id = id
      looked = looked + 1
      local s = redis.call('HMGET', ARGV[5] .. 's:' .. id, 'u', 'g', 'o', 't', 'd', 'x')
      local detached = s[5] ~= '0'
      if living(s[5], s[6], time)
        and (ARGV[6] == '' or not detached and string.sub(s[3], 1, #ARGV[6]) == ARGV[6])
        and (ARGV[7] == '' or (ARGV[7] == '1') == detached) then
        for _, part in ipairs({id, s[1], s[2], s[3], s[4], s[5], s[6]}) do
          rows[#rows + 1] = part
        end
      end
      if #rows == 7 * tonumber(ARGV[3]) or looked == tonumber(ARGV[4]) then
        return {int(time), looked, last_score, last_id, rows}
      end
    end
  end
  if #some < 200 then
    return {int(time), looked, '', '', rows}
  end
  offset = offset + 100
end

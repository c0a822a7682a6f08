#!lua flags=allow-oom
-- Starts the time of many presence entries of one partition anew, which are one owner's, and drops some whose time has
-- passed: where many went at once they are not dropped by those who enter.
-- KEYS  of the channel of each: members scored by their time, their data, members by their names
-- ARGV  1 ttl ms  2 owner  3… session, term of each
-- Reply the numbers, from 1, of those that are not there under this lease nor a later term: to be entered again
--@include lib-time.lua
--@include lib-presence.lua
local time = now()
local missing, seen = {}, {}
for i = 1, #KEYS / 3 do
  local members, data, order = KEYS[3 * i - 2], KEYS[3 * i - 1], KEYS[3 * i]
  if not seen[members] then
    seen[members] = true
    drop(members, data, order, time, 500)
    for _, key in ipairs({members, data, order}) do
      redis.call('PEXPIRE', key, int(ARGV[1] * 2))
    end
  end
  local session, ours = ARGV[2 * i + 1], ARGV[2 * i + 2]
  local term, owner = present(members, data, session, time)
  if term == ours and owner == ARGV[2] then
    redis.call('ZADD', members, int(time + ARGV[1]), session)
  elseif not term or tonumber(term) <= tonumber(ours) then
    missing[#missing + 1] = i
  end
end
return missing

#!lua
-- Adds sessions to targets of the directory, after those that are there, or starts their time anew. One step, so that
-- all see one order.
-- KEYS  targets
-- ARGV  1 how long an entry lives, ms  then for each target: how many sessions, the sessions
-- Reply {}
--@include lib-time.lua
--@include lib-directory.lua
local time = now()
local deadline = int(time + ARGV[1])
local at = 2
for _, key in ipairs(KEYS) do
  local sessions = tonumber(ARGV[at])
  local fields = {''}
  for i = 1, sessions do
    fields[i + 1] = ARGV[at + i]
  end
  local found = redis.call('HMGET', key, unpack(fields))
  local count, due = string.match(found[1] or '0 0', '^(%d+) (%d+)$')
  count = tonumber(count)
  local set, added = {}, {}
  for i = 1, sessions do
    local order, until_ = nil, 0
    if found[i + 1] then
      order, until_ = place(found[i + 1])
    end
    if until_ <= time then
      count = count + 1
      order = int(count)
      added[#added + 1] = order
      added[#added + 1] = fields[i + 1]
    end
    set[#set + 1] = fields[i + 1]
    set[#set + 1] = order .. ' ' .. deadline
  end
  if #added > 0 then
    redis.call('ZADD', order_of(key), unpack(added))
  end
  if tonumber(due) <= time then
    if found[1] then
      tidy(key, time)
    end
    redis.call('PEXPIRE', order_of(key), int(ARGV[1] * 2))
    due = int(time + ARGV[1] / 2)
  end
  set[#set + 1] = ''
  set[#set + 1] = int(count) .. ' ' .. due
  redis.call('HSET', key, unpack(set))
  redis.call('PEXPIRE', key, ARGV[1])
  at = at + sessions + 1
end
return {}

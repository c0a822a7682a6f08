-- Who is in a channel: a set of sessions scored by their time, a Hash with what is kept of each, and a set of the same
-- sessions that is ordered by their names. What is kept:
--   TERM OWNER DATA   the lease under which the session is attached, then what is shown

-- The term and the owner under which a session is in the channel now; nothing if it is not.
local function present(members, data, session, time)
  local till = redis.call('ZSCORE', members, session)
  if till and tonumber(till) > time then
    return string.match(redis.call('HGET', data, session) or '', '^(%d+) (%S+) ')
  end
end

-- Takes out those whose time has passed, so many at most.
local function drop(members, data, order, time, most)
  local passed = redis.call('ZRANGEBYSCORE', members, '-inf', int(time), 'LIMIT', 0, most)
  if #passed > 0 then
    redis.call('ZREM', members, unpack(passed))
    redis.call('HDEL', data, unpack(passed))
    redis.call('ZREM', order, unpack(passed))
  end
end

-- Who is in a channel: a set of sessions scored by their time, and a Hash with what is kept of each:
--   TERM OWNER DATA   the lease under which the session is attached, then what is shown

-- The term and the owner under which a session is in the channel now; nothing if it is not.
local function present(members, data, session, time)
  local till = redis.call('ZSCORE', members, session)
  if till and tonumber(till) > time then
    return string.match(redis.call('HGET', data, session) or '', '^(%d+) (%S+) ')
  end
end

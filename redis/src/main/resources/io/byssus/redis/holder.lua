#!lua flags=no-writes
-- Who holds a session.
-- KEYS  1 session
-- Reply {}: no such session, {''}: detached, {owner, term}
--@include lib-time.lua
--@include lib-session.lua
local s = redis.call('HMGET', KEYS[1], 'o', 't', 'd', 'x')
if not living(s[3], s[4], now()) then
  return {}
end
return s[3] == '0' and {s[1], s[2]} or {''}

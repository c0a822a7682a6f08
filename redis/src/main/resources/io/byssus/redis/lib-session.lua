-- A session is one Hash:
--   u user   o owner   t term   d 0: attached, 1: given back, 2: its holder was taken for dead; o and t stay
--   x when its time has passed, in ms, if it is detached; when it should have been renewed, if it is attached   ru the resume token used last   rh those handed out since, 32 bytes each
--   g tags   ia it ib il inbox: acknowledged offset, newest offset, bytes, lineage of the primary that had it last   a… attributes   c… subscriptions   b… those of them that
--   the server made
-- Its parts lie in its partition: byssus:{p}:s:ID the Hash, i:ID the inbox, k:ID the dedupe ids that this took, and its
-- place in due (a set scored by time, at the latest by x) and in o:OWNER (the sessions that an owner holds). One that
-- was ended leaves a tombstone, z:ID: the term up to which no lease may be restored.

-- Redis itself forgets a session only when nobody has swept it for so long after its time.
local UNSWEPT = 24 * 60 * 60 * 1000

-- Whether there is a session, and its time has not passed: an attached one stays whatever the clock says.
local function living(d, x, time)
  return d == '0' or x and tonumber(x) > time
end

local function held(key, owner, term)
  local s = redis.call('HMGET', key, 'o', 't', 'd')
  return s[1] == owner and s[2] == term and s[3] == '0'
end

-- Up to which term no lease may be restored.
local function buried(prefix, id)
  return tonumber(redis.call('GET', prefix .. 'z:' .. id) or 0)
end

local function bury(prefix, id, term, ttl)
  if buried(prefix, id) < tonumber(term) then
    redis.call('SET', prefix .. 'z:' .. id, term, 'PX', ttl)
  end
end

-- Starts the time to live anew.
local function start(key, inbox, ttl, time)
  redis.call('HSET', key, 'x', int(time + ttl))
  redis.call('PEXPIREAT', key, int(time + ttl + UNSWEPT))
  redis.call('PEXPIREAT', inbox, int(time + ttl + UNSWEPT))
end

-- Detaches a session, of which the caller knows who held it last.
local function detach(prefix, id, owner, how, ttl, time)
  redis.call('HSET', prefix .. 's:' .. id, 'd', how)
  redis.call('SREM', prefix .. 'o:' .. owner, id)
  start(prefix .. 's:' .. id, prefix .. 'i:' .. id, ttl, time)
end

local function channels(key)
  local found = {}
  for _, field in ipairs(redis.call('HKEYS', key)) do
    if string.sub(field, 1, 1) == 'c' then
      found[#found + 1] = string.sub(field, 2)
    end
  end
  return found
end

-- Removes a session and all its parts; answers what it leaves to clean up elsewhere.
local function remove(prefix, id)
  local key = prefix .. 's:' .. id
  local s = redis.call('HMGET', key, 'u', 'g', 'o', 't')
  local gone = {id, s[1], s[2], channels(key), s[3], s[4]}
  redis.call('DEL', key, prefix .. 'i:' .. id, prefix .. 'k:' .. id)
  redis.call('ZREM', prefix .. 'due', id)
  redis.call('SREM', prefix .. 'o:' .. s[3], id)
  return gone
end

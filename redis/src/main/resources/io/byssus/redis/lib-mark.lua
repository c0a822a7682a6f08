-- Each partition has a mark, 'LINEAGE ID SINCE', by which nodes see that it has lost its data or may have: because the
-- mark is gone, or is that of a primary which is no more. Then it gets another id, and the time.

-- For so long after that the holders of sessions write anew what they have; SINCE is 0 if there were none.
local HEALING_MS = 20000

-- The server has lost something; what is missing may come back.
local HEALING = 'HEALING what is missing may be written anew, ask again a little later'

local function marked(key)
  local lineage, id, since = string.match(redis.call('GET', key) or '', '^(%S*) (%S+) (%d+)$')
  return lineage, id, tonumber(since)
end

-- Whether a primary of this lineage has the data of this one, or had it moved here whole.
local function goes_on(lineage, this, living)
  return lineage == this or lineage ~= '' and string.find(living, lineage, 1, true) ~= nil
end

local function healing(key, this, living, time)
  local lineage, _, since = marked(key)
  return not lineage or not goes_on(lineage, this, living) or time >= since and time - since < HEALING_MS
end

/**
 * What is kept in Redis, and the scripts that change it. Each script is atomic, so limits hold over all processes, and
 * each costs as much in a room of 10,000 as in one of 100.
 *
 * Keys, all with the prefix `vision-light:signal:`
 *
 * - `servers`: a sorted set of the processes, by the time of their last heartbeat; `dying`: those that are being removed
 * - `peers`: a hash from the id of a peer to its kind, its place in the list of its kind, its network and its process
 * - `room:NETWORK`: a hash with a list of browsers (`b0`, `b1`, …), one of gateways, their lengths and the newest peer
 * - `rooms`: a set of the networks that have a room
 * - `members:SERVER`: a set of the peers of a process
 * - `inbox:SERVER`: a stream of the signals for the peers of a process
 * - `addresses`, `groups`: hashes of how many connections each has; `opened:SERVER`: a hash of those of one process, by
 *   address and group
 * - `connects:ADDRESS`: when the connects of an address will be forgiven; it expires then
 *
 * Names of keys contain only what this server has made or checked: network ids of 64 hex digits, ids of processes, and
 * addresses in their normal form. What a client chose is never more than a field or a value. Scripts make the names of keys
 * themselves, so they need one Redis, not a Redis Cluster.
 */

const prelude = `
local PREFIX = 'vision-light:signal:'
local SERVERS, DYING, PEERS, ROOMS = PREFIX .. 'servers', PREFIX .. 'dying', PREFIX .. 'peers', PREFIX .. 'rooms'

local function nowMs()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function unpackEntry(entry)
  local kind, place, network, server = string.match(entry, '^(%a) (%d+) (%x+) (.+)$')
  return kind, tonumber(place), network, server
end

local function setEntry(id, kind, place, network, server)
  redis.call('HSET', PEERS, id, kind .. ' ' .. place .. ' ' .. network .. ' ' .. server)
end

local function sizes(room)
  local counts = redis.call('HMGET', room, 'nb', 'ng')
  return tonumber(counts[1] or 0), tonumber(counts[2] or 0)
end

local function add(id, kind, network, server)
  local room = PREFIX .. 'room:' .. network
  local place = redis.call('HINCRBY', room, 'n' .. kind, 1) - 1
  redis.call('HSET', room, kind .. place, id, 'newest', kind .. id)
  setEntry(id, kind, place, network, server)
  redis.call('SADD', PREFIX .. 'members:' .. server, id)
  redis.call('SADD', ROOMS, network)
  return place
end

local function remove(id)
  local entry = redis.call('HGET', PEERS, id)
  if not entry then return end
  local kind, place, network, server = unpackEntry(entry)
  local room = PREFIX .. 'room:' .. network
  redis.call('HDEL', PEERS, id)
  redis.call('SREM', PREFIX .. 'members:' .. server, id)
  local last = redis.call('HINCRBY', room, 'n' .. kind, -1)
  if last ~= place then
    local moved = redis.call('HGET', room, kind .. last)
    redis.call('HSET', room, kind .. place, moved)
    local _, _, _, itsServer = unpackEntry(redis.call('HGET', PEERS, moved))
    setEntry(moved, kind, place, network, itsServer)
  end
  redis.call('HDEL', room, kind .. last)
  if redis.call('HGET', room, 'newest') == kind .. id then redis.call('HDEL', room, 'newest') end
  local browsers, gateways = sizes(room)
  if browsers + gateways == 0 then
    redis.call('DEL', room)
    redis.call('SREM', ROOMS, network)
  end
end

local function addTo(key, field, count)
  if redis.call('HINCRBY', key, field, count) <= 0 then redis.call('HDEL', key, field) end
end

local function addOpened(server, opened, count)
  local address, group = string.match(opened, '^(.+) (.+)$')
  addTo(PREFIX .. 'opened:' .. server, opened, count)
  addTo(PREFIX .. 'addresses', address, count)
  addTo(PREFIX .. 'groups', group, count)
end

local function openedCount(server, opened)
  return tonumber(redis.call('HGET', PREFIX .. 'opened:' .. server, opened) or 0)
end

local function sample(network, kind, place, count, words)
  local room = PREFIX .. 'room:' .. network
  local browsers, gateways = sizes(room)
  local word = 1
  local function below(bound)
    local drawn
    drawn, word = struct.unpack('<I4', words, word)
    return math.floor(drawn * bound / 4294967296)
  end
  local others = browsers + gateways - 1
  local size = math.min(count, others)
  if size == 0 then return {} end
  local own = place + (kind == 'g' and browsers or 0)
  local moved, fields, hasGateway = {}, {}, false
  for i = 0, size - 1 do
    local drawn = i + below(others - i)
    local index = moved[drawn] or drawn
    moved[drawn] = moved[i] or i
    if index >= own then index = index + 1 end
    fields[#fields + 1] = index < browsers and 'b' .. index or 'g' .. (index - browsers)
    hasGateway = hasGateway or index >= browsers
  end
  local otherGateways = gateways - (kind == 'g' and 1 or 0)
  if not hasGateway and otherGateways > 0 then
    local drawn = below(otherGateways)
    if kind == 'g' and drawn >= place then drawn = drawn + 1 end
    fields[below(size) + 1] = 'g' .. drawn
  end
  local ids = redis.call('HMGET', room, unpack(fields))
  for i, id in ipairs(ids) do ids[i] = string.sub(fields[i], 1, 1) .. id end
  return ids
end
`;

/** One script for each thing that a process asks of Redis. */
const bodies = {
  /**
   * SERVER → whether Redis knew it already. The process is alive from now on, and not one that is being removed.
   */
  attach: `
local known = redis.call('ZSCORE', SERVERS, ARGV[1])
redis.call('SREM', DYING, ARGV[1])
redis.call('ZADD', SERVERS, nowMs(), ARGV[1])
return known and 1 or 0`,

  /**
   * SERVER, LEASE, LAST_READ → whether Redis still knows the process, and one whose lease is over or that is being removed.
   * Only who is known stays alive by it. What has been read of its inbox is deleted first: a Redis that is full refuses a
   * script at its first command that may need memory, and none after that.
   */
  beat: `
redis.call('XTRIM', PREFIX .. 'inbox:' .. ARGV[1], 'MINID', ARGV[3])
local now = nowMs()
local known = redis.call('ZSCORE', SERVERS, ARGV[1])
if known then redis.call('ZADD', SERVERS, now, ARGV[1]) end
local dead = redis.call('SRANDMEMBER', DYING)
  or redis.call('ZRANGEBYSCORE', SERVERS, '-inf', now - ARGV[2], 'LIMIT', 0, 1)[1]
return { known and 1 or 0, dead or '' }`,

  /**
   * SERVER, LEASE, COUNT → whether more is left. Removes some peers and addresses of a process, if its lease is over or it
   * is being removed; LEASE 0 removes it in any case.
   */
  sweep: `
local server, lease = ARGV[1], tonumber(ARGV[2])
local last = redis.call('ZSCORE', SERVERS, server)
if last and (lease == 0 or nowMs() - last > lease) then
  redis.call('ZREM', SERVERS, server)
  redis.call('SADD', DYING, server)
end
if redis.call('SISMEMBER', DYING, server) == 0 then return 0 end
local ids = redis.call('SRANDMEMBER', PREFIX .. 'members:' .. server, ARGV[3])
for _, id in ipairs(ids) do remove(id) end
local opened = redis.call('HRANDFIELD', PREFIX .. 'opened:' .. server, ARGV[3])
for _, field in ipairs(opened) do addOpened(server, field, -openedCount(server, field)) end
if #ids + #opened > 0 then return 1 end
redis.call('DEL', PREFIX .. 'inbox:' .. server)
redis.call('SREM', DYING, server)
return 0`,

  /** SERVER → the ids of its peers. */
  members: `return redis.call('SMEMBERS', PREFIX .. 'members:' .. ARGV[1])`,

  /** SERVER, then ID, KIND, NETWORK of each → nothing. Puts peers back that were admitted before Redis lost them. */
  register: `
if not redis.call('ZSCORE', SERVERS, ARGV[1]) then return end
for i = 2, #ARGV, 3 do
  if redis.call('HEXISTS', PEERS, ARGV[i]) == 0 then add(ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[1]) end
end`,

  /**
   * SERVER, ID, KIND, NETWORK, MAX_ROOMS, MAX_MEMBERS, COUNT, WORDS → a refusal, or that the process is not known; or nothing, the peer that came before or
   * nothing, and a sample. Peers are given as kind and id.
   */
  join: `
local server, id, kind, network = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
if not redis.call('ZSCORE', SERVERS, server) then return { 'UNKNOWN_SERVER' } end
if redis.call('HEXISTS', PEERS, id) == 1 then return { 'SIGNAL_ALREADY_JOINED' } end
local room = PREFIX .. 'room:' .. network
local browsers, gateways = sizes(room)
if browsers + gateways == 0 then
  if redis.call('SCARD', ROOMS) >= tonumber(ARGV[5]) then return { 'SIGNAL_TOO_MANY_ROOMS' } end
elseif browsers + gateways >= tonumber(ARGV[6]) then
  return { 'SIGNAL_ROOM_FULL' }
end
local newest = redis.call('HGET', room, 'newest') or ''
local place = add(id, kind, network, server)
return { '', newest, unpack(sample(network, kind, place, tonumber(ARGV[7]), ARGV[8])) }`,

  /** ID, COUNT, WORDS → nothing if the peer is in no room; or a 1 and a sample. */
  sample: `
local entry = redis.call('HGET', PEERS, ARGV[1])
if not entry then return {} end
local kind, place, network = unpackEntry(entry)
return { '1', unpack(sample(network, kind, place, tonumber(ARGV[2]), ARGV[3])) }`,

  /**
   * MAX_ENTRIES, then FROM, TO, SIGNAL of each → for each: k if it is on its way, n if there is no such peer in the room,
   * j if the sender is in no room. All signals for one process become one entry of its inbox.
   */
  route: `
local ids, codes, inboxes = {}, {}, {}
for i = 2, #ARGV, 3 do
  ids[#ids + 1] = ARGV[i]
  ids[#ids + 1] = ARGV[i + 1]
end
local entries = redis.call('HMGET', PEERS, unpack(ids))
for i = 1, #ids, 2 do
  local code = 'j'
  if entries[i] then
    code = 'n'
    if entries[i + 1] and ids[i] ~= ids[i + 1] then
      local _, _, network = unpackEntry(entries[i])
      local _, _, itsNetwork, server = unpackEntry(entries[i + 1])
      if network == itsNetwork then
        code = 'k'
        local inbox = inboxes[server] or {}
        inboxes[server] = inbox
        inbox[#inbox + 1] = ids[i + 1]
        inbox[#inbox + 1] = ARGV[(i + 1) / 2 * 3 + 1]
      end
    end
  end
  codes[#codes + 1] = code
end
for server, inbox in pairs(inboxes) do
  redis.call('XADD', PREFIX .. 'inbox:' .. server, 'MAXLEN', '~', ARGV[1], '*', unpack(inbox))
end
return table.concat(codes)`,

  /** ID of each → nothing. */
  leave: `for _, id in ipairs(ARGV) do remove(id) end`,

  /**
   * SERVER, ADDRESS, GROUP, MAX_OF_ADDRESS, MAX_OF_GROUP, MS_PER_CONNECT, BURST → a refusal or nothing. Counts one more
   * connection, or none.
   */
  enter: `
local address, group, msEach = ARGV[2], ARGV[3], tonumber(ARGV[6])
local function isFull(key, field, max) return tonumber(redis.call('HGET', PREFIX .. key, field) or 0) >= tonumber(max) end
if isFull('addresses', address, ARGV[4]) then return 'SIGNAL_TOO_MANY_FROM_ADDRESS' end
if isFull('groups', group, ARGV[5]) then return 'SIGNAL_TOO_MANY_FROM_NETWORK' end
local now, connects = nowMs(), PREFIX .. 'connects:' .. address
local forgiven = math.max(tonumber(redis.call('GET', connects) or 0), now) + msEach
if forgiven - now > msEach * ARGV[7] then return 'SIGNAL_TOO_MANY_FROM_ADDRESS' end
redis.call('SET', connects, string.format('%.3f', forgiven), 'PX', math.ceil(forgiven - now))
addOpened(ARGV[1], address .. ' ' .. group, 1)
return ''`,

  /** SERVER, ADDRESS_AND_GROUP → nothing. Counts one connection less, also where Redis is full: see `beat`. */
  exit: `
redis.call('SREM', DYING, '')
if openedCount(ARGV[1], ARGV[2]) > 0 then addOpened(ARGV[1], ARGV[2], -1) end`,

  /** SERVER → the addresses and groups of its connections. */
  opened: `return redis.call('HKEYS', PREFIX .. 'opened:' .. ARGV[1])`,

  /** SERVER, then ADDRESS_AND_GROUP, COUNT of each → nothing. Corrects how many connections a process has. */
  recount: `
for i = 2, #ARGV, 2 do
  local difference = ARGV[i + 1] - openedCount(ARGV[1], ARGV[i])
  if difference ~= 0 then addOpened(ARGV[1], ARGV[i], difference) end
end`,

  /** SERVER, LEASE → the number of rooms for the living process whose id is lowest, 0 for the others. */
  roomCount: `
local now, lowest = nowMs(), nil
for _, server in ipairs(redis.call('ZRANGEBYSCORE', SERVERS, now - ARGV[2], '+inf')) do
  if not lowest or server < lowest then lowest = server end
end
return lowest == ARGV[1] and redis.call('SCARD', ROOMS) or 0`,
} as const;

/** The name of a script. */
export type ScriptName = keyof typeof bodies;

/** The scripts as they are sent to Redis. */
export const scripts = Object.fromEntries(
  Object.entries(bodies).map(([name, body]) => [name, `${prelude}${body}\n`]),
) as Readonly<Record<ScriptName, string>>;

/** The stream of the signals for the peers of a process. */
export function inboxOf(server: string): string {
  return `vision-light:signal:inbox:${server}`;
}

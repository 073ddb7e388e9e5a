package valkey

import "github.com/redis/rueidis"

// A key is a hash: v is the version, d the data. Without d, v is a floor. KEYS[2] is the key's lease.
var (
	// ARGV: lease in ms. Returns version, data or false, 1 with the lease.
	getScript = rueidis.NewLuaScript(`
local have = redis.call('HMGET', KEYS[1], 'v', 'd')
if have[2] then return {have[1], have[2], 0} end
local leased = redis.call('SET', KEYS[2], '1', 'NX', 'PX', ARGV[1])
return {have[1] or '0', false, leased and 1 or 0}`)

	// ARGV: version, data, ttl in ms. The write comes first, because a script that has deleted something may exceed
	// the server's memory.
	fillScript = rueidis.NewLuaScript(`
local have = redis.call('HMGET', KEYS[1], 'v', 'd')
if tonumber(have[1] or '0') > tonumber(ARGV[1]) then
  if ARGV[1] == '0' then redis.call('HDEL', KEYS[1], 'd') end
  redis.call('DEL', KEYS[2])
  return 0
end
redis.call('HSET', KEYS[1], 'v', ARGV[1], 'd', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('DEL', KEYS[2])
return 1`)

	// ARGV: version, data, ttl in ms.
	setScript = rueidis.NewLuaScript(`
redis.call('HSET', KEYS[1], 'v', ARGV[1], 'd', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1`)

	// ARGV: version, ttl in ms, channel, news. The deletion comes first, so that a full server takes the floor.
	floorScript = rueidis.NewLuaScript(`
redis.call('DEL', KEYS[2])
local have = redis.call('HMGET', KEYS[1], 'v', 'd')
local version, floor = tonumber(have[1] or '0'), tonumber(ARGV[1])
if version < floor then
  redis.call('DEL', KEYS[1])
  redis.call('HSET', KEYS[1], 'v', ARGV[1])
end
if version < floor or version == floor and not have[2] then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
redis.call('PUBLISH', ARGV[3], ARGV[4])
return 1`)

	// The version stays: it may be the only floor there is.
	forgetScript = rueidis.NewLuaScript(`
redis.call('DEL', KEYS[2])
redis.call('HDEL', KEYS[1], 'd')
return 1`)
)

/** The operations of the Redis store, one script each, which Redis executes atomically. */
/// <reference types="node" />
import { createHash } from "node:crypto";

// A delivery is a hash: `s` its state (`p` in progress, `d` done), `h` the digest of its body, `t` the token of the claim.
// Times are durations and never dates, so that only the clock of Redis counts.

/** A script, and the hash by which Redis knows it. */
export interface Script {
  text: string;
  sha: string;
}

const script = (text: string): Script => ({ text, sha: createHash("sha1").update(text).digest("hex") });

/**
 * Claims a key. Arguments: digest, token, TTL. Returns 0 new, 1 in progress, 2 done, 3 changed.
 *
 * A second claim with the same token succeeds, since clients send a command again when the connection breaks before the reply.
 */
export const CLAIM: Script = script(`
local r = redis.call('HMGET', KEYS[1], 's', 'h', 't')
if r[1] then
  if r[1] == 'p' and r[3] == ARGV[2] then
    redis.call('PEXPIRE', KEYS[1], ARGV[3])
    return 0
  end
  if r[2] ~= ARGV[1] then return 3 end
  if r[1] == 'd' then return 2 end
  return 1
end
redis.call('HSET', KEYS[1], 's', 'p', 'h', ARGV[1], 't', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 0
`);

/**
 * Completes a claim. Arguments: token, digest (empty if unknown), retention. Returns 1 done, 0 owned by another caller.
 *
 * An expired claim that no other caller has taken over is completed as well, since the delivery was handled.
 *
 * When memory is full, Redis rejects a script whose first write needs memory. The first write of this script needs none, so that a
 * handled delivery is recorded even then.
 */
export const DONE: Script = script(`
local r = redis.call('HMGET', KEYS[1], 's', 'h', 't')
if r[1] and r[3] ~= ARGV[1] then return 0 end
if r[1] == 'd' then return 1 end
local h = r[2] or ARGV[2]
if h == '' then return 1 end
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('HSET', KEYS[1], 's', 'd', 'h', h, 't', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
`);

/** Releases a claim. Argument: token. Returns 1 free or done, 0 owned by another caller. A completed key stays completed. */
export const RELEASE: Script = script(`
local r = redis.call('HMGET', KEYS[1], 's', 't')
if r[1] and r[2] ~= ARGV[1] then return 0 end
if r[1] == 'p' then redis.call('DEL', KEYS[1]) end
return 1
`);

/**
 * Renews a claim. Arguments: token, digest, TTL. Returns 1 renewed, 0 owned by another caller or completed.
 *
 * A claim that is gone, because the process was suspended or Redis lost the claim, is made again: its handler still runs.
 */
export const RENEW: Script = script(`
local r = redis.call('HMGET', KEYS[1], 's', 't')
if r[1] and (r[1] ~= 'p' or r[2] ~= ARGV[1]) then return 0 end
if not r[1] then redis.call('HSET', KEYS[1], 's', 'p', 'h', ARGV[2], 't', ARGV[1]) end
return redis.call('PEXPIRE', KEYS[1], ARGV[3])
`);

/** What the Redis store asks Redis to do, each as one script, which nothing comes between. */
/// <reference types="node" />
import { createHash } from "node:crypto";

// A delivery is a hash: `s` its state (`p` in progress, `d` done), `h` the digest of its body, `t` the token of the claim.
// Times are spans and never dates: no clock but the one of Redis counts.

/** A script, and the hash Redis knows it by. */
export interface Script {
  text: string;
  sha: string;
}

const script = (text: string): Script => ({ text, sha: createHash("sha1").update(text).digest("hex") });

/**
 * Digest, token, time of the claim. 0 new, 1 in progress, 2 done, 3 changed.
 *
 * Clients send a command again when the connection breaks before its answer: who asks twice with one token has the claim.
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
 * Token, digest (empty where it is not known), time to remember. 1 done, 0 somebody else's.
 *
 * A claim that ran out and that nobody took is done, too: the delivery was handled.
 *
 * Where memory is full, Redis refuses a script whose first write takes some. The first one here takes none, so that what was
 * handled is remembered nevertheless.
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

/** Token. 1 free or done, 0 somebody else's. What is done stays done. */
export const RELEASE: Script = script(`
local r = redis.call('HMGET', KEYS[1], 's', 't')
if r[1] and r[2] ~= ARGV[1] then return 0 end
if r[1] == 'p' then redis.call('DEL', KEYS[1]) end
return 1
`);

/**
 * Token, digest, time of the claim. 1 renewed, 0 not the caller's any more.
 *
 * A claim that is gone, since the process stood still or Redis lost it, is made anew: its handler is still at work.
 */
export const RENEW: Script = script(`
local r = redis.call('HMGET', KEYS[1], 's', 't')
if r[1] and (r[1] ~= 'p' or r[2] ~= ARGV[1]) then return 0 end
if not r[1] then redis.call('HSET', KEYS[1], 's', 'p', 'h', ARGV[2], 't', ARGV[1]) end
return redis.call('PEXPIRE', KEYS[1], ARGV[3])
`);

/** A store for any number of machines: one Redis key per delivery, and one script per operation. */
/// <reference types="node" />
import { randomUUID } from "node:crypto";
import { idHash } from "./id-hash.js";
import { optionMistake } from "./options.js";
import { CLAIM, DONE, RELEASE, RENEW, type Script } from "./redis-scripts.js";
import { type ClaimState, type DeliveryStore, STORE_IDENTITY } from "./store.js";

/** The used members of a client of `ioredis`, version 5 or newer, `Cluster` included. */
export interface IoredisLike {
  evalsha(sha: string, keys: number, ...args: string[]): Promise<unknown>;
  eval(script: string, keys: number, ...args: string[]): Promise<unknown>;
}

/** The used members of a client of `redis` (node-redis), version 4 or newer; clusters and pools need version 5. */
export interface NodeRedisLike {
  evalSha(sha: string, args: { keys: string[]; arguments: string[] }): Promise<unknown>;
  eval(script: string, args: { keys: string[]; arguments: string[] }): Promise<unknown>;
}

/** A client that the application connects and closes. */
export type RedisClientLike = IoredisLike | NodeRedisLike;

/** The options of a Redis store. All durations are in milliseconds. */
export interface RedisStoreOptions {
  /** The prefix of every key. Default: `"hookseal:"`. Applications that share one Redis need different prefixes. */
  prefix?: string | undefined;
  /**
   * The TTL of a claim. Default: 60 000. While the process lives, the store renews the claim after each third of the TTL. After a
   * crash, a retry is handled when the TTL has passed.
   */
  claimTtl?: number | undefined;
  /**
   * The longest time that a claim is renewed. Default: 10 minutes. Choose a time that no handler exceeds. The limit frees the
   * delivery of a handler that hangs.
   */
  maxClaimTime?: number | undefined;
  /**
   * The retention of a handled delivery. Default: 7 days. PainChek's last automatic attempt is 72 hours after the first, and people
   * resend manually after that, so 3 days would be too short.
   */
  retention?: number | undefined;
  /** The timeout of each Redis command. Default: 2000. */
  timeout?: number | undefined;
  /**
   * Called where `done` or `release` finds that the claim has expired and another caller owns the id: the delivery is handled
   * twice. Then `claimTtl` or `maxClaimTime` is too short, the process was suspended, or Redis lost the claim. Errors that it
   * throws are ignored.
   */
  onClaimLost?: ((id: string) => void) | undefined;
}

const OPTIONS = {
  prefix: true,
  claimTtl: true,
  maxClaimTime: true,
  retention: true,
  timeout: true,
  onClaimLost: true,
} satisfies Record<keyof RedisStoreOptions, true>;

/** Why an operation of a store failed. The message holds neither ids nor keys; `cause` is the error of the client. */
export class RedisStoreError extends Error {
  /** @internal The name in bundles, too, which shorten names. */
  static override readonly name = "RedisStoreError";
  override readonly name = "RedisStoreError";
  /** `store-timeout`: no reply within `timeout`. `store-failed`: the client or Redis reported an error. */
  readonly code: "store-timeout" | "store-failed";

  constructor(code: RedisStoreError["code"], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** A claim that this process has made. */
interface RedisClaim {
  id: string;
  key: string;
  digest: string;
  token: string;
  since: number;
  /** Whether the store still renews the claim. */
  isRenewing: boolean;
  /** Whether the delivery was handled, and `done` has failed so far. */
  isCompletionPending?: boolean;
}

/** The replies of the claim script, by number. */
const STATES: readonly ClaimState[] = ["new", "in-progress", "done", "changed"];

/**
 * Executes a script, and returns its reply: the index of a claim's state, or the number of claims that were changed (0 or 1). No
 * caller waits for a `"background"` call: its timer keeps no process alive, and the script is sent as
 * text, so that no second command is needed if Redis does not know the script.
 */
type Run = (script: Script, key: string, args: string[], mode?: "background") => Promise<number>;

/** A `Run` that can find out whether its timeout has passed. */
type CancellableRun = (
  script: Script,
  key: string,
  args: string[],
  mode: "background" | undefined,
  isTimedOut: () => boolean,
) => Promise<number>;

/** 31 bits of milliseconds: timers fire at once for longer durations. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * A store in Redis, with a connected client of `ioredis` or `redis`.
 *
 * Each operation is one script on one key, which Redis executes atomically: of any number of simultaneous claims of an id on any
 * number of machines, exactly one returns `"new"`. Ids are hashed, so that keys do not show them.
 *
 * Configure Redis so that no claim is lost: `appendonly yes` and `maxmemory-policy noeviction`.
 *
 * @example
 * ```ts
 * import { Redis } from "ioredis";
 * import { redisStore } from "hookseal/redis";
 *
 * const store = redisStore(new Redis("redis://localhost:6379"));
 * createServer(receiver(hook, handler, { store, onStoreError: "refuse" }));
 * ```
 */
export function redisStore(client: RedisClientLike, options: RedisStoreOptions = {}): DeliveryStore {
  const mistake = optionMistake("redisStore", options, OPTIONS);
  if (mistake !== undefined) throw new TypeError(mistake);
  const {
    prefix = "hookseal:",
    claimTtl = 60_000,
    maxClaimTime = 600_000,
    retention = 604_800_000,
    timeout = 2000,
    onClaimLost,
  } = options ?? {};
  for (const [name, value] of Object.entries({ claimTtl, maxClaimTime, retention, timeout })) {
    if (!(Number.isSafeInteger(value) && value >= 1)) {
      throw new TypeError(
        `Invalid value for option \`${name}\` of a Redis store: expected a whole number of milliseconds, at least 1.`,
      );
    }
  }
  if (timeout > MAX_TIMER_MS) {
    throw new TypeError(
      `Invalid value for option \`timeout\` of a Redis store: expected at most ${MAX_TIMER_MS} milliseconds.`,
    );
  }
  if (typeof prefix !== "string")
    throw new TypeError("Invalid value for option `prefix` of a Redis store: expected a string.");
  if (onClaimLost !== undefined && typeof onClaimLost !== "function")
    throw new TypeError("Invalid value for option `onClaimLost` of a Redis store: expected a function.");
  const run = withTimeout(runner(client), timeout);
  return new RedisStore(
    identityOf(client, prefix),
    run,
    prefix,
    claimTtl,
    maxClaimTime,
    retention,
    onClaimLost,
  );
}

/** The identity of the keys with one prefix on one client, which all stores for them share. */
const identities = new WeakMap<object, Map<string, object>>();

function identityOf(client: object, prefix: string): object {
  const known = identities.get(client) ?? new Map<string, object>();
  identities.set(client, known);
  const identity = known.get(prefix) ?? {};
  known.set(prefix, identity);
  return identity;
}

/** See `redisStore`. */
class RedisStore implements DeliveryStore {
  /** Equal for stores that share their keys, so that receivers on them are recognized as sharing a store. */
  readonly [STORE_IDENTITY]: object;
  readonly #run: Run;
  readonly #prefix: string;
  readonly #claimTtl: number;
  readonly #maxClaimTime: number;
  readonly #retention: number;
  readonly #onClaimLost: ((id: string) => void) | undefined;
  readonly #claims = new Map<string, RedisClaim>();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    identity: object,
    run: Run,
    prefix: string,
    claimTtl: number,
    maxClaimTime: number,
    retention: number,
    onClaimLost: ((id: string) => void) | undefined,
  ) {
    this[STORE_IDENTITY] = identity;
    this.#run = run;
    this.#prefix = prefix;
    this.#claimTtl = claimTtl;
    this.#maxClaimTime = maxClaimTime;
    this.#retention = retention;
    this.#onClaimLost = onClaimLost;
  }

  async claim(id: string, digest: string, token?: string): Promise<ClaimState> {
    const claim: RedisClaim = {
      id,
      key: this.#key(id),
      digest,
      token: token ?? randomUUID(),
      since: performance.now(),
      isRenewing: true,
    };
    let state: number;
    try {
      state = await this.#run(CLAIM, claim.key, [digest, claim.token, `${this.#claimTtl}`]);
    } catch (error) {
      // The claim may have succeeded although its reply was lost. Release it on the same connection: commands are ordered, so
      // the release runs after a late claim. A late `done` is still kept; see its script. An earlier claim under the same key
      // (claims without a token share one) must not be overwritten.
      const earlier = this.#claims.get(claimKey(id, token));
      if (!(earlier?.isRenewing || earlier?.isCompletionPending))
        this.#keep(claimKey(id, token), { ...claim, isRenewing: false });
      this.#run(RELEASE, claim.key, [claim.token], "background").catch(() => {});
      throw error;
    }
    if (state === 0) this.#keep(claimKey(id, token), claim);
    return STATES[state] as ClaimState;
  }

  async done(id: string, token?: string): Promise<void> {
    const claim = this.#claims.get(claimKey(id, token));
    const args = [token ?? claim?.token ?? "", claim?.digest ?? "", `${this.#retention}`];
    let changed: number;
    try {
      changed = await this.#run(DONE, this.#key(id), args);
    } catch (error) {
      // `#renew` tries again until Redis is back.
      if (claim !== undefined) claim.isCompletionPending = true;
      throw error;
    }
    this.#forget(claimKey(id, token));
    if (changed === 0) this.#reportLost(id);
  }

  async release(id: string, token?: string): Promise<void> {
    const claim = this.#claims.get(claimKey(id, token));
    // Not renewed any more, so that the claim expires if the release fails.
    this.#forget(claimKey(id, token));
    const changed = await this.#run(RELEASE, this.#key(id), [token ?? claim?.token ?? ""]);
    if (changed === 0) this.#reportLost(id);
  }

  #key(id: string): string {
    return `${this.#prefix}${idHash(id)}`;
  }

  #reportLost(id: string): void {
    try {
      this.#onClaimLost?.(id);
    } catch {
      // Ignored: a failed report is not a failed delivery.
    }
  }

  /** Removes a claim of this process, and stops the timer after the last one. */
  #forget(key: string): void {
    this.#claims.delete(key);
    if (this.#claims.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Records a claim of this process, to be renewed. */
  #keep(key: string, claim: RedisClaim): void {
    this.#claims.set(key, claim);
    const interval = Math.min(MAX_TIMER_MS, Math.max(1, Math.floor(this.#claimTtl / 3)));
    this.#timer ??= setInterval(() => this.#renew(), interval);
    // The timer must not keep the process alive; claims expire by themselves.
    this.#timer.unref();
  }

  /** Renews claims, and completes those whose `done` has failed. */
  #renew(): void {
    const now = performance.now();
    for (const [key, claim] of this.#claims) {
      const age = now - claim.since;
      if (age > this.#maxClaimTime) claim.isRenewing = false;
      // No `done` is expected any more: the handler hangs, or the receiver has rejected the delivery.
      if (age > this.#maxClaimTime * 2) this.#forget(key);
      if (claim.isCompletionPending === true) {
        const args = [claim.token, claim.digest, `${this.#retention}`];
        this.#run(DONE, claim.key, args, "background").then(
          (changed) => {
            // Calls of `#renew` may overlap, and a later claim may have replaced this one.
            if (this.#claims.get(key) !== claim) return;
            this.#forget(key);
            if (changed === 0) this.#reportLost(claim.id);
          },
          () => {},
        );
        continue;
      }
      if (!claim.isRenewing || age < this.#claimTtl / 4) continue;
      this.#run(RENEW, claim.key, [claim.token, claim.digest, `${this.#claimTtl}`], "background").then(
        (changed) => {
          if (changed === 0) claim.isRenewing = false;
        },
        // The next call tries again. If none succeeds, the claim expires.
        () => {},
      );
    }
  }
}

/** The key of a claim in this process. The length of the token makes the key unambiguous. */
function claimKey(id: string, token: string | undefined): string {
  return token === undefined ? `:${id}` : `${token.length}:${token}${id}`;
}

/** Executes scripts with a client of either library: by their hash, and as text where Redis does not know the script. */
function runner(client: RedisClientLike): CancellableRun {
  const candidate = client as Partial<IoredisLike> & Partial<NodeRedisLike>;
  const isNodeRedis = typeof candidate?.evalSha === "function";
  if (!isNodeRedis && typeof candidate?.evalsha !== "function") {
    throw new TypeError(
      "Expected a Redis client as the first argument: `new Redis(...)` of ioredis, or `await createClient(...).connect()` of redis.",
    );
  }
  const cluster = client as { nodeClient?: unknown; withTypeMapping?: unknown };
  if (isNodeRedis && typeof cluster.nodeClient === "function" && cluster.withTypeMapping === undefined) {
    throw new TypeError(
      "The cluster client of redis 4 sends scripts to any node, regardless of their key. Use redis 5 or newer, or ioredis.",
    );
  }
  const call = async (form: "sha" | "text", script: Script, key: string, args: string[]) => {
    if (isNodeRedis) {
      const options = { keys: [key], arguments: args };
      return form === "sha"
        ? (client as NodeRedisLike).evalSha(script.sha, options)
        : (client as NodeRedisLike).eval(script.text, options);
    }
    return form === "sha"
      ? (client as IoredisLike).evalsha(script.sha, 1, key, ...args)
      : (client as IoredisLike).eval(script.text, 1, key, ...args);
  };
  return async (script, key, args, mode, isTimedOut) => {
    if (mode !== undefined) return Number(await call("text", script, key, args));
    try {
      return Number(await call("sha", script, key, args));
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith("NOSCRIPT"))) throw error;
      // The claim was released after the timeout. Claiming now would block the delivery without a handler.
      if (script === CLAIM && isTimedOut()) throw error;
      return Number(await call("text", script, key, args));
    }
  };
}

/** Adds a timeout to a runner, and converts its errors. */
function withTimeout(run: CancellableRun, timeout: number): Run {
  return (script, key, args, mode) =>
    new Promise((resolve, reject) => {
      let isTimedOut = false;
      const timer = setTimeout(() => {
        isTimedOut = true;
        reject(new RedisStoreError("store-timeout", `No reply from Redis within ${timeout} ms.`));
      }, timeout);
      if (mode !== undefined) timer.unref();
      run(script, key, args, mode, () => isTimedOut).then(
        (reply) => {
          clearTimeout(timer);
          if (reply in STATES) resolve(reply);
          else reject(new RedisStoreError("store-failed", "Unexpected reply from Redis."));
        },
        (error: unknown) => {
          clearTimeout(timer);
          const message = "The Redis command failed; see `cause`.";
          reject(new RedisStoreError("store-failed", message, error));
        },
      );
    });
}

/** A store for any number of machines: one Redis key for each delivery, and one script for each operation. */
/// <reference types="node" />
import { randomUUID } from "node:crypto";
import { idHash } from "./id-hash.js";
import { optionMistake } from "./options.js";
import { CLAIM, DONE, RELEASE, RENEW, type Script } from "./redis-scripts.js";
import { type ClaimState, type DeliveryStore, STORE_IDENTITY } from "./store.js";

/** What is asked of a client of `ioredis`: version 5 or newer, a `Cluster` as well. */
export interface IoredisLike {
  evalsha(sha: string, keys: number, ...args: string[]): Promise<unknown>;
  eval(script: string, keys: number, ...args: string[]): Promise<unknown>;
}

/** What is asked of a client of `redis` (node-redis): version 4 or newer; a cluster or a pool of version 5 or newer. */
export interface NodeRedisLike {
  evalSha(sha: string, args: { keys: string[]; arguments: string[] }): Promise<unknown>;
  eval(script: string, args: { keys: string[]; arguments: string[] }): Promise<unknown>;
}

/** A client that is connected by its owner, and closed by its owner. */
export type RedisClientLike = IoredisLike | NodeRedisLike;

/** How a Redis store names what it keeps, for how long, and how long it waits. All times in milliseconds. */
export interface RedisStoreOptions {
  /** What every key begins with. Default: `"hookseal:"`. Another for each application that shares a Redis. */
  prefix?: string | undefined;
  /**
   * How long a claim lasts that nobody renews. Default: 60 000. As long as the process that made it lives, the store
   * renews it each third of this time; after a crash, a retry is handled when this time is over.
   */
  claimTtl?: number | undefined;
  /**
   * How long a claim is renewed at most. Default: 10 minutes. It has to be longer than the handler ever takes: a handler
   * that hangs must not hold its delivery for good.
   */
  maxClaimTime?: number | undefined;
  /**
   * How long a handled delivery is remembered. Default: 7 days. PainChek's last automatic attempt comes 72 hours after the
   * first, and people resend by hand after that: 3 days would be too short.
   */
  retention?: number | undefined;
  /** How long an answer of Redis is waited for. Default: 2000. 24 days at the most, as timers are. */
  timeout?: number | undefined;
  /**
   * Called where `done` or `release` found that the claim had run out and is somebody else's: the delivery is or was handled
   * twice. `claimTtl` and `maxClaimTime` are too short then, the process stood still for that long, or Redis has forgotten the
   * claim. What it throws changes nothing.
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

/** Why a store could not answer. Its message holds neither ids nor keys; `cause` is what the client said. */
export class RedisStoreError extends Error {
  override readonly name = "RedisStoreError";
  /** `store-timeout`: no answer in time. `store-failed`: the client or Redis refused. */
  readonly code: "store-timeout" | "store-failed";

  constructor(code: RedisStoreError["code"], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** A claim of this process. */
interface RedisClaim {
  id: string;
  key: string;
  digest: string;
  token: string;
  since: number;
  /** Whether it is still renewed. */
  isRenewing: boolean;
  /** Whether its delivery was handled, and Redis could not be told yet. */
  isCompletionPending?: boolean;
}

/** What the script of a claim says, by number. */
const STATES: readonly ClaimState[] = ["new", "in-progress", "done", "changed"];

/**
 * Executes a script. `aside` is for what nobody waits for: it keeps no process alive, and it goes as a text, so that a client
 * that has given up on it has nothing left to do when Redis does not know the script.
 */
type Run = (script: Script, key: string, args: string[], background?: "aside") => Promise<number>;

/** The same, which can ask whether anybody still waits for it. */
type CancellableRun = (
  script: Script,
  key: string,
  args: string[],
  background: "aside" | undefined,
  isTimedOut: () => boolean,
) => Promise<number>;

/** What a timer can wait at the most: a longer time would be none. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * A store on Redis, by a client of `ioredis` or `redis` that you have made and connected.
 *
 * Each operation is one script on one key, which Redis executes as a whole: of any number of simultaneous claims of an id on
 * any number of machines, exactly one is told `"new"`. Ids are hashed, so that no key shows one.
 *
 * Redis has to be told to keep what it is given: `appendonly yes` and `maxmemory-policy noeviction`.
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
        `The option \`${name}\` of a Redis store has to be a whole number of milliseconds.`,
      );
    }
  }
  if (timeout > MAX_TIMER_MS) {
    throw new TypeError(
      `The option \`timeout\` of a Redis store can be ${MAX_TIMER_MS} milliseconds at the most.`,
    );
  }
  if (typeof prefix !== "string")
    throw new TypeError("The option `prefix` of a Redis store has to be a text.");
  if (onClaimLost !== undefined && typeof onClaimLost !== "function")
    throw new TypeError("The option `onClaimLost` of a Redis store has to be a function.");
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

/** What stands for the keys of one prefix behind one client, however many stores are made on them. */
const identities = new WeakMap<object, Map<string, object>>();

function identityOf(client: object, prefix: string): object {
  const known = identities.get(client) ?? new Map<string, object>();
  identities.set(client, known);
  const identity = known.get(prefix) ?? {};
  known.set(prefix, identity);
  return identity;
}

class RedisStore implements DeliveryStore {
  /** Stores that know the same are one, where receivers are told apart. */
  readonly [STORE_IDENTITY]: object;
  readonly #run: Run;
  readonly #prefix: string;
  readonly #claimTtl: number;
  readonly #longest: number;
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
    this.#longest = maxClaimTime;
    this.#retention = retention;
    this.#onClaimLost = onClaimLost;
  }

  async claim(id: string, digest: string, name?: string): Promise<ClaimState> {
    const claim: RedisClaim = {
      id,
      key: this.#key(id),
      digest,
      token: name ?? randomUUID(),
      since: performance.now(),
      isRenewing: true,
    };
    let state: number;
    try {
      state = await this.#run(CLAIM, claim.key, [digest, claim.token, `${this.#claimTtl}`]);
    } catch (error) {
      // Redis may have made the claim, and only its answer was lost; or makes it when it is back. Nobody would know of it:
      // it is given back on the same connection, behind it. A `done` that comes nevertheless is kept: see its script.
      // An earlier claim that has no name of its own is at work, or still to be told, and not to be lost for it.
      const earlier = this.#claims.get(claimKey(id, name));
      if (!(earlier?.isRenewing || earlier?.isCompletionPending))
        this.#keep(claimKey(id, name), { ...claim, isRenewing: false });
      this.#run(RELEASE, claim.key, [claim.token], "aside").catch(() => {});
      throw error;
    }
    if (state === 0) this.#keep(claimKey(id, name), claim);
    return STATES[state] as ClaimState;
  }

  async done(id: string, name?: string): Promise<void> {
    const claim = this.#claims.get(claimKey(id, name));
    const args = [name ?? claim?.token ?? "", claim?.digest ?? "", `${this.#retention}`];
    let isOwned: number;
    try {
      isOwned = await this.#run(DONE, this.#key(id), args);
    } catch (error) {
      // Redis is told when it is back.
      if (claim !== undefined) claim.isCompletionPending = true;
      throw error;
    }
    this.#forget(claimKey(id, name));
    if (isOwned === 0) this.#lost(id);
  }

  async release(id: string, name?: string): Promise<void> {
    const claim = this.#claims.get(claimKey(id, name));
    // Not renewed from here on: where Redis does not answer, the claim ends by itself.
    this.#forget(claimKey(id, name));
    const isOwned = await this.#run(RELEASE, this.#key(id), [name ?? claim?.token ?? ""]);
    if (isOwned === 0) this.#lost(id);
  }

  #key(id: string): string {
    return `${this.#prefix}${idHash(id)}`;
  }

  #lost(id: string): void {
    try {
      this.#onClaimLost?.(id);
    } catch {
      // A report that fails is no delivery that fails.
    }
  }

  #forget(at: string): void {
    this.#claims.delete(at);
    if (this.#claims.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #keep(at: string, claim: RedisClaim): void {
    this.#claims.set(at, claim);
    const turn = Math.min(MAX_TIMER_MS, Math.max(1, Math.floor(this.#claimTtl / 3)));
    this.#timer ??= setInterval(() => this.#renew(), turn);
    // A process ends when its work is done; its claims end by themselves.
    this.#timer.unref();
  }

  #renew(): void {
    const now = performance.now();
    for (const [at, claim] of this.#claims) {
      const age = now - claim.since;
      if (age > this.#longest) claim.isRenewing = false;
      // Nobody will come back for it: the handler hangs, or its receiver has refused the delivery.
      if (age > this.#longest * 2) this.#forget(at);
      if (claim.isCompletionPending === true) {
        const args = [claim.token, claim.digest, `${this.#retention}`];
        this.#run(DONE, claim.key, args, "aside").then(
          (isOwned) => {
            // Turns may overlap, and a later claim may have come in its place.
            if (this.#claims.get(at) !== claim) return;
            this.#forget(at);
            if (isOwned === 0) this.#lost(claim.id);
          },
          () => {},
        );
        continue;
      }
      if (!claim.isRenewing || age < this.#claimTtl / 4) continue;
      this.#run(RENEW, claim.key, [claim.token, claim.digest, `${this.#claimTtl}`], "aside").then(
        (isOwned) => {
          if (isOwned === 0) claim.isRenewing = false;
        },
        // The next turn tries again; where none succeeds, the claim ends.
        () => {},
      );
    }
  }
}

/** Claims that have names are kept apart by them, wherever a name ends and an id begins. */
function claimKey(id: string, name: string | undefined): string {
  return name === undefined ? `:${id}` : `${name.length}:${name}${id}`;
}

/** How the client at hand executes a script: by its hash, and as a text where Redis does not know it (yet, or any more). */
function runner(client: RedisClientLike): CancellableRun {
  const both = client as Partial<IoredisLike> & Partial<NodeRedisLike>;
  const isNodeRedis = typeof both?.evalSha === "function";
  if (!isNodeRedis && typeof both?.evalsha !== "function") {
    throw new TypeError(
      "redisStore needs a client: `new Redis(...)` of ioredis, or `await createClient(...).connect()` of redis.",
    );
  }
  const cluster = client as { nodeClient?: unknown; withTypeMapping?: unknown };
  if (isNodeRedis && typeof cluster.nodeClient === "function" && cluster.withTypeMapping === undefined) {
    throw new TypeError(
      "The cluster of redis 4 sends scripts to any node, whatever their key: take redis 5 or newer, or ioredis.",
    );
  }
  const call = async (how: "sha" | "text", script: Script, key: string, args: string[]) => {
    if (isNodeRedis) {
      const given = { keys: [key], arguments: args };
      return how === "sha"
        ? (client as NodeRedisLike).evalSha(script.sha, given)
        : (client as NodeRedisLike).eval(script.text, given);
    }
    return how === "sha"
      ? (client as IoredisLike).evalsha(script.sha, 1, key, ...args)
      : (client as IoredisLike).eval(script.text, 1, key, ...args);
  };
  return async (script, key, args, background, isTimedOut) => {
    if (background !== undefined) return Number(await call("text", script, key, args));
    try {
      return Number(await call("sha", script, key, args));
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith("NOSCRIPT"))) throw error;
      // The claim was given back meanwhile. It would be made behind that, and be nobody's.
      if (script === CLAIM && isTimedOut()) throw error;
      return Number(await call("text", script, key, args));
    }
  };
}

/** The same, waiting no longer than that. */
function withTimeout(run: CancellableRun, timeout: number): Run {
  return (script, key, args, background) =>
    new Promise((resolve, reject) => {
      let isTimedOut = false;
      const timer = setTimeout(() => {
        isTimedOut = true;
        reject(new RedisStoreError("store-timeout", `Redis gave no answer within ${timeout} ms.`));
      }, timeout);
      if (background !== undefined) timer.unref();
      run(script, key, args, background, () => isTimedOut).then(
        (answer) => {
          clearTimeout(timer);
          if (answer in STATES) resolve(answer);
          else
            reject(new RedisStoreError("store-failed", "Redis answered what no script of the store says."));
        },
        (error: unknown) => {
          clearTimeout(timer);
          const message = "Redis could not be asked, or refused: `cause` says why.";
          reject(new RedisStoreError("store-failed", message, error));
        },
      );
    });
}

/** A store in the memory of one process, bounded in size and time. */
import { ownMessage } from "./error.js";
import { optionMistake } from "./options.js";
import { type ClaimState, type DeliveryStore, STORE_AT_ONCE, type StoreAtOnce } from "./store.js";

/** Limits of a memory store. */
export interface MemoryStoreOptions {
  /**
   * The retention of a handled delivery, in milliseconds. Default: 7 days. PainChek's last automatic attempt is 72 hours after the
   * first, and people resend manually after that, so 3 days would be too short.
   */
  retention?: number | undefined;
  /**
   * The TTL of a claim, in milliseconds. Default: 10 minutes. Choose a TTL that no handler exceeds: after it, a retry is handled
   * while the first handler still runs.
   */
  claimTtl?: number | undefined;
  /** The largest number of claims and handled deliveries. Default: 100 000, which take about 36 MB of memory. */
  maxEntries?: number | undefined;
  /** The clock, in milliseconds. Default: `performance.now`, which does not jump when the system clock is set. */
  now?: (() => number) | undefined;
}

const OPTIONS = {
  retention: true,
  claimTtl: true,
  maxEntries: true,
  now: true,
} satisfies Record<keyof MemoryStoreOptions, true>;

/** A store in memory, with its statistics. */
export interface MemoryStore extends DeliveryStore {
  /** The number of claims and handled deliveries in the store. */
  readonly size: number;
  /**
   * The number of handled deliveries that were evicted before the end of their retention. If it is not 0, `maxEntries` is too small
   * for the deliveries of one `retention`.
   */
  readonly evicted: number;
}

/** A claim, or a delivery that was handled. PERF: one object for both, since every object that is kept costs collections. */
interface MemoryEntry {
  id: string;
  digest: string;
  /** PERF: a whole number, which takes no memory of its own. */
  expiresAt: number;
  /** The token of a claim. A handled delivery has none. */
  token: string | undefined;
}

/**
 * A store for one process: its contents are lost with the process, and not shared with other processes.
 *
 * When `maxEntries` is reached, the delivery that was handled first is evicted and counted in `evicted`; a retry of it would be
 * handled again. A claim is never evicted: if the store holds nothing but claims, `claim` throws, and the receiver follows its
 * option `onStoreError`.
 *
 * @example
 * ```ts
 * const store = memoryStore({ retention: 14 * 24 * 60 * 60 * 1000 });
 * createServer(receiver(hook, handler, { store }));
 * ```
 */
export function memoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  const mistake = optionMistake("memoryStore", options, OPTIONS);
  if (mistake !== undefined) throw new TypeError(mistake);
  const {
    retention = 7 * 24 * 60 * 60 * 1000,
    claimTtl = 10 * 60 * 1000,
    maxEntries = 100_000,
    now = () => performance.now(),
  } = options ?? {};
  for (const [name, value] of Object.entries({ retention, claimTtl, maxEntries })) {
    if (!(typeof value === "number" && value >= 1)) {
      throw new TypeError(
        `Invalid value for option \`${name}\` of a memory store: expected a number of at least 1.`,
      );
    }
  }
  if (typeof now !== "function")
    throw new TypeError("Invalid value for option `now` of a memory store: expected a function.");
  return new Memory(retention, claimTtl, maxEntries, now);
}

class Memory implements MemoryStore {
  evicted = 0;
  readonly #claims = new Map<string, MemoryEntry>();
  readonly #handled = new Map<string, MemoryEntry>();
  /**
   * The handled deliveries in the order of completion, which is also the order in which their retention ends, from `#oldest` on.
   * PERF: a Map has this order too, but steps over all deleted entries to find its first one.
   */
  #order: (MemoryEntry | undefined)[] = [];
  #oldest = 0;
  readonly #atOnce: StoreAtOnce = {
    claim: (id, digest, token) => this.#claim(id, digest, token),
    done: (id, token) => this.#done(id, token),
    release: (id, token) => this.#release(id, token),
  };

  readonly #retention: number;
  readonly #claimTtl: number;
  readonly #maxEntries: number;
  readonly #now: () => number;

  constructor(retention: number, claimTtl: number, maxEntries: number, now: () => number) {
    this.#retention = retention;
    this.#claimTtl = claimTtl;
    this.#maxEntries = maxEntries;
    this.#now = now;
  }

  get size(): number {
    return this.#claims.size + this.#handled.size;
  }

  /** The calls without promises. Undefined where a method was replaced, by which a program observes or changes the calls. */
  get [STORE_AT_ONCE](): StoreAtOnce | undefined {
    const { claim, done, release } = Memory.prototype;
    const isUnchanged = this.claim === claim && this.done === done && this.release === release;
    return isUnchanged ? this.#atOnce : undefined;
  }

  async claim(id: string, digest: string, token?: string): Promise<ClaimState> {
    return this.#claim(id, digest, token);
  }

  async done(id: string, token?: string): Promise<void> {
    this.#done(id, token);
  }

  async release(id: string, token?: string): Promise<void> {
    this.#release(id, token);
  }

  // INVARIANT: no promise in this method, which makes a claim atomic.
  #claim(id: string, digest: string, token: string | undefined): ClaimState {
    const now = this.#now();
    const claim = this.#claims.get(id);
    if (claim !== undefined) {
      if (claim.expiresAt > now) return claim.digest === digest ? "in-progress" : "changed";
      this.#claims.delete(id);
    }
    const handled = this.#handled.get(id);
    if (handled !== undefined) {
      if (handled.expiresAt > now) return handled.digest === digest ? "done" : "changed";
      this.#handled.delete(id);
    }
    this.#evict(now);
    this.#claims.set(id, { id, digest, expiresAt: Math.ceil(now + this.#claimTtl), token });
    return "new";
  }

  #done(id: string, token: string | undefined): void {
    const claim = this.#claims.get(id);
    // An expired claim that no other caller has taken over can still be completed.
    if (claim === undefined || isOwnedByOther(claim, token)) return;
    this.#claims.delete(id);
    claim.token = undefined;
    claim.expiresAt = Math.ceil(this.#now() + this.#retention);
    this.#handled.set(id, claim);
    this.#order.push(claim);
  }

  #release(id: string, token: string | undefined): void {
    const claim = this.#claims.get(id);
    if (claim !== undefined && !isOwnedByOther(claim, token)) this.#claims.delete(id);
  }

  /** Makes room for a claim. */
  #evict(now: number): void {
    // Expired deliveries are removed a few at a time, so that no single claim is slow.
    for (let remaining = 8; remaining > 0; remaining--) {
      const oldest = this.#oldestHandled();
      if (oldest === undefined || oldest.expiresAt > now) break;
      this.#handled.delete(oldest.id);
    }
    if (this.size < this.#maxEntries) return;
    for (const [id, { expiresAt }] of this.#claims) {
      if (expiresAt <= now) this.#claims.delete(id);
    }
    while (this.size >= this.#maxEntries) {
      const oldest = this.#oldestHandled();
      if (oldest === undefined) {
        throw ownMessage(
          new Error(
            `The memory store is full: ${this.#maxEntries} deliveries are in progress. Check for handlers that never end, or raise \`maxEntries\`.`,
          ),
        );
      }
      this.#handled.delete(oldest.id);
      this.evicted += 1;
    }
  }

  /** The delivery that was handled first. */
  #oldestHandled(): MemoryEntry | undefined {
    for (; this.#oldest < this.#order.length; this.#oldest++) {
      const entry = this.#order[this.#oldest] as MemoryEntry;
      if (this.#handled.get(entry.id) === entry) return entry;
      this.#order[this.#oldest] = undefined;
      // As many are dropped as are kept, so that each is moved once on average.
      if (this.#oldest > 1_000 && this.#oldest * 2 > this.#order.length) {
        this.#order = this.#order.slice(this.#oldest + 1);
        this.#oldest = -1;
      }
    }
    return undefined;
  }
}

/** Whether a claim has another token. Without a token, every claim counts as the caller's. */
function isOwnedByOther(claim: MemoryEntry, token: string | undefined): boolean {
  return token !== undefined && claim.token !== token;
}

/** A store in the memory of one process, bounded in size and time. */
import { ownMessage } from "./error.js";
import { optionMistake } from "./options.js";
import type { ClaimState, DeliveryStore } from "./store.js";

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

/** A claim that is neither completed nor released. */
interface MemoryClaim {
  digest: string;
  expiresAt: number;
  token: string | undefined;
}

/** A delivery that was handled. */
interface HandledDelivery {
  digest: string;
  expiresAt: number;
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
  readonly #claims = new Map<string, MemoryClaim>();
  /** In the order of completion, which is also the order in which their retention ends. */
  readonly #handled = new Map<string, HandledDelivery>();

  constructor(
    readonly retention: number,
    readonly claimTtl: number,
    readonly maxEntries: number,
    readonly now: () => number,
  ) {}

  get size(): number {
    return this.#claims.size + this.#handled.size;
  }

  // INVARIANT: no `await` in this method, which makes a claim atomic.
  async claim(id: string, digest: string, token?: string): Promise<ClaimState> {
    const now = this.now();
    const claim = this.#claims.get(id);
    if (claim !== undefined && claim.expiresAt > now)
      return claim.digest === digest ? "in-progress" : "changed";
    const handled = this.#handled.get(id);
    if (handled !== undefined && handled.expiresAt > now)
      return handled.digest === digest ? "done" : "changed";
    this.#claims.delete(id);
    this.#handled.delete(id);
    this.#evict(now);
    this.#claims.set(id, { digest, expiresAt: now + this.claimTtl, token });
    return "new";
  }

  async done(id: string, token?: string): Promise<void> {
    const claim = this.#claims.get(id);
    // An expired claim that no other caller has taken over can still be completed.
    if (claim === undefined || isOwnedByOther(claim, token)) return;
    this.#claims.delete(id);
    this.#handled.set(id, { digest: claim.digest, expiresAt: this.now() + this.retention });
  }

  async release(id: string, token?: string): Promise<void> {
    const claim = this.#claims.get(id);
    if (claim !== undefined && !isOwnedByOther(claim, token)) this.#claims.delete(id);
  }

  #evict(now: number): void {
    // Expired deliveries are removed a few at a time, so that no single claim is slow.
    let remaining = 8;
    for (const [id, { expiresAt }] of this.#handled) {
      if (expiresAt > now || remaining === 0) break;
      this.#handled.delete(id);
      remaining -= 1;
    }
    if (this.size < this.maxEntries) return;
    for (const [id, { expiresAt }] of this.#claims) {
      if (expiresAt <= now) this.#claims.delete(id);
    }
    while (this.size >= this.maxEntries) {
      const [oldest] = this.#handled.keys();
      if (oldest === undefined) {
        throw ownMessage(
          new Error(
            `The memory store is full: ${this.maxEntries} deliveries are in progress. Check for handlers that never end, or raise \`maxEntries\`.`,
          ),
        );
      }
      this.#handled.delete(oldest);
      this.evicted += 1;
    }
  }
}

/** Whether a claim has another token. Without a token, every claim counts as the caller's. */
function isOwnedByOther(claim: MemoryClaim, token: string | undefined): boolean {
  return token !== undefined && claim.token !== token;
}

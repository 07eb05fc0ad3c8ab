/** A store in the memory of one process: bounded, and forgetting what is old. */
import { ownMessage } from "./error.js";
import { optionMistake } from "./options.js";
import type { ClaimState, DeliveryStore } from "./store.js";

/** How much a memory store keeps, and for how long. */
export interface MemoryStoreOptions {
  /**
   * How long a handled delivery is remembered, in milliseconds. Default: 7 days. PainChek's last automatic attempt comes 72
   * hours after the first, and people resend by hand after that: 3 days would be too short.
   */
  retention?: number | undefined;
  /**
   * How long a claim lasts that is neither done nor released, in milliseconds. Default: 10 minutes. It has to be longer
   * than the handler ever takes: after it, a retry is handled beside a handler that is still running.
   */
  claimTtl?: number | undefined;
  /** How many deliveries it knows at most. Default: 100 000, in about 36 MB of memory when full. */
  maxEntries?: number | undefined;
  /** The clock, in milliseconds. Default: `performance.now`, which goes on when the clock of the machine is set. */
  now?: (() => number) | undefined;
}

const OPTIONS = {
  retention: true,
  claimTtl: true,
  maxEntries: true,
  now: true,
} satisfies Record<keyof MemoryStoreOptions, true>;

/** A store in memory, and how it stands. */
export interface MemoryStore extends DeliveryStore {
  /** How many deliveries it knows. */
  readonly size: number;
  /**
   * How many finished deliveries it has forgotten before their time, to make room. More than none: `maxEntries` is too
   * small for what arrives within `retention`.
   */
  readonly evicted: number;
}

interface MemoryClaim {
  digest: string;
  expiresAt: number;
  token: string | undefined;
}

interface Finished {
  digest: string;
  expiresAt: number;
}

/**
 * A store for one process: what it knows ends with the process, and no other process knows it.
 *
 * When `maxEntries` is reached, the delivery that was finished first is forgotten and counted in `evicted`; if it comes
 * again, it is handled again. A claim in progress is never forgotten to make room: where there are nothing but claims, the
 * next one is rejected, and the receiver does what its `onStoreError` says.
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
      throw new TypeError(`The option \`${name}\` of a memory store has to be a number from 1.`);
    }
  }
  if (typeof now !== "function")
    throw new TypeError("The option `now` of a memory store has to be a function.");
  return new Memory(retention, claimTtl, maxEntries, now);
}

class Memory implements MemoryStore {
  evicted = 0;
  readonly #claims = new Map<string, MemoryClaim>();
  /** In the order they were finished in, which is the order they end in. */
  readonly #finished = new Map<string, Finished>();

  constructor(
    readonly retention: number,
    readonly claimTtl: number,
    readonly maxEntries: number,
    readonly now: () => number,
  ) {}

  get size(): number {
    return this.#claims.size + this.#finished.size;
  }

  // Nothing here waits: a claim is atomic because nothing comes between its lines.
  async claim(id: string, digest: string, token?: string): Promise<ClaimState> {
    const now = this.now();
    const claim = this.#claims.get(id);
    if (claim !== undefined && claim.expiresAt > now)
      return claim.digest === digest ? "in-progress" : "changed";
    const finished = this.#finished.get(id);
    if (finished !== undefined && finished.expiresAt > now)
      return finished.digest === digest ? "done" : "changed";
    this.#claims.delete(id);
    this.#finished.delete(id);
    this.#evict(now);
    this.#claims.set(id, { digest, expiresAt: now + this.claimTtl, token: token });
    return "new";
  }

  async done(id: string, token?: string): Promise<void> {
    const claim = this.#claims.get(id);
    // A claim that has run out and that nobody else has taken is still this one's.
    if (claim === undefined || isOwnedByOther(claim, token)) return;
    this.#claims.delete(id);
    this.#finished.set(id, { digest: claim.digest, expiresAt: this.now() + this.retention });
  }

  async release(id: string, token?: string): Promise<void> {
    const claim = this.#claims.get(id);
    if (claim !== undefined && !isOwnedByOther(claim, token)) this.#claims.delete(id);
  }

  #evict(now: number): void {
    // A few at a time, so that no claim pays for all of a week.
    let most = 8;
    for (const [id, { expiresAt }] of this.#finished) {
      if (expiresAt > now || most === 0) break;
      this.#finished.delete(id);
      most -= 1;
    }
    if (this.size < this.maxEntries) return;
    for (const [id, { expiresAt }] of this.#claims) {
      if (expiresAt <= now) this.#claims.delete(id);
    }
    while (this.size >= this.maxEntries) {
      const [oldest] = this.#finished.keys();
      if (oldest === undefined) {
        throw ownMessage(
          new Error(
            `The memory store is full: ${this.maxEntries} deliveries are in progress. A handler that never ends may be why; or raise \`maxEntries\`.`,
          ),
        );
      }
      this.#finished.delete(oldest);
      this.evicted += 1;
    }
  }
}

/** Whether a claim is not the one that is meant by this name. Without a name, any is meant. */
function isOwnedByOther(claim: MemoryClaim, token: string | undefined): boolean {
  return token !== undefined && claim.token !== token;
}

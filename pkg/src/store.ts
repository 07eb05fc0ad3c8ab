/** The interface of stores, which recognize deliveries that were handled before. */

/**
 * The result of a claim.
 *
 * - `"new"`: the id was free. The caller has claimed it until `done`, `release`, or the end of the claim's TTL.
 * - `"in-progress"`: another caller has claimed the id, with the same digest.
 * - `"done"`: the id was completed, with the same digest.
 * - `"changed"`: another caller has claimed or completed the id, with another digest.
 */
export type ClaimState = "new" | "in-progress" | "done" | "changed";

/**
 * Remembers deliveries by their id, so that each is handled once. `memoryStore()` is a store for one process, `redisStore` of
 * `hookseal/redis` one for any number of machines. Implement this interface to write another one.
 *
 * A store has four duties:
 *
 * - `claim` is atomic: of any number of simultaneous claims of an id, exactly one returns `"new"`.
 * - A claim that is neither completed nor released expires after its TTL, since the process that made it may have crashed.
 * - The retention of a completed id is longer than the sender retries. A claim is never evicted.
 * - A method whose result is unknown rejects its promise.
 *
 * The last argument of each method is a claim token, which the receiver generates. With it, `done` and `release` do nothing if
 * the claim has expired and another caller has claimed the id: a slow handler neither completes nor releases the claim of another.
 * Without a token, both act on any claim. A store may ignore the token, and then cannot tell these claims apart.
 *
 * @example
 * ```ts
 * const state = await store.claim("assessment_add:9253f6b0", digest, token);
 * if (state === "new") {
 *   try {
 *     await handle(delivery);
 *     await store.done("assessment_add:9253f6b0", token);
 *   } catch {
 *     await store.release("assessment_add:9253f6b0", token);
 *   }
 * }
 * ```
 */
export interface DeliveryStore {
  /** Claims an id. `digest`, a non-empty string, shows whether the payload is the same. */
  claim(id: string, digest: string, token?: string): Promise<ClaimState>;
  /** Completes a claim: later claims return `"done"` or `"changed"`. */
  done(id: string, token?: string): Promise<void>;
  /** Releases a claim: the next claim returns `"new"`. */
  release(id: string, token?: string): Promise<void>;
}

/**
 * The key under which a store has its identity, if several store objects share their contents. A registered symbol, since each
 * entry point may be bundled with its own copy of this package.
 *
 * @internal
 */
export const STORE_IDENTITY: unique symbol = Symbol.for("hookseal.storeIdentity") as never;

/**
 * The key under which a store offers its calls without promises, if its methods are those of this package.
 *
 * @internal
 */
export const STORE_AT_ONCE: unique symbol = Symbol.for("hookseal.storeAtOnce") as never;

/**
 * The calls of a store that needs no time. They throw where the methods of {@link DeliveryStore} reject.
 *
 * @internal
 */
export interface StoreAtOnce {
  claim(id: string, digest: string, token: string): ClaimState;
  done(id: string, token: string): void;
  release(id: string, token: string): void;
}

/** What remembers which deliveries were handled: the interface that every store keeps. */

/**
 * What a store says to a claim.
 *
 * - `"new"`: nobody has this id. It is the caller's now, until `done`, `release`, or the end of the claim's time.
 * - `"in-progress"`: somebody else has it, with the same digest.
 * - `"done"`: it was finished, with the same digest.
 * - `"changed"`: it is somebody else's or finished, with another digest.
 */
export type ClaimState = "new" | "in-progress" | "done" | "changed";

/**
 * Remembers deliveries by their id, so that each is handled once. `memoryStore()` is one for a single process,
 * `redisStore` of `hookseal/redis` one for any number of machines; this is the interface to write another.
 *
 * Four things are asked of it:
 *
 * - `claim` is atomic: of any number of simultaneous claims of an id, exactly one is told `"new"`.
 * - A claim that is neither done nor released ends by itself after a time, since whoever made it may have crashed.
 * - What is done is remembered for longer than the sender retries, and what is in progress is never forgotten to make room.
 * - Where it cannot answer it rejects, and never guesses.
 *
 * The last argument of each is a name for the claim, which the receiver makes up. A store that takes it does nothing in
 * `done` and `release` where the claim has run out and is somebody else's by now: a handler that took too long neither
 * finishes nor frees what another one is working on. Without a name, both do as they are told. A store may leave it out;
 * then that one case is not kept apart.
 *
 * @example
 * ```ts
 * const state = await store.claim("assessment_add:9253f6b0", digest, name);
 * if (state === "new") {
 *   try {
 *     await handle(delivery);
 *     await store.done("assessment_add:9253f6b0", name);
 *   } catch {
 *     await store.release("assessment_add:9253f6b0", name);
 *   }
 * }
 * ```
 */
export interface DeliveryStore {
  /** Asks for an id. `digest`, which is no empty text, tells whether it is the same payload. */
  claim(id: string, digest: string, token?: string): Promise<ClaimState>;
  /** Remembers that it was handled: later claims are told `"done"`, or `"changed"`. */
  done(id: string, token?: string): Promise<void>;
  /** Gives it back: the next claim is told `"new"`. */
  release(id: string, token?: string): Promise<void>;
}

/**
 * Where a store says what it stands for, when several objects share what they know. By a symbol that every copy of this
 * package has, since each entry point may be bundled with a copy of its own.
 *
 * @internal
 */
export const STORE_IDENTITY: unique symbol = Symbol.for("hookseal.storeIdentity") as never;

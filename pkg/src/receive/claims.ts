/** Claims of deliveries: what they are keyed by, and how a store is asked for them, told of their end, and given them back. */
import { ownMessage } from "../error.js";
import { randomId, sha256 } from "../random.js";
import type { ClaimState, DeliveryStore } from "../store.js";
import type { Verified } from "../types.js";
import { RequestError } from "./answer.js";
import { call, within } from "./promises.js";

/** How claims are made. */
export interface ClaimSettings {
  store: DeliveryStore;
  storeTimeout: number;
  /** The receiver's name, which keeps its claims apart from those of others. */
  name: string;
  changed: "handle" | "refuse";
  replayed: "ignore" | "handle";
  onStoreError: "refuse" | "accept";
}

/** What is asked of a webhook. Mocks of one may not have `uncovered`. */
export interface ClaimedHook {
  readonly immutable: boolean;
  readonly uncovered?: readonly unknown[];
}

/** A delivery that is this receiver's to handle. */
export interface Claim {
  /** Empty where the delivery has no idempotency key. */
  key: string;
  /** The proof of ownership; nothing where the store was away and the delivery is handled without a claim. */
  token: string | undefined;
  /** The key of the body, where it was claimed, too. */
  bodyKey: string | undefined;
  /** What claims the body again, where an equal delivery has it that is handled as well. */
  shared?: { key: string; digest: string };
  retryChanged: boolean;
  replayed: boolean;
}

/** What a claim leaves in a receiver's event. */
export interface ClaimEvent {
  retryChanged?: true;
  replayed?: true;
  storeFailed?: "claim" | "done" | "release";
}

/** The digest of every payload of a provider that may change them. */
const ANY = "any";

const STATES: ReadonlySet<unknown> = new Set<ClaimState>(["new", "in-progress", "done", "changed"]);

export class Claims {
  readonly #settings: ClaimSettings;
  readonly #immutable: boolean;
  /** What the provider sends that no signature covers. */
  readonly #uncovered: readonly unknown[];
  readonly #report: (error: unknown) => void;
  #prefix: string | undefined;
  #count = 0;

  /** `report` is told why the store could not answer. */
  constructor(settings: ClaimSettings, hook: ClaimedHook, report: (error: unknown) => void) {
    this.#settings = settings;
    this.#immutable = hook.immutable;
    this.#uncovered = hook.uncovered ?? [];
    this.#report = report;
  }

  /** Claims a delivery. `duplicate`: it was handled before; `replayed`: its body was, under another id or type. */
  async claim(delivery: Verified, event: ClaimEvent): Promise<Claim | "duplicate" | "replayed"> {
    // Without an idempotency key nothing is remembered: equal deliveries may be different events. Whoever can change
    // what is beside the body is not to profit from that.
    if (delivery.id === "" && !this.#isReplayable(delivery)) {
      return { key: "", token: undefined, bodyKey: undefined, retryChanged: false, replayed: false };
    }
    this.#prefix ??= randomId();
    this.#count += 1;
    const token = `${this.#prefix}-${this.#count}`;
    const claim: Claim = { key: "", token, bodyKey: undefined, retryChanged: false, replayed: false };
    let state: Claim | "duplicate" | "replayed" | undefined;
    try {
      state = await this.#take(delivery, claim, token);
    } catch (error) {
      if (error instanceof RequestError) throw error;
      this.#report(error);
      event.storeFailed = "claim";
      // Not waited for: a store that did not answer the one may not answer the other.
      if (claim.bodyKey !== undefined) void this.#settle("release", claim.bodyKey, token, event);
      if (this.#settings.onStoreError === "accept") {
        return { ...claim, token: undefined, bodyKey: undefined };
      }
      throw new RequestError(503, "store-unavailable", {
        outcome: "unavailable",
        detail: "What remembers deliveries does not answer.",
        headers: { "retry-after": "30" },
      });
    } finally {
      if (claim.retryChanged) event.retryChanged = true;
      if (claim.replayed) event.replayed = true;
      // Nothing is handled for it: the body is free for the delivery that is.
      const isGivenBack = event.storeFailed === undefined && typeof state !== "object";
      if (isGivenBack && claim.bodyKey !== undefined) {
        await this.#settle("release", claim.bodyKey, token, event);
      }
    }
    return state;
  }

  /** Ends a claim: both keys, at the same time, so that a crash seldom leaves one behind the other. */
  async end(how: "done" | "release", claim: Claim, event: ClaimEvent): Promise<void> {
    const { key, token, shared } = claim;
    if (token === undefined) return;
    if (shared !== undefined && how === "done") {
      try {
        // The one that had the body may have failed and given it back, and this one was handled.
        if ((await this.#ask(shared.key, shared.digest, token)) === "new") claim.bodyKey = shared.key;
      } catch (error) {
        event.storeFailed = "done";
        this.#report(error);
      }
    }
    const { bodyKey } = claim;
    const own = key === "" ? undefined : this.#settle(how, key, token, event);
    if (bodyKey === undefined) return await own;
    await Promise.all([own, this.#settle(how, bodyKey, token, event)]);
  }

  /** Whether anybody who captured the delivery can send it again under another id or type. */
  #isReplayable({ signature }: Verified): boolean {
    return (
      signature.status === "verified" && (this.#uncovered.length > 0 || signature.uncovered !== undefined)
    );
  }

  /** Asks for everything that handling the delivery takes, and writes into `claim` what was granted. */
  async #take(delivery: Verified, claim: Claim, token: string): Promise<Claim | "duplicate" | "replayed"> {
    const { type, id, digest, signature } = delivery;
    const { name, changed, replayed } = this.#settings;
    const { status } = signature;
    // As JSON, so that no two lists have one key. The id begins with the type and a colon.
    const own = id.startsWith(type) ? id.slice(type.length + 1) : id;
    // SECURITY: "none" behind a header that is not signed. Who leaves out the header would have the delivery handled as
    // often as they send it, so its digest is the key.
    const isKeyless = id === "" && !this.#uncovered.includes("id");
    const parts = id === "" && !isKeyless ? [own, digest] : [own];
    const key = JSON.stringify([name, status, type, ...parts]);
    if (!isKeyless) claim.key = key;
    if (this.#isReplayable(delivery)) {
      // SECURITY: anybody who captured one signed body can send it under another id or type. The body is claimed as
      // well, for this id and type alone. Without its headers a delivery has nothing that is not covered, so that the
      // provider decides, too.
      const bodyKey = JSON.stringify([name, status, digest]);
      // A store shows what it is told as a digest, and a key holds an id.
      const claimed = await sha256(key);
      const state = await this.#ask(bodyKey, claimed, token);
      if (state === "new") claim.bodyKey = bodyKey;
      else if (isKeyless && state !== "changed") claim.shared = { key: bodyKey, digest: claimed };
      // Another attempt at this very delivery.
      else if (state === "in-progress") throw inProgress();
      else if (state === "changed") {
        if (replayed === "ignore") return "replayed";
        claim.replayed = true;
      }
    }
    // It holds nothing but its body, against other types: equal deliveries may be different events.
    if (isKeyless) return claim;
    // Where payloads may change, the id alone says what is a retry.
    let state = await this.#ask(claim.key, this.#immutable ? digest : ANY, token);
    if (state === "changed") {
      if (changed === "refuse") {
        const detail = "The same id came before with another payload.";
        throw new RequestError(409, "retry-changed", { outcome: "refused", detail });
      }
      claim.retryChanged = true;
      claim.key = JSON.stringify([name, status, type, own, digest]);
      state = await this.#ask(claim.key, digest, token);
    }
    if (state === "new") return claim;
    if (state === "done") return "duplicate";
    throw inProgress();
  }

  /** A claim with a deadline. One that is granted after it is given back: nobody is there to handle it. */
  async #ask(key: string, digest: string, token: string): Promise<ClaimState> {
    const { store, storeTimeout } = this.#settings;
    const asked = call(() => store.claim(key, digest, token));
    const state = await within(storeTimeout, asked);
    if (state !== undefined) {
      if (STATES.has(state)) return state;
      throw ownMessage(new TypeError(`The store answered a claim with none of: ${[...STATES].join(", ")}.`));
    }
    asked.then((late) => (late === "new" ? store.release(key, token) : undefined)).catch(() => {});
    throw ownMessage(new Error(`The store did not answer a claim within ${storeTimeout} ms.`));
  }

  /**
   * Tells the store how a claim ended. What it cannot be told, twice, changes nothing of the answer: the handler has done
   * what it did, and the claim ends by itself.
   */
  async #settle(how: "done" | "release", key: string, token: string, event: ClaimEvent): Promise<void> {
    const { store, storeTimeout } = this.#settings;
    for (let attempt = 1; attempt <= 2; attempt++) {
      try {
        const told = call(() => store[how](key, token)).then(() => true);
        if ((await within(storeTimeout, told)) === true) return;
        throw ownMessage(new Error(`The store did not answer within ${storeTimeout} ms.`));
      } catch (error) {
        if (attempt === 2) {
          event.storeFailed = how;
          this.#report(error);
        }
      }
    }
  }
}

function inProgress(): RequestError {
  return new RequestError(409, "in-progress", {
    outcome: "in-progress",
    detail: "The same delivery is being handled at this moment.",
    headers: { "retry-after": "30" },
  });
}

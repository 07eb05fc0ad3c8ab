/** Claims of deliveries: their keys, and the calls of a store that make, complete and release them. */
import { ownMessage } from "../error.js";
import { randomId, sha256 } from "../random.js";
import { type ClaimState, type DeliveryStore, STORE_AT_ONCE, type StoreAtOnce } from "../store.js";
import type { Verified } from "../types.js";
import { call, withTimeout } from "./promises.js";
import { RequestError } from "./response.js";

/** The options of a receiver that decide about claims. */
export interface ClaimSettings {
  store: DeliveryStore;
  storeTimeout: number;
  /** The receiver's name, which keeps its claims apart from those of others. */
  name: string;
  changed: "handle" | "refuse";
  replayed: "ignore" | "handle";
  onStoreError: "refuse" | "accept";
}

/** The used members of a webhook. `uncovered` is optional for mocks. */
export interface ClaimedHook {
  readonly immutable: boolean;
  readonly uncovered?: readonly unknown[];
}

/** What is claimed: a delivery, or one event of it. */
export interface Claimable extends Pick<Verified, "type" | "id" | "signature" | "digest"> {
  /** Whether it is one event of a delivery. Its id alone identifies a retry, which may come with other events. */
  readonly isItem?: boolean;
}

/** The right to handle a delivery. */
export interface Claim {
  /** Empty where the delivery has no idempotency key. */
  key: string;
  /** The claim token; undefined for a delivery that is handled without a claim. */
  token: string | undefined;
  /** The key of the body, if the body was claimed as well. */
  bodyKey: string | undefined;
  /**
   * Set if an equal delivery without an idempotency key has claimed the body, and this one is handled as well. After that, the
   * body is claimed with these arguments, in case the other delivery failed and released it.
   */
  sharedBody?: { key: string; digest: string };
  retryChanged: boolean;
  replayed: boolean;
}

/** The fields of a receiver's event that claims set. */
export interface ClaimEvent {
  retryChanged?: true;
  replayed?: true;
  storeFailed?: "claim" | "done" | "release";
}

/** Replaces the digest, for providers whose payload may change between attempts. */
const ANY_DIGEST = "any";

const STATES: ReadonlySet<unknown> = new Set<ClaimState>(["new", "in-progress", "done", "changed"]);

/** Makes and ends the claims of one receiver. */
export class Claims {
  readonly #settings: ClaimSettings;
  readonly #immutable: boolean;
  /** The parts of a delivery that the provider's signature does not cover. */
  readonly #uncovered: readonly unknown[];
  readonly #report: (error: unknown) => void;
  #tokenPrefix: string | undefined;
  #claimCount = 0;
  /** The start of the keys of the last claim: most deliveries of a webhook have one status and few types. */
  #keyStart = { status: "", type: "", text: "" };

  /** `report` is called with the errors of the store. */
  constructor(settings: ClaimSettings, hook: ClaimedHook, report: (error: unknown) => void) {
    this.#settings = settings;
    this.#immutable = hook.immutable;
    this.#uncovered = hook.uncovered ?? [];
    this.#report = report;
  }

  /** Whether claims need the digests of deliveries with an id. */
  get needsDigest(): boolean {
    return this.#immutable || this.#uncovered.length > 0;
  }

  /**
   * Claims a delivery without a promise. Undefined where only {@link claim} can: the store needs time or fails, the delivery has
   * no idempotency key or several keys, or its claim is neither new nor a duplicate.
   */
  claimAtOnce(delivery: Claimable): Claim | "duplicate" | undefined {
    if (delivery.id === "" || this.#isReplayable(delivery)) return undefined;
    const store = this.#storeAtOnce();
    if (store === undefined) return undefined;
    const key = this.#keyOf(delivery);
    const token = this.#nextToken();
    try {
      const state = store.claim(key, this.#digestOf(delivery), token);
      if (state === "done") return "duplicate";
      if (state === "new") return { key, token, bodyKey: undefined, retryChanged: false, replayed: false };
    } catch {
      // `claim` gets the same error and reports it.
    }
    return undefined;
  }

  /** Completes or releases a claim without a promise, and returns whether it did. */
  endAtOnce(operation: "done" | "release", { key, token, bodyKey, sharedBody }: Claim): boolean {
    if (token === undefined) return true;
    if (key === "" || bodyKey !== undefined || sharedBody !== undefined) return false;
    const store = this.#storeAtOnce();
    if (store === undefined) return false;
    try {
      store[operation](key, token);
      return true;
    } catch {
      // `end` calls the store again, and reports its error.
      return false;
    }
  }

  /**
   * Claims a delivery. `duplicate`: the delivery was handled before. `replayed`: its body was handled before under another id or
   * type.
   */
  async claim(delivery: Claimable, event: ClaimEvent): Promise<Claim | "duplicate" | "replayed"> {
    // A delivery without an idempotency key is not claimed, since equal deliveries may be different events. SECURITY: one that is
    // replayable is claimed by its body.
    if (delivery.id === "" && !this.#isReplayable(delivery)) {
      return { key: "", token: undefined, bodyKey: undefined, retryChanged: false, replayed: false };
    }
    const token = this.#nextToken();
    const claim: Claim = { key: "", token, bodyKey: undefined, retryChanged: false, replayed: false };
    let state: Claim | "duplicate" | "replayed" | undefined;
    try {
      state = await this.#claimKeys(delivery, claim, token);
    } catch (error) {
      if (error instanceof RequestError) throw error;
      this.#report(error);
      event.storeFailed = "claim";
      // Not awaited: a store that failed to claim may hang here as well.
      if (claim.bodyKey !== undefined) void this.#finishClaim("release", claim.bodyKey, token, event);
      if (this.#settings.onStoreError === "accept") {
        return { ...claim, token: undefined, bodyKey: undefined };
      }
      throw new RequestError("store-unavailable", {
        outcome: "unavailable",
        detail: "Store unavailable.",
        headers: { "retry-after": "30" },
      });
    } finally {
      if (claim.retryChanged) event.retryChanged = true;
      if (claim.replayed) event.replayed = true;
      // A duplicate or a replay is not handled, so its claim of the body is released.
      const isNotHandled = event.storeFailed === undefined && typeof state !== "object";
      if (isNotHandled && claim.bodyKey !== undefined) {
        await this.#finishClaim("release", claim.bodyKey, token, event);
      }
    }
    return state;
  }

  /** Completes or releases a claim: both keys at the same time, so that a crash rarely ends only one of them. */
  async end(operation: "done" | "release", claim: Claim, event: ClaimEvent): Promise<void> {
    const { key, token, sharedBody } = claim;
    if (token === undefined) return;
    if (sharedBody !== undefined && operation === "done") {
      try {
        if ((await this.#claimWithTimeout(sharedBody.key, sharedBody.digest, token)) === "new")
          claim.bodyKey = sharedBody.key;
      } catch (error) {
        event.storeFailed = "done";
        this.#report(error);
      }
    }
    const { bodyKey } = claim;
    const keyFinished = key === "" ? undefined : this.#finishClaim(operation, key, token, event);
    if (bodyKey === undefined) return await keyFinished;
    await Promise.all([keyFinished, this.#finishClaim(operation, bodyKey, token, event)]);
  }

  /** The digest of a claim. Where payloads may change, the id alone identifies a retry. */
  #digestOf(delivery: Claimable): string {
    return this.#immutable && delivery.isItem !== true ? delivery.digest : ANY_DIGEST;
  }

  /** The calls of a store in memory, which need no time. */
  #storeAtOnce(): StoreAtOnce | undefined {
    return (this.#settings.store as { [STORE_AT_ONCE]?: StoreAtOnce })[STORE_AT_ONCE];
  }

  /** A claim token of its own for each claim. */
  #nextToken(): string {
    this.#tokenPrefix ??= randomId();
    this.#claimCount += 1;
    return `${this.#tokenPrefix}-${this.#claimCount}`;
  }

  /** The key of a delivery: a JSON array of the receiver's name, status, type, id and `digest`, if it is not empty. */
  #keyOf({ type, id, signature }: Claimable, digest = ""): string {
    const { status } = signature;
    // PERF: the JSON of the whole list takes twice as long.
    if (this.#keyStart.status !== status || this.#keyStart.type !== type) {
      const list = JSON.stringify([this.#settings.name, status, type]);
      this.#keyStart = { status, type, text: `${list.slice(0, -1)},` };
    }
    // The id starts with the type and a colon, and the type is a part of the key of its own.
    const idInType = id.startsWith(type) ? id.slice(type.length + 1) : id;
    const end = digest === "" ? "]" : `,${JSON.stringify(digest)}]`;
    return this.#keyStart.text + JSON.stringify(idInType) + end;
  }

  /** Whether an attacker who captured the signed body could send it again under another id or type. */
  #isReplayable({ signature }: Claimable): boolean {
    return (
      signature.status === "verified" && (this.#uncovered.length > 0 || signature.uncovered !== undefined)
    );
  }

  /** Claims every key that handling the delivery needs, and records the claimed keys in `claim`. */
  async #claimKeys(
    delivery: Claimable,
    claim: Claim,
    token: string,
  ): Promise<Claim | "duplicate" | "replayed"> {
    const { id, signature } = delivery;
    const { name, changed, replayed } = this.#settings;
    const { status } = signature;
    // A delivery without an id has no key. SECURITY: except where the provider sends ids in an unsigned header, which an attacker
    // can remove. Then the digest is the key; otherwise every replay would be handled.
    const isKeyless = id === "" && !this.#uncovered.includes("id");
    const key = this.#keyOf(delivery, id === "" && !isKeyless ? delivery.digest : "");
    if (!isKeyless) claim.key = key;
    if (this.#isReplayable(delivery)) {
      // SECURITY: an attacker who captured a signed body can send it under another id or type. So the body is claimed as well,
      // for this id and type only. The provider's `uncovered` counts too, since an attacker can leave out the headers.
      const bodyKey = JSON.stringify([name, status, delivery.digest]);
      // Hashed: stores may show a digest, and the key holds an id.
      const keyHash = await sha256(key);
      const state = await this.#claimWithTimeout(bodyKey, keyHash, token);
      if (state === "new") claim.bodyKey = bodyKey;
      else if (isKeyless && state !== "changed") claim.sharedBody = { key: bodyKey, digest: keyHash };
      // This body, id and type are being handled: another attempt at the same delivery.
      else if (state === "in-progress") throw inProgress();
      else if (state === "changed") {
        if (replayed === "ignore") return "replayed";
        claim.replayed = true;
      }
    }
    // Only the body is claimed, against other types: equal deliveries without an id may be different events.
    if (isKeyless) return claim;
    let state = await this.#claimWithTimeout(claim.key, this.#digestOf(delivery), token);
    if (state === "changed") {
      if (changed === "refuse") {
        const detail = "A delivery with this id was received before with another payload.";
        throw new RequestError("retry-changed", { outcome: "conflict", detail });
      }
      claim.retryChanged = true;
      claim.key = this.#keyOf(delivery, delivery.digest);
      state = await this.#claimWithTimeout(claim.key, delivery.digest, token);
    }
    if (state === "new") return claim;
    if (state === "done") return "duplicate";
    throw inProgress();
  }

  /** Claims a key with a timeout. A claim that the store makes after the timeout is released: nothing would handle it. */
  async #claimWithTimeout(key: string, digest: string, token: string): Promise<ClaimState> {
    const { store, storeTimeout } = this.#settings;
    const claiming = call(() => store.claim(key, digest, token));
    const state = await withTimeout(storeTimeout, claiming);
    if (state !== undefined) {
      if (STATES.has(state)) return state;
      throw ownMessage(
        new TypeError(`Unexpected result of \`claim\`: expected one of ${[...STATES].join(", ")}.`),
      );
    }
    claiming.then((late) => (late === "new" ? store.release(key, token) : undefined)).catch(() => {});
    throw ownMessage(new Error(`No result of \`claim\` within ${storeTimeout} ms.`));
  }

  /**
   * Completes or releases the claim of a key, with one retry. A failure does not change the response: the handler has done its
   * work, and the claim expires by itself.
   */
  async #finishClaim(
    operation: "done" | "release",
    key: string,
    token: string,
    event: ClaimEvent,
  ): Promise<void> {
    const { store, storeTimeout } = this.#settings;
    for (let attempt = 1; attempt <= 2; attempt++) {
      try {
        const finishing = call(() => store[operation](key, token)).then(() => true);
        if ((await withTimeout(storeTimeout, finishing)) === true) return;
        throw ownMessage(new Error(`No result of \`${operation}\` within ${storeTimeout} ms.`));
      } catch (error) {
        if (attempt === 2) {
          event.storeFailed = operation;
          this.#report(error);
        }
      }
    }
  }
}

/** The error for a delivery that another request handles. */
export function inProgress(): RequestError {
  return new RequestError("in-progress", {
    outcome: "in-progress",
    detail: "The same delivery is being handled.",
    headers: { "retry-after": "30" },
  });
}

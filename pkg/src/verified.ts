/** An accepted delivery. What costs something is made when it is asked for, and printing shows none of it. */
import type { Algorithm, Issue, SignatureInfo, Uncovered, Verified } from "./types.js";

/** Makes what is asked for, once. */
export interface LazyFields {
  /** What `JSON.parse` makes of the body. */
  event(): unknown;
  /** The warnings and infos. */
  issues(): Issue[];
  /** The SHA-256 of the body. */
  digest(): string;
}

/** By the core's number, shared by all deliveries. */
const uncoveredSets: readonly (Uncovered | undefined)[] = [
  undefined,
  Object.freeze(["type"] as const),
  Object.freeze(["id"] as const),
  Object.freeze(["type", "id"] as const),
];

/** Who vouches for a delivery that is verified; what is not covered by its number. */
export function trusted(algorithm: Algorithm, secret: number, bits: number): SignatureInfo {
  const covers = "body";
  const uncovered = uncoveredSets[bits];
  return uncovered === undefined
    ? { status: "verified", algorithm, secret, covers }
    : { status: "verified", algorithm, secret, covers, uncovered };
}

/** ECMA-262, B.2.2.2: what `Object.defineProperty` does for a getter, without a descriptor to read, in three quarters of the time. */
const define = (
  Object.prototype as { __defineGetter__(this: object, name: string, get: () => unknown): void }
).__defineGetter__;

// Fields are declared and not defined: a definition would write each of them twice.
export class VerifiedDelivery implements Verified {
  declare readonly type: string;
  declare readonly id: string;
  declare readonly signature: SignatureInfo;
  declare readonly event: unknown;
  declare readonly digest: string;
  declare readonly issues: Issue[];
  declare readonly webhookId?: string;
  declare readonly deliveryId?: string;
  declare readonly createdAt?: string;
  declare readonly revision?: string;
  declare readonly unknown?: true;
  readonly #later: LazyFields;

  constructor(type: string, id: string, signature: SignatureInfo, later: LazyFields) {
    this.#later = later;
    const self = this as { type: string; id: string; signature: SignatureInfo };
    self.type = type;
    self.id = id;
    self.signature = signature;
    define.call(this, "event", VerifiedDelivery.#getters.event);
    define.call(this, "digest", VerifiedDelivery.#getters.digest);
    define.call(this, "issues", VerifiedDelivery.#getters.issues);
  }

  // Properties of each delivery's own, so that it can be listed, copied and compared as the plain object it
  // looks like; and the same three functions for all of them: getters made anew for each delivery give its
  // object a shape that no other has, and the engine keeps every one of those until its next full collection.
  static readonly #getters = {
    event(this: VerifiedDelivery): unknown {
      return this.#later.event();
    },
    digest(this: VerifiedDelivery): string {
      return this.#later.digest();
    },
    issues(this: VerifiedDelivery): Issue[] {
      return this.#later.issues();
    },
  };
}

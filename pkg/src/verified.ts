/** An accepted delivery. What costs something is made when it is asked for, and printing shows none of it. */
import type { Issue, Trust, Verified } from "./types.js";

/** Makes what is asked for, each time anew. */
export interface Later {
  /** What `JSON.parse` makes of the body. */
  event(): unknown;
  /** The warnings and infos. */
  issues(): Issue[];
  /** The SHA-256 of the body. */
  digest(): string;
}

/** What was asked for already. */
interface Made {
  event?: { value: unknown };
  issues?: Issue[];
  digest?: string;
}

// Fields are declared and not defined: a definition would write each of them twice.
export class Accepted implements Verified {
  declare readonly type: string;
  declare readonly id: string;
  declare readonly signature: Trust;
  declare readonly event: unknown;
  declare readonly digest: string;
  declare readonly issues: Issue[];
  declare readonly webhookId?: string;
  declare readonly deliveryId?: string;
  declare readonly createdAt?: string;
  declare readonly revision?: string;
  readonly #later: Later;
  #made: Made | undefined;

  constructor(type: string, id: string, signature: Trust, later: Later) {
    this.#later = later;
    const self = this as { type: string; id: string; signature: Trust };
    self.type = type;
    self.id = id;
    self.signature = signature;
    Object.defineProperty(this, "event", Accepted.#asked.event);
    Object.defineProperty(this, "digest", Accepted.#asked.digest);
    Object.defineProperty(this, "issues", Accepted.#asked.issues);
  }

  // Properties of each delivery's own, so that it can be listed, copied and compared as the plain object it
  // looks like; and the same three functions for all of them: getters made anew for each delivery give its
  // object a shape that no other has, and the engine keeps every one of those until its next full collection.
  static readonly #asked = {
    event: getter((self) => {
      self.#made ??= {};
      self.#made.event ??= { value: self.#later.event() };
      return self.#made.event.value;
    }),
    digest: getter((self) => {
      self.#made ??= {};
      self.#made.digest ??= self.#later.digest();
      return self.#made.digest;
    }),
    issues: getter((self) => {
      self.#made ??= {};
      self.#made.issues ??= self.#later.issues();
      return self.#made.issues;
    }),
  };
}

function getter(make: (self: Accepted) => unknown): PropertyDescriptor {
  return {
    get(this: Accepted) {
      return make(this);
    },
    enumerable: true,
    configurable: true,
  };
}

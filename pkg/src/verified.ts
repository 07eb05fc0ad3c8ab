/** An accepted delivery. What costs something is made when it is asked for, and printing shows none of it. */
import type { Issue, Trust, Verified } from "./types.js";

/** How to make what was asked for. */
export interface Later {
  /** Works out the warnings and infos. */
  issues(text: string): Issue[];
  /** The SHA-256 of the body. */
  digest(text: string): string;
}

export class Accepted implements Verified {
  readonly type: string;
  readonly id: string;
  readonly signature: Trust;
  declare readonly event: unknown;
  declare readonly digest: string;
  declare readonly issues: Issue[];
  declare readonly webhookId?: string;
  declare readonly deliveryId?: string;
  declare readonly createdAt?: string;
  declare readonly revision?: string;
  readonly #text: string;
  readonly #later: Later;
  #event: { value: unknown } | undefined;
  #digest: string | undefined;
  #issues: Issue[] | undefined;

  constructor(type: string, id: string, signature: Trust, text: string, later: Later) {
    this.type = type;
    this.id = id;
    this.signature = signature;
    this.#text = text;
    this.#later = later;
    Object.defineProperty(this, "event", Accepted.#asked.event);
    Object.defineProperty(this, "digest", Accepted.#asked.digest);
    Object.defineProperty(this, "issues", Accepted.#asked.issues);
  }

  // Properties of each delivery's own, so that it can be listed, copied and compared as the plain object it
  // looks like; and the same three functions for all of them: getters made anew for each delivery give its
  // object a shape that no other has, and the engine keeps every one of those until its next full collection.
  static readonly #asked = {
    event: getter((self) => {
      self.#event ??= { value: JSON.parse(self.#text) };
      return self.#event.value;
    }),
    digest: getter((self) => {
      self.#digest ??= self.#later.digest(self.#text);
      return self.#digest;
    }),
    issues: getter((self) => {
      self.#issues ??= self.#later.issues(self.#text);
      return self.#issues;
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

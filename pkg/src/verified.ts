/** An accepted delivery. What costs something is made when it is asked for, and printing shows none of it. */
import type { Issue, Trust, Verified } from "./types.js";

/** What can be asked for later. */
export interface Later {
  /** Works out the warnings and infos. */
  issues(text: string): Issue[];
  /** The SHA-256 of the body. */
  digest(text: string): string;
}

/**
 * Getters of the class, and no properties of its own: a property with a getter of its own would cost more
 * than the verdict, and whatever prints or copies an object's properties would read the payload.
 */
export class Accepted implements Verified {
  readonly type: string;
  readonly id: string;
  readonly signature: Trust;
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
  }

  get event(): unknown {
    this.#event ??= { value: JSON.parse(this.#text) };
    return this.#event.value;
  }

  get digest(): string {
    this.#digest ??= this.#later.digest(this.#text);
    return this.#digest;
  }

  get issues(): Issue[] {
    this.#issues ??= this.#later.issues(this.#text);
    return this.#issues;
  }
}

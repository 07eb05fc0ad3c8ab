/** An accepted delivery. Expensive fields are made when they are read, and printing shows none of them. */
import { UncoveredBit } from "./generated/layout.js";
import type {
  Algorithm,
  Bytes,
  DeliveryJson,
  Issue,
  Item,
  SignatureInfo,
  Uncovered,
  Verified,
} from "./types.js";

/** Makes fields when they are first read. */
export interface LazyFields {
  /** What `JSON.parse` makes of the body. */
  event(): unknown;
  /** The events of a delivery that has several. */
  items(): readonly Item[];
  /** The warnings and infos. */
  issues(): Issue[];
  /** The SHA-256 of the body. */
  digest(): string;
  /** A copy of the raw body. */
  body(): Bytes;
}

/** By the bits of the core, shared by all deliveries. */
const uncoveredSets: Readonly<Record<number, Uncovered>> = {
  [UncoveredBit.type]: Object.freeze(["type"] as const),
  [UncoveredBit.id]: Object.freeze(["id"] as const),
  [UncoveredBit.type | UncoveredBit.id]: Object.freeze(["type", "id"] as const),
};

/** How a delivery is authenticated: by a signature, or by a token where there is no algorithm. */
export function trusted(algorithm: Algorithm | undefined, secret: number, bits: number): SignatureInfo {
  if (algorithm === undefined) {
    return { status: "token", secret, covers: "nothing", uncovered: ["type", "id"] };
  }
  const covers =
    bits & UncoveredBit.otherFields ? "fields" : bits & UncoveredBit.sameChecksum ? "checksum" : "body";
  const uncovered = uncoveredSets[bits & (UncoveredBit.type | UncoveredBit.id)];
  return uncovered === undefined
    ? { status: "verified", algorithm, secret, covers }
    : { status: "verified", algorithm, secret, covers, uncovered };
}

/** The method by which Node's `console.log` prints an object. */
const INSPECT = Symbol.for("nodejs.util.inspect.custom");

/** What Node passes to that method after the depth. */
type PrintArguments = [options: object, inspect: (value: object, options: object) => string];

/** The fields of a delivery or an item without the payload, the items that hold it, and the issues, which can be many. */
function withoutPayload<T extends object>(value: T): DeliveryJson<T> {
  return Object.fromEntries(
    Object.keys(value)
      .filter((name) => name !== "event" && name !== "items" && name !== "issues")
      .map((name) => [name, value[name as keyof T]]),
  ) as DeliveryJson<T>;
}

/** What `console.log` shows: the same, and a mark in place of the event. */
function printed(value: object, ...[options, inspect]: PrintArguments): string {
  return inspect({ ...withoutPayload(value), event: { [INSPECT]: () => "[not printed]" } }, options);
}

/** ECMA-262, B.2.2.2. PERF: defines a getter without a descriptor, in three quarters of the time of `Object.defineProperty`. */
const define = (
  Object.prototype as { __defineGetter__(this: object, name: string, get: () => unknown): void }
).__defineGetter__;

// PERF: fields are declared and not defined, since a definition would write each of them twice.
export class VerifiedDelivery implements Verified {
  /** @internal The name in bundles, too, which shorten names. */
  static readonly name = "VerifiedDelivery";
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
  declare readonly items?: readonly Item[];
  readonly #fields: LazyFields;

  constructor(type: string, id: string, signature: SignatureInfo, fields: LazyFields, hasItems: boolean) {
    this.#fields = fields;
    const self = this as { type: string; id: string; signature: SignatureInfo };
    self.type = type;
    self.id = id;
    self.signature = signature;
    define.call(this, "event", VerifiedDelivery.#getters.event);
    define.call(this, "digest", VerifiedDelivery.#getters.digest);
    define.call(this, "issues", VerifiedDelivery.#getters.issues);
    if (hasItems) define.call(this, "items", VerifiedDelivery.#getters.items);
  }

  // SECURITY: not an own property, so that no log, no copy and no JSON of the delivery contains the payload by this way.
  get body(): Bytes {
    return this.#fields.body();
  }

  /**
   * What `JSON.stringify` and loggers such as pino write. SECURITY: without the payload. `JSON.stringify(delivery.event)` writes
   * the payload.
   */
  toJSON(): DeliveryJson<Verified> {
    return withoutPayload<Verified>(this);
  }

  [INSPECT](_depth: number, ...[options, inspect]: PrintArguments): string {
    return printed(this, options, inspect);
  }

  // Own properties of each delivery, so that it is listed, copied and compared like a plain object. PERF: the same three
  // functions for all deliveries. Getters of its own would give each object a shape of its own, which the engine keeps until
  // its next full collection.
  static readonly #getters = {
    event(this: VerifiedDelivery): unknown {
      return this.#fields.event();
    },
    digest(this: VerifiedDelivery): string {
      return this.#fields.digest();
    },
    issues(this: VerifiedDelivery): Issue[] {
      return this.#fields.issues();
    },
    items(this: VerifiedDelivery): readonly Item[] {
      return this.#fields.items();
    },
  };
}

/** What the core says about an item. */
export type ItemData = Omit<Item, "event" | "toJSON">;

/** One event of a delivery that has several. */
export class DeliveryItem implements Item {
  /** @internal The name in bundles, too, which shorten names. */
  static readonly name = "DeliveryItem";
  declare readonly event: unknown;
  declare readonly type: string;
  declare readonly id: string;
  declare readonly pointer: string;
  declare readonly createdAt?: string;
  declare readonly unknown?: true;
  readonly #event: () => unknown;

  constructor(data: ItemData, event: () => unknown) {
    this.#event = event;
    Object.assign(this, data);
    // A getter, like that of a delivery, so that printing an item shows no payload.
    define.call(this, "event", DeliveryItem.#getters.event);
  }

  /** As of a delivery. */
  toJSON(): DeliveryJson<Item> {
    return withoutPayload<Item>(this);
  }

  [INSPECT](_depth: number, ...[options, inspect]: PrintArguments): string {
    return printed(this, options, inspect);
  }

  static readonly #getters = {
    event(this: DeliveryItem): unknown {
      return this.#event();
    },
  };
}

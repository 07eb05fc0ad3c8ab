/** The types of accepted deliveries, by the events of a provider. */
import type { Verified } from "./types.js";

/** The name of every event of a map of events. */
export type NameOf<Events> = keyof Events & string;

/**
 * An accepted delivery of one of a map of events: its `type` tells which. Providers add events: where the map names
 * events, `unknown` tells that a delivery is of none of them.
 *
 * @example
 * ```ts
 * if (delivery.unknown) return console.warn("unknown event", delivery.type);
 * delivery.event.data.uuid; // Typed: an event that the map names.
 * ```
 */
export type VerifiedOf<Events> =
  string extends NameOf<Events>
    ? NamedOf<Events>
    : (NamedOf<Events> & { readonly unknown?: never }) | UnknownDelivery;

/** An accepted delivery of an event that the map names. */
type NamedOf<Events> = {
  [Name in NameOf<Events>]: Verified<Events[Name]> & { readonly type: Name };
}[NameOf<Events>];

/** An accepted delivery of an event type that its provider's definition does not name: nothing has validated its payload. */
export interface UnknownDelivery extends Verified<unknown> {
  readonly type: UnknownType;
  readonly unknown: true;
}

// A plain `string` would keep this delivery in the union whatever `type` is compared with: only a unit type is
// narrowed away, and no literal of a program is equal to a member of an enum that it cannot name.
declare enum Unnamed {
  type = "a type that the definition does not name",
}

/**
 * The type of an unknown event: any string but the names of the known events. TypeScript refuses to compare it with a
 * literal (TS2367), since a name that the definition does not hold may be misspelt. To compare it, assign it to a `string`.
 *
 * @example
 * ```ts
 * if (delivery.unknown) {
 *   const type: string = delivery.type;
 *   if (type === "brand_new_event") console.log("an event that the definition does not name yet");
 * }
 * ```
 */
export type UnknownType = Unnamed;

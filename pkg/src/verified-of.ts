/** The types of accepted deliveries, by the events of a provider. */
import type { Item, Verified } from "./types.js";

declare const ITEMS: unique symbol;
declare const INFO: unique symbol;

/** What the definition says about an event that its payload does not: the data that `create` takes, and the name of the revision. */
export interface EventInfo<Data, Revision extends string = never> {
  readonly [INFO]?: { data: Data; revision: Revision };
}

/** Data in which the members that `create` makes may be absent. */
export type CreateData<Data, Made extends string> = {
  [Key in keyof Data as Key extends Made ? never : Key]: Data[Key];
} & { [Key in keyof Data as Key extends Made ? Key : never]?: Data[Key] };

type InfoOf<Event> = 0 extends 1 & Event // `any`
  ? never
  : Event extends { readonly [INFO]?: infer Info }
    ? unknown extends Info
      ? never
      : NonNullable<Info>
    : never;

type RevisionOf<Event> = [InfoOf<Event>] extends [never]
  ? never
  : InfoOf<Event> extends { revision: infer Revision extends string }
    ? Revision
    : never;

/** What `create` takes as the data of an event: an object, if the event type does not say more. */
export type DataOf<Event> = [InfoOf<Event>] extends [never]
  ? object
  : InfoOf<Event> extends { data: infer Data }
    ? Data
    : object;

/**
 * The events of a provider that sends several in one delivery: the map of the events that are items, and the type of the whole
 * body.
 *
 * @example
 * ```ts
 * const hook = webhook<BatchEvents<{ "message.read": { reader: string } }>>(definition, { secrets });
 * ```
 */
export interface BatchEvents<Items, Body = unknown> {
  readonly [type: string]: Body;
  readonly [ITEMS]: Items;
}

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
export type VerifiedOf<Events> = 0 extends 1 & Events // `any`
  ? VerifiedEvent<Events>
  : Events extends BatchEvents<infer Items, infer Body>
    ? VerifiedBatch<Items, Body>
    : VerifiedEvent<Events>;

/** An accepted delivery with several events. */
type VerifiedBatch<Items, Body> = Verified<Body> & { readonly items: readonly ItemOf<BatchEvents<Items>>[] };

type VerifiedEvent<Events> =
  string extends NameOf<Events>
    ? NamedOf<Events>
    : (NamedOf<Events> & { readonly unknown?: never }) | UnknownDelivery;

/** One event of a delivery that has several: its `type` tells which, as that of a delivery does. */
export type ItemOf<Events> = 0 extends 1 & Events
  ? Item<Events>
  : Events extends BatchEvents<infer Items, unknown>
    ? ItemIn<Items>
    : Item;

type ItemIn<Items> =
  string extends NameOf<Items>
    ? NamedItemOf<Items>
    : (NamedItemOf<Items> & { readonly unknown?: never }) | UnknownItem;

type NamedItemOf<Items> = {
  [Name in NameOf<Items>]: Item<Items[Name]> & { readonly type: Name };
}[NameOf<Items>];

/** An item of an event type that its provider's definition does not name. */
export interface UnknownItem extends Item<unknown> {
  readonly type: UnknownType;
  readonly unknown: true;
}

/** An accepted delivery of an event that the map names. */
type NamedOf<Events> = {
  [Name in NameOf<Events>]: [RevisionOf<Events[Name]>] extends [never]
    ? Verified<Events[Name]> & { readonly type: Name }
    : RevisedOf<Events[Name], Name>;
}[NameOf<Events>];

/** An accepted delivery of an event with several revisions: its `revision` tells which. */
type RevisedOf<Event, Name> = Event extends unknown
  ? Verified<Event> & { readonly type: Name; readonly revision: RevisionOf<Event> }
  : never;

/** An accepted delivery of an event type that its provider's definition does not name: nothing has validated its payload. */
export interface UnknownDelivery extends Verified<unknown> {
  readonly type: UnknownType;
  readonly unknown: true;
  readonly revision?: never;
}

// A plain `string` would keep this delivery in the union whatever `type` is compared with: only a unit type is
// narrowed away, and no literal of a program is equal to a member of an enum.

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
export declare enum UnknownType {
  type = "a type that the definition does not name",
}

/** Provider definitions in TypeScript, whose events are typed by their schemas. */
import type { ExtendedDefinition, ProviderDefinition } from "./generated/definition.js";
import type { SchemaType } from "./schema-types.js";
import type { BatchEvents, CreateData, EventInfo } from "./verified-of.js";

declare const EVENTS: unique symbol;

/** A provider definition, and the types of its events. */
export type DefinedProvider<Events> = (ProviderDefinition | ExtendedDefinition) & {
  readonly [EVENTS]: Events;
};

/** A value with read-only lists, as TypeScript infers it for a literal. */
export type Frozen<T> = T extends readonly (infer Item)[]
  ? readonly Frozen<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Frozen<T[Key]> }
    : T;

/**
 * A provider definition as TypeScript reads it from a JSON file: any string in place of a word of a list, and `undefined` for an
 * absent key.
 */
export type JsonOf<T> = T extends string
  ? string
  : T extends readonly (infer Item)[]
    ? readonly JsonOf<Item>[]
    : T extends object
      ? { readonly [Key in keyof T]: JsonOf<T[Key]> | (undefined extends T[Key] ? undefined : never) }
      : T;

/**
 * Returns a provider definition as it is, with the types of its events: `webhook` makes a webhook of it whose deliveries are typed
 * by the schemas.
 *
 * @example
 * ```ts
 * const provider = defineProvider({
 *   id: "mine",
 *   signature: { header: "X-Signature", format: "{hex}", algorithms: ["sha256"] },
 *   envelope: { type: "/type", data: "/data" },
 *   events: {
 *     "user.created": {
 *       schema: {
 *         type: "object",
 *         required: ["type", "data"],
 *         properties: {
 *           type: { const: "user.created" },
 *           data: { type: "object", required: ["id"], properties: { id: { type: "string" } } },
 *         },
 *       },
 *     },
 *   },
 * });
 * const hook = webhook(provider, { secrets: [process.env.MY_SECRET] });
 * // `event.data.id` of a "user.created" is a string.
 * ```
 */
export function defineProvider<
  const Definition extends Frozen<ProviderDefinition> | Frozen<ExtendedDefinition>,
>(definition: Definition): DefinedProvider<EventsOf<Definition>> {
  return definition as unknown as DefinedProvider<EventsOf<Definition>>;
}

/** The map of events of a provider definition that TypeScript knows literally. */
export type EventsOf<Definition> = Definition extends {
  readonly envelope: { readonly items: string; readonly item: infer Item };
  readonly events: infer Events;
}
  ? BatchEvents<MapOf<Events, Item>, BatchOf<Definition>>
  : Definition extends { readonly events: infer Events }
    ? MapOf<Events, Definition extends { readonly envelope: infer Envelope } ? Envelope : unknown>
    : Record<string, unknown>;

type BatchOf<Definition> = Definition extends { readonly batch: { readonly schema: infer Schema } }
  ? SchemaType<Schema>
  : unknown;

type MapOf<Events, Envelope> = {
  -readonly [Type in keyof Events as Type extends "*" ? string : Type]: EventOf<Events[Type], Envelope>;
};

/** The payload of an event, or of each of its revisions. */
type EventOf<Event, Envelope> = Event extends { readonly schema: infer Schema }
  ? Described<SchemaType<Schema>, Envelope, never>
  : Event extends { readonly revisions: readonly (infer Revision)[] }
    ? RevisionType<Revision, Envelope>
    : unknown;

type RevisionType<Revision, Envelope> = Revision extends {
  readonly name: infer Name extends string;
  readonly schema: infer Schema;
}
  ? Described<SchemaType<Schema>, Envelope, Name>
  : never;

type Described<Event, Envelope, Revision extends string> = Event &
  EventInfo<DataIn<Event, Envelope>, Revision>;

/** What `create` takes. If the event type is in the data, `create` also makes type, id and time. */
type DataIn<Event, Envelope> = Envelope extends { readonly data: `/${infer Key}` }
  ? Event extends { [Name in Key]: infer Data extends object }
    ? Envelope extends { readonly type: `/${Key}/${infer Type}` }
      ? CreateData<Data, Type | KeyIn<Envelope, "id", Key> | KeyIn<Envelope, "createdAt", Key>>
      : Data
    : object
  : object;

type KeyIn<Envelope, Member extends string, Key extends string> = Envelope extends {
  readonly [Name in Member]: `/${Key}/${infer Rest}`;
}
  ? Rest
  : never;

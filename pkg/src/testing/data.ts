/** The data of a test delivery: of a sample, with the event type where the provider's definition reads it, or by a schema. */
import type { ProviderDefinition } from "../generated/definition.js";
import type { Webhook } from "../webhook.js";
import { at, type Json, present, setAt, withoutAt } from "./pointer.js";
import { sampleValue } from "./sample-value.js";
import { type Sample, samplesOf } from "./samples.js";

/** Data to try, best first. Those of `exact` have the event type already, as far as that is known. */
export interface DataCandidates {
  exact: Json[];
  adapted: Json[];
  /** The event types that the provider's deliveries can have, if that are few. */
  types: string[] | undefined;
}

/** A source of the event type, as a definition has it in `envelope.type`. */
interface Source {
  /** The fields that hold the type, or have to be present, inside the data. */
  pointers: string[];
  /** The type of a source that has only one. */
  type: string | undefined;
  isPresence: boolean;
}

/** Finds the data for an event of this type. `create` says which of it is valid. */
export function dataCandidates(hook: Webhook, type: string, name: string | undefined): DataCandidates {
  const { definition } = hook;
  const { dataPath, itemsPath } = hook.sendPolicy;
  const samples = samplesOf(hook.provider, Object.keys(definition.events ?? {}));
  const ofType = samples.filter((sample) => sample.type === type);
  const sources = sourcesOf(definition, itemsPath == null ? dataPath : undefined);
  const types = sources.map((source) => source.type);
  const known = types.includes(undefined) ? undefined : (types as string[]);
  if (name !== undefined) {
    const sample = ofType.find(({ variant }) => variant === name);
    if (sample === undefined) throw unknownSample(ofType);
    return { exact: [objectAt(parse(sample.text), dataPath)], adapted: [], types: known };
  }
  const event = definition.events?.[type] ?? definition.events?.["*"];
  const schemas = [event?.schema, ...(event?.revisions ?? []).map(({ schema }) => schema).reverse()];
  const made = schemas
    .filter((schema) => schema !== undefined)
    .map((schema) => objectAt(sampleValue(schema), itemsPath == null ? dataPath : []));
  const adapt = (list: Json[]) => list.flatMap((data) => [...adaptedTo(type, data, sources, schemas[0])]);
  if (itemsPath != null) {
    const items = samples.flatMap(({ text }) => at(parse(text), itemsPath) ?? []) as Json[];
    return { exact: items, adapted: adapt([...items, ...made]), types: known };
  }
  const dataOf = (list: Sample[]) => list.map(({ text }) => objectAt(parse(text), dataPath));
  if (ofType.length > 0)
    return { exact: dataOf(ofType).slice(0, 1), adapted: adapt(dataOf(ofType)), types: known };
  const others = definition.events?.[type] === undefined ? dataOf(samples) : [];
  // A payload that has its type in a member is much the same for all types; one with the type in a header is not.
  const isInBody = sources.some(({ pointers }) => pointers.length > 0);
  return { exact: [], adapted: adapt(isInBody ? [...others, ...made] : [...made, ...others]), types: known };
}

function unknownSample(samples: readonly Sample[]): TypeError {
  const names = samples.map(({ variant }) => variant).join(", ");
  return new TypeError(`Unknown sample of this event type. There are: ${names === "" ? "none" : names}.`);
}

/** A sample as a value; undefined for a form. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function objectAt(value: unknown, path: readonly string[]): Json {
  return (at(value, path) ?? {}) as Json;
}

/** The data without the members that give it another type. The core adds the type. */
function* adaptedTo(type: string, data: Json, sources: readonly Source[], schema: unknown): Generator<Json> {
  let rest = data;
  for (const source of sources) {
    const canHave = source.type === undefined || source.type === type;
    const [pointer = ""] = source.pointers;
    if (source.isPresence) {
      if (canHave && pointer !== "") yield* withMember(rest, pointer, schema);
      rest = withoutAt(rest, pointer);
    } else {
      for (const pointer of source.pointers) rest = withoutAt(rest, pointer);
      if (canHave) yield rest;
    }
  }
}

/** The data with a member that only has to be present. */
function* withMember(data: Json, pointer: string, schema: unknown): Generator<Json> {
  if (present(data, pointer)) return yield data;
  const { properties } = (schema ?? {}) as { properties?: Json };
  const own = properties?.[pointer.slice(1)];
  if (own !== undefined) yield setAt(data, pointer, sampleValue(own, schema));
  yield setAt(data, pointer, {});
  yield setAt(data, pointer, "a");
}

/** The sources of the event type, with pointers in the data. */
function sourcesOf({ envelope }: ProviderDefinition, dataPath: readonly string[] | undefined): Source[] {
  const prefix = (dataPath ?? []).map((key) => `/${key}`).join("");
  const { type, item } = envelope as { type?: unknown; item?: { type?: unknown } };
  const inData = (pointers: string[]) =>
    pointers.flatMap((pointer) => (pointer.startsWith(`${prefix}/`) ? [pointer.slice(prefix.length)] : []));
  return [dataPath === undefined ? item?.type : type].flat().map((source) => {
    if (typeof source === "object" && source !== null) {
      const { when, is } = source as { when: string; is?: string };
      const name = is ?? when.slice(when.lastIndexOf("/") + 1);
      return { pointers: inData([when]), type: name, isPresence: true };
    }
    const text = `${source}`;
    const isFixed = text.startsWith("=");
    const pointers = text.startsWith("/")
      ? [text]
      : isFixed
        ? []
        : [...text.matchAll(/\{(\/[^{}]*)\}/g)].map(([, pointer]) => pointer as string);
    return { pointers: inData(pointers), type: isFixed ? text.slice(1) : undefined, isPresence: false };
  });
}

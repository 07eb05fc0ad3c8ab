/**
 * `hookseal/testing`: deliveries for tests of a handler. Not for production: the entry contains the samples of all providers.
 */
import { isHooksealError } from "./error.js";
import type { ProviderDefinition } from "./generated/definition.js";
import { randomBytes } from "./random.js";
import { sampleValue } from "./testing/sample-value.js";
import { samplesOf } from "./testing/samples.js";
import type { TestDelivery } from "./testing/send-to.js";
import type { Delivery, SignOptions } from "./types.js";
import type { DataOf, NameOf } from "./verified-of.js";
import type { Webhook } from "./webhook.js";

export {
  type SendToOptions,
  sendTo,
  type TestApp,
  type TestDelivery,
  type TestResponse,
  toLambdaEvent,
} from "./testing/send-to.js";

/** Options of `delivery`. */
export interface DeliveryOptions extends SignOptions {
  /** The name of a sample, such as a revision of X-on's: `R7`. Default: the first sample of the event type. */
  sample?: string | undefined;
}

type Json = Record<string, unknown>;

/**
 * Makes a valid signed delivery of an event, with ids of its own. `data` replaces members of sample data; without a sample, the
 * data is made by the schema of the event.
 *
 * @example
 * ```ts
 * const sent = delivery(hook, "assessment_add", { user_first_name: "Ada" });
 * ```
 * @throws HooksealError where the delivery would be rejected, such as for a schema that says too little to make data by.
 */
export function delivery<Events, Name extends NameOf<Events>>(
  hook: Webhook<Events>,
  type: Name,
  data: Partial<DataOf<Events[Name]>> = {},
  { sample, ...options }: DeliveryOptions = {},
): TestDelivery {
  const { definition } = hook;
  const source = sampleData(hook, definition, type, sample);
  const fresh = withFreshIds(source, idKeys(definition, hook));
  const { method, headers, body } = hook.create(type, { ...fresh, ...data } as DataOf<Events[Name]>, options);
  return { method, headers, body };
}

/** The data of the sample of an event, or data by its schema. */
function sampleData(
  hook: Webhook,
  definition: ProviderDefinition,
  type: string,
  name: string | undefined,
): Json {
  const { dataPath, itemsPath } = hook.sendPolicy;
  const samples = samplesOf(hook.provider, Object.keys(definition.events ?? {}));
  const ofType = samples.filter((sample) => sample.type === type);
  const sample = name === undefined ? ofType[0] : ofType.find(({ variant }) => variant === name);
  if (name !== undefined && sample === undefined) {
    const names = ofType.map(({ variant }) => variant).join(", ");
    throw new TypeError(`Unknown sample of this event type. There are: ${names === "" ? "none" : names}.`);
  }
  if (itemsPath != null) {
    for (const { text } of samples) {
      const items = at(parse(text), itemsPath);
      const item = Array.isArray(items) && items.find((item) => typeIn(hook, item, type));
      if (item) return item;
    }
  } else if (sample !== undefined) return (at(parse(sample.text), dataPath) ?? {}) as Json;
  const event = definition.events?.[type] ?? definition.events?.["*"];
  const made = sampleValue(event?.schema ?? event?.revisions?.at(-1)?.schema);
  return ((itemsPath != null ? made : at(made, dataPath)) ?? {}) as Json;
}

/** A sample as a value; undefined for a form. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether an item of a sample is an event of this type. */
function typeIn(hook: Webhook, item: object, type: string): boolean {
  try {
    hook.create(type, item);
    return true;
  } catch (error) {
    if (isHooksealError(error)) return false;
    throw error;
  }
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce((inner: unknown, key) => (inner as Json | undefined)?.[key], value);
}

/** The keys of the data that identify an event: the first of its id, and of the idempotency key. */
function idKeys({ envelope, dedupe }: ProviderDefinition, hook: Webhook): string[] {
  const { dataPath, itemsPath } = hook.sendPolicy;
  const { item, id } = envelope as { item?: { id?: string | string[] }; id?: string | null };
  const prefix = itemsPath == null ? dataPath.map((key) => `/${key}`).join("") : "";
  const pointers = itemsPath == null ? [id, ...(dedupe ?? [])] : [item?.id].flat();
  return pointers.flatMap((pointer) => {
    const path = `${pointer ?? ""}`.replace(/^pointer:/, "");
    const key = path.startsWith(`${prefix}/`) ? path.slice(prefix.length + 1) : "/";
    return key.includes("/") ? [] : [key];
  });
}

function withFreshIds(data: Json, keys: readonly string[]): Json {
  const fresh = Object.fromEntries(keys.filter((key) => key in data).map((key) => [key, freshId(data[key])]));
  return { ...data, ...fresh };
}

/** An id of the same form: a UUID, a number, or a text with the same prefix. */
function freshId(id: unknown): unknown {
  const bytes = randomBytes(16);
  if (typeof id === "number") return bytes.slice(0, 4).reduce((sum, byte) => sum * 256 + byte, 0);
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const text = `${id}`;
  if (/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text))
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
  return `${text.slice(0, Math.max(text.lastIndexOf("_"), text.lastIndexOf("-")) + 1)}${hex}`;
}

/** The delivery with a signature as another secret makes it: of the same form, and wrong. */
export function withWrongSecret(hook: Webhook, delivery: TestDelivery): TestDelivery {
  const { header, received } = hook.inspect(delivery).signature;
  const name = Object.keys(delivery.headers).find((one) => one.toLowerCase() === header?.toLowerCase());
  if (name === undefined || received === undefined || received === "")
    throw new TypeError("The delivery has no signature in a header.");
  // The signature is the last part of a JSON Web Token, and otherwise the longest run of characters of hex or base64.
  const isToken = /^[\w-]+\.[\w-]+\.[\w-]+$/.test(received);
  const runs = (isToken ? received.slice(received.lastIndexOf(".")) : received).match(/[\w+/-]+/g) ?? [];
  const tag = runs.reduce((longest, run) => (run.length > longest.length ? run : longest), "");
  // Both digits are hex and base64.
  const wrong = received.replace(tag, `${tag.startsWith("0") ? "1" : "0"}${tag.slice(1)}`);
  const value = delivery.headers[name] as string;
  return { ...delivery, headers: { ...delivery.headers, [name]: value.replace(received, wrong) } };
}

/** The delivery with a body that was changed after it was signed: one space more. */
export function withChangedBody(delivery: TestDelivery): TestDelivery {
  const body = new Uint8Array(delivery.body.length + 1);
  body.set(delivery.body);
  body[delivery.body.length] = 0x20;
  return { ...delivery, body };
}

/**
 * The delivery as it was signed some time ago: by default an hour, longer than any usual timestamp tolerance.
 *
 * @throws TypeError where the provider signs no time in a header, so that no delivery is too old.
 */
export function stale(hook: Webhook, delivery: TestDelivery, ageMs = 3_600_000): TestDelivery {
  if (hook.sendPolicy.signatureExpires !== "by-header")
    throw new TypeError(
      "The provider signs no time in a header. For a time in the body, make the delivery with `now`.",
    );
  return signedAgain(hook, delivery, Date.now() - ageMs);
}

/** A retry of the delivery with the same id and other data: `data` replaces members of the event's data. */
export function changedRetry(hook: Webhook, delivery: TestDelivery, data: object): TestDelivery {
  const payload = JSON.parse(new TextDecoder().decode(delivery.body));
  const { dataPath, itemsPath } = hook.sendPolicy;
  const target = itemsPath == null ? at(payload, dataPath) : (at(payload, itemsPath) as Json[])[0];
  Object.assign(target as object, data);
  const body = new TextEncoder().encode(JSON.stringify(payload)).slice();
  const changed = { ...delivery, body };
  if (hook.sendPolicy.signatureExpires === "by-header") return signedAgain(hook, changed, Date.now());
  const { type, signature } = hook.inspect(delivery);
  if (signature.header === undefined || signature.status === "unsigned") return changed;
  const { headers } = hook.sign(body, type === undefined ? {} : { type });
  const isSignature = ([name]: [string, string]) => name.toLowerCase() === signature.header?.toLowerCase();
  const others = Object.entries(delivery.headers).filter((header) => !isSignature(header));
  return {
    ...changed,
    headers: Object.fromEntries([...others, ...Object.entries(headers).filter(isSignature)]),
  };
}

function signedAgain(hook: Webhook, delivery: TestDelivery, now: number): TestDelivery {
  return { ...delivery, headers: Object.fromEntries(hook.resign(delivery as Delivery, now)) };
}

/** A clock for the option `now` of a receiver, which only a test moves. Default start: the current time. */
export function clock(start: Date | number = Date.now()): { now: () => number; advance(ms: number): void } {
  let time = Number(start);
  return {
    now: () => time,
    advance(ms) {
      time += ms;
    },
  };
}

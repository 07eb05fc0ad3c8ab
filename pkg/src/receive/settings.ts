/** The options of a receiver: checked, with defaults filled in. */
import { memoryStore } from "../memory-store.js";
import { type OptionNames, optionMistake } from "../options.js";
import type { DeliveryStore } from "../store.js";
import { supportsEncoding } from "./body.js";
import { errorLog } from "./error-log.js";
import type { BodyEncoding, EachOptions, ReceiverOptions } from "./options.js";

declare const console: { error(text: string): void };

/** Options without a default. */
type OptionalKeys =
  | "url"
  | "authorize"
  | "now"
  | "onEvent"
  | "onRejected"
  | "onSecret"
  | "keys"
  | "handlerTimeout";

/** All options, with defaults filled in. */
export type Settings<R> = {
  [Name in Exclude<keyof ReceiverOptions<R>, OptionalKeys | "each">]-?: NonNullable<ReceiverOptions<R>[Name]>;
} & Pick<ReceiverOptions<R>, OptionalKeys> & {
    /** Whether the handler is called with each item. */
    each: boolean;
  };

const OPTIONS: OptionNames = {
  store: true,
  maxBytes: true,
  changed: true,
  onStoreError: true,
  bodyTimeout: true,
  storeTimeout: true,
  handlerTimeout: true,
  encodings: true,
  success: true,
  url: true,
  onEvent: true,
  onError: true,
  name: true,
  log: true,
  onRejected: true,
  onSecret: true,
  keys: true,
  unknownEvents: true,
  replayed: true,
  each: true,
  authorize: true,
  now: true,
} satisfies Record<keyof ReceiverOptions, true>;

/** Throws at an option of an unknown name. */
export function checkOptionNames(options: unknown): void {
  const mistake = optionMistake("receiver", options, OPTIONS);
  if (mistake !== undefined) throw new TypeError(mistake);
}

/** Checks the options, and fills in the defaults. */
export function resolveOptions<R>(
  hook: { maxBytes: number; provider: string; hasItems?: boolean; needsKeys?: boolean },
  options: ReceiverOptions<R> | EachOptions<R>,
): Settings<R> {
  checkOptionNames(options);
  const passed = options ?? {};
  const name = nameOf(passed.name, hook.provider);
  const each = passed.each ?? false;
  if (typeof each !== "boolean") throw optionError("each", "true or false");
  if (each && hook.hasItems === false)
    throw new TypeError(
      "Invalid value for option `each`: the provider sends one event in each delivery. Remove the option.",
    );
  const timeout = (name: "bodyTimeout" | "storeTimeout" | "handlerTimeout", fallback: number) =>
    checkTimerMs(name, passed[name] ?? fallback);
  return {
    name,
    each,
    store: storeOf(passed.store),
    maxBytes: checkBytes("maxBytes", passed.maxBytes ?? hook.maxBytes),
    changed: oneOf("changed", passed.changed, ["handle", "refuse"]),
    replayed: oneOf("replayed", passed.replayed, ["ignore", "handle"]),
    unknownEvents: oneOf("unknownEvents", passed.unknownEvents, ["handle", "ignore"]),
    onStoreError: oneOf("onStoreError", passed.onStoreError, ["refuse", "accept"]),
    bodyTimeout: timeout("bodyTimeout", 10_000),
    storeTimeout: timeout("storeTimeout", 5_000),
    ...(passed.handlerTimeout === undefined ? {} : { handlerTimeout: timeout("handlerTimeout", 0) }),
    encodings: checkEncodings(passed.encodings),
    success: oneOf("success", passed.success, [200, 204]),
    ...(passed.url === undefined ? {} : { url: urlOption(passed.url) }),
    ...(passed.onEvent === undefined ? {} : { onEvent: checkFunction("onEvent", passed.onEvent) }),
    log: logOf(passed.log),
    ...(passed.onRejected === undefined
      ? {}
      : { onRejected: checkFunction("onRejected", passed.onRejected) }),
    ...(passed.authorize === undefined ? {} : { authorize: checkFunction("authorize", passed.authorize) }),
    ...(passed.now === undefined ? {} : { now: checkFunction("now", passed.now) }),
    ...(passed.onSecret === undefined ? {} : { onSecret: checkFunction("onSecret", passed.onSecret) }),
    ...keysOf(passed.keys, hook),
    onError:
      passed.onError === undefined
        ? errorLog({ name, provider: hook.provider })
        : checkFunction("onError", passed.onError),
  };
}

function keysOf<R>(
  keys: ReceiverOptions<R>["keys"],
  hook: { needsKeys?: boolean },
): Pick<ReceiverOptions<R>, "keys"> {
  if (keys === undefined) {
    if (hook.needsKeys !== true) return {};
    throw new TypeError(
      "Missing option `keys`: the provider's public keys are not configured. Pass `keySource()` of hookseal/keys, or the public key in `secrets` of the webhook.",
    );
  }
  if (typeof keys === "function" || Array.isArray(keys)) return { keys };
  throw optionError("keys", "a list of keys, or a function that returns one");
}

/** SECURITY: characters that could forge log lines or change the writing direction. */
const UNPRINTABLE = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;

function nameOf(name: string | undefined, fallback: string): string {
  if (name === undefined) return fallback;
  if (typeof name === "string" && name.length > 0 && name.length <= 200 && !UNPRINTABLE.test(name))
    return name;
  throw optionError("name", "a string of 1 to 200 characters without control characters");
}

function checkFunction<F>(option: string, value: F): F {
  if (typeof value === "function") return value;
  throw optionError(option, "a function");
}

function urlOption<R>(url: NonNullable<ReceiverOptions<R>["url"]>): NonNullable<ReceiverOptions<R>["url"]> {
  if (typeof url === "string" || typeof url === "function") return url;
  throw optionError("url", "a string, or a function of the request");
}

function logOf(log: ReceiverOptions["log"]): NonNullable<ReceiverOptions["log"]> {
  if (log === undefined) return (text) => console.error(text);
  if (log === false || typeof log === "function") return log;
  throw optionError("log", "false, or a function of a line");
}

function storeOf(store: DeliveryStore | undefined): DeliveryStore {
  if (store === undefined) return memoryStore();
  const methods = ["claim", "done", "release"] as const;
  if (methods.every((name) => typeof store?.[name] === "function")) return store;
  throw optionError("store", "an object with the methods claim, done and release");
}

function checkEncodings(encodings: readonly BodyEncoding[] = []): readonly BodyEncoding[] {
  if (!Array.isArray(encodings) || !encodings.every((name) => name === "gzip" || name === "deflate"))
    throw optionError("encodings", 'a list of "gzip" and "deflate"');
  if (encodings.every(supportsEncoding)) return [...encodings];
  throw new TypeError("The option `encodings` needs DecompressionStream, which this runtime lacks.");
}

function oneOf<T extends string | number>(
  option: string,
  value: T | undefined,
  values: readonly [T, ...T[]],
): T {
  if (value === undefined) return values[0];
  if (values.includes(value)) return value;
  throw optionError(option, values.map((allowed) => JSON.stringify(allowed)).join(" or "));
}

function checkBytes(option: string, value: number): number {
  if (typeof value === "number" && value >= 0) return value;
  throw optionError(option, "a number of bytes");
}

/** A timeout within 31 bits: timers fire at once for longer ones. */
function checkTimerMs(option: string, value: number): number {
  if (typeof value === "number" && value > 0 && value < 2 ** 31) return value;
  throw optionError(option, "a number of milliseconds above 0 and below 2^31");
}

function optionError(option: string, expected: string): TypeError {
  return new TypeError(`Invalid value for option \`${option}\` of a receiver: expected ${expected}.`);
}

/** Checks the values of a sender's options before anything is sent: later a wrong value would end the process, or do nothing. */
import { SendError } from "./error.js";

/** What an option takes: the test of a value, and its description for messages. */
type Shape = readonly [accepts: (value: unknown) => boolean, expected: string];

const FUNCTION: Shape = [(value) => typeof value === "function", "a function"];
const NON_EMPTY_STRING: Shape = [(value) => typeof value === "string" && value !== "", "a non-empty string"];

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isPem = (value: unknown) => typeof value === "string" || value instanceof Uint8Array;

/** Whether a value has the members of an `AbortSignal` that are used. By shape, since a signal may come from another realm. */
const isSignal = (value: unknown) =>
  isObject(value) &&
  typeof value.aborted === "boolean" &&
  typeof value.addEventListener === "function" &&
  typeof value.removeEventListener === "function";

const isByteCount = (value: unknown) =>
  value === Number.POSITIVE_INFINITY || (Number.isInteger(value) && (value as number) >= 0);

/** The options of `send` and `bullmqSender` that have no check of their own. */
const SHAPES: Readonly<Record<string, Shape>> = {
  plainHttp: [(value) => value === "refuse" || value === "allow", '"refuse" or "allow"'],
  parameters: [isObject, "an object of names and values"],
  maxResponseBytes: [isByteCount, "a whole number of bytes, 0 or more"],
  signal: [isSignal, "an AbortSignal"],
  onAttempt: FUNCTION,
  onError: FUNCTION,
  lookup: FUNCTION,
  now: FUNCTION,
  sleep: FUNCTION,
  random: FUNCTION,
  queue: NON_EMPTY_STRING,
  prefix: NON_EMPTY_STRING,
  cipher: [
    (value) => isObject(value) && typeof value.encrypt === "function" && typeof value.decrypt === "function",
    "an object with the functions `encrypt` and `decrypt`",
  ],
};

const TLS_SHAPES: Readonly<Record<string, Shape>> = {
  ca: [
    (value) => isPem(value) || (Array.isArray(value) && value.every(isPem)),
    "certificates in PEM, one string or a list",
  ],
  cert: [isPem, "a certificate in PEM"],
  key: [isPem, "a private key in PEM"],
};

/** The error for the value of an option. SECURITY: the value is not quoted; a secret may have been passed in the wrong place. */
export function valueError(option: string, expected: string): SendError {
  return new SendError("option-invalid", `Invalid value for option \`${option}\`: expected ${expected}.`);
}

/** Throws where an option has a wrong value. An option that is `undefined` is absent. */
export function checkValues(options: object): void {
  check(options, SHAPES, "");
  check((options as { tls?: object }).tls ?? {}, TLS_SHAPES, "tls.");
}

/** Throws where an option is neither absent nor a function. */
export function checkFunction(option: string, value: unknown): void {
  if (value !== undefined && typeof value !== "function") throw valueError(option, FUNCTION[1]);
}

function check(options: object, shapes: typeof SHAPES, prefix: string): void {
  for (const [name, [accepts, expected]] of Object.entries(shapes)) {
    const value = (options as Record<string, unknown>)[name];
    if (value !== undefined && !accepts(value)) throw valueError(prefix + name, expected);
  }
}

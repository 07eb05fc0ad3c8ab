/** Headers in every container people have them in, carried over as one text: name \x1f value \x1e. */
import { callError, type HooksealError } from "./error.js";
import type { Delivery } from "./types.js";

/**
 * The headers of a request: a fetch `Headers`, a plain object in any letter case (Node's `req.headers`), an
 * iterable of pairs (a `Map`), or a flat array of names and values (Node's `req.rawHeaders`).
 */
export type HeadersLike =
  | { readonly [name: string]: string | readonly string[] | undefined }
  | Iterable<readonly [string, string]>
  | readonly string[];

/** A way to look a header up without walking all of them: fetch's own `Headers`. */
interface Lookup {
  get(name: string): string | null;
}

// Names and values are kept apart by these two; HTTP allows neither in a header.
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is control characters that are looked for.
const separator = /[\x1e\x1f]/;

/** One name with its value, or with each of its values. */
function pair(name: string, value: unknown): string {
  if (!Array.isArray(value)) return field(name, value);
  let text = "";
  for (const one of value) text += field(name, one);
  return text;
}

function field(name: string, value: unknown): string {
  if (value === undefined || value === null) return "";
  // Node takes numbers for values of headers that are sent, so some code has them.
  if (typeof value !== "string" && typeof value !== "number") throw invalidHeadersError();
  return `${stripSeparators(name)}\x1f${stripSeparators(String(value))}\x1e`;
}

function stripSeparators(text: string): string {
  return text.includes("\x1f") || text.includes("\x1e")
    ? text.replace(new RegExp(separator, "g"), "\ufffd")
    : text;
}

/**
 * What stands beside the headers and may be signed too. It travels in front of them, under names that no
 * header can have.
 */
function pseudoHeaders(url: string | undefined, method: string | undefined): string {
  // An empty one is none.
  return field(":url", url || undefined) + field(":method", method || undefined);
}

/** Every header there is, of a delivery that may be none. */
export function allHeaders(delivery: Delivery): string {
  if (typeof delivery !== "object" || delivery === null) {
    const got = delivery === null ? "null" : typeof delivery;
    throw callError("option-invalid", `Expected a delivery { headers, body }, got ${got}.`);
  }
  const { headers, url, method } = delivery;
  let text = pseudoHeaders(url, method);
  for (const [name, value] of pairs(headers)) {
    // HTTP/2's pseudo-headers are none.
    if (!name.startsWith(":")) text += pair(name, value);
  }
  return text;
}

/** Names of headers in lower case, made ready to be looked for. */
export class HeaderFilter {
  readonly names: readonly string[];
  /** 1 at each length that a name has: most headers are told by it. */
  readonly #lengths: Uint8Array;

  constructor(names: readonly string[]) {
    // The engine keeps one text for each key, and compares those by their places.
    this.names = Object.keys(Object.fromEntries(names.map((name) => [name, true])));
    this.#lengths = new Uint8Array(Math.max(0, ...names.map(({ length }) => length)) + 1);
    for (const { length } of names) this.#lengths[length] = 1;
  }

  /** Whether a name in any letter case is among them. Letters of ASCII have one length in both cases. */
  has(name: string): boolean {
    if (this.#lengths[name.length] !== 1) return false;
    return this.names.includes(name) || this.names.includes(name.toLowerCase());
  }
}

/** The headers that are wanted. */
export function selectHeaders({ headers, url, method }: Delivery, wanted: HeaderFilter): string {
  let text = url === undefined && method === undefined ? "" : pseudoHeaders(url, method);
  if (headers === null || typeof headers !== "object") throw invalidHeadersError();
  if (!(Symbol.iterator in headers)) {
    // What most servers hand over: worth a loop that makes no pairs.
    for (const name of Object.keys(headers)) {
      if (!wanted.has(name)) continue;
      const value = headers[name];
      // A name that is wanted is harmless.
      text += typeof value === "string" ? `${name}\x1f${stripSeparators(value)}\x1e` : pair(name, value);
    }
    return text;
  }
  if (isFetchHeaders(headers)) {
    for (const name of wanted.names) text += field(name, headers.get(name));
    return text;
  }
  for (const [name, value] of pairs(headers)) {
    if (wanted.has(name)) text += pair(name, value);
  }
  return text;
}

/** By its tag, and not by the global class: asking Node for that one loads all of its fetch. */
function isFetchHeaders(headers: object): headers is Lookup {
  return Object.prototype.toString.call(headers) === "[object Headers]" && "get" in headers;
}

function pairs(headers: HeadersLike): Iterable<readonly [string, unknown]> {
  if (headers === null || typeof headers !== "object") throw invalidHeadersError();
  if (Array.isArray(headers) && typeof headers[0] === "string") return flat(headers);
  if (Symbol.iterator in headers) return checked(headers as Iterable<unknown>);
  return Object.entries(headers);
}

function* flat(list: readonly unknown[]): Iterable<readonly [string, unknown]> {
  for (let index = 0; index < list.length; index += 2) {
    const name = list[index];
    // Half a pair means that this is another kind of list, or one that was cut.
    if (typeof name !== "string" || index + 1 === list.length) throw invalidHeadersError();
    yield [name, list[index + 1]];
  }
}

function* checked(pairs: Iterable<unknown>): Iterable<readonly [string, unknown]> {
  for (const one of pairs) {
    if (!Array.isArray(one) || one.length < 2 || typeof one[0] !== "string") throw invalidHeadersError();
    yield one as [string, unknown];
  }
}

function invalidHeadersError(): HooksealError {
  return callError(
    "option-invalid",
    "`headers` is none of: a fetch Headers, a plain object, an iterable of pairs, or Node's rawHeaders.",
  );
}

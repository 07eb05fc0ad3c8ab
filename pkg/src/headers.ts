/**
 * Headers in every container that runtimes have, encoded as the head of a delivery: one text with the URL, the method and
 * the headers. `src/wasm/layout.rs` specifies it.
 */
import { callError, type HooksealError } from "./error.js";
import { Separator } from "./generated/layout.js";
import type { Delivery, PublicKeyText } from "./types.js";

/**
 * The headers of a request: a fetch `Headers`, a plain object in any letter case (Node's `req.headers`), an
 * iterable of pairs (a `Map`), or a flat array of names and values (Node's `req.rawHeaders`).
 */
export type HeadersLike =
  | { readonly [name: string]: string | readonly string[] | undefined }
  | Iterable<readonly [string, string]>
  | readonly string[];

/** A container that finds a header by its name: fetch's own `Headers`. */
interface HeaderLookup {
  get(name: string): string | null;
}

/** The start of a head without URL and method. */
const NO_TARGET = Separator.record + Separator.record;

/** Encodes one header, which may have several values. */
function encodeHeader(name: string, value: unknown): string {
  if (!Array.isArray(value)) return encodePair(name, toText(value));
  let text = "";
  for (const item of value) text += encodePair(name, toText(item));
  return text;
}

function encodePair(name: string, value: string | undefined): string {
  return value === undefined
    ? ""
    : stripSeparators(name) + Separator.unit + stripSeparators(value) + Separator.record;
}

/** The text of a value; nothing for a header that is absent. */
function toText(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (value === undefined || value === null) return undefined;
  // Node accepts numbers as values of headers to be sent, so some code passes them.
  if (typeof value !== "number") throw invalidHeadersError();
  return String(value);
}

/** Replaces the separators, which HTTP allows in no field of a head. */
function stripSeparators(text: string): string {
  return text.includes(Separator.unit) || text.includes(Separator.record)
    ? text.replaceAll(Separator.unit, "\ufffd").replaceAll(Separator.record, "\ufffd")
    : text;
}

/** Encodes the URL and the method, which may be signed too. */
function encodeTarget(url: string | undefined, method: string | undefined): string {
  if (url === undefined && method === undefined) return NO_TARGET;
  return encodeField("url", url) + encodeField("method", method);
}

function isText(value: unknown): boolean {
  return value === undefined || typeof value === "string";
}

function encodeField(name: "url" | "method", value: unknown): string {
  const text = value ?? "";
  if (typeof text !== "string")
    throw callError(
      "option-invalid",
      `Expected \`${name}\` of the delivery as a string, got a value of type ${typeof value}.`,
    );
  return stripSeparators(text) + Separator.record;
}

/** Encodes a delivery's head with all headers. */
export function encodeHead(delivery: Delivery): string {
  if (typeof delivery !== "object" || delivery === null) {
    const got = delivery === null ? "null" : typeof delivery;
    throw callError("option-invalid", `Expected a delivery { headers, body }, got ${got}.`);
  }
  const { headers, url, method } = delivery;
  let text = encodeTarget(url, method);
  for (const [name, value] of headerPairs(headers)) text += encodePair(name, value);
  return text;
}

/** Encodes the public keys for a delivery, after its headers. */
export function encodeKeys(keys: readonly PublicKeyText[] | undefined): string {
  if (keys === undefined) return "";
  let text = "";
  for (const key of Array.isArray(keys) ? keys : [undefined]) {
    if (typeof key !== "string" && (typeof key !== "object" || key === null))
      throw callError("option-invalid", "Invalid value for option `keys`: expected a list of keys.");
    text +=
      Separator.unit +
      stripSeparators(typeof key === "string" ? key : JSON.stringify(key)) +
      Separator.record;
  }
  return text;
}

/** The headers as pairs of texts, each value of its own; without HTTP/2's pseudo-headers. */
export function headerPairs(headers: HeadersLike): [name: string, value: string][] {
  const pairs: [string, string][] = [];
  visitEntries(headers, (name, value) => {
    // SECURITY: an empty name is that of a key. No header has it.
    if (name === "" || name.startsWith(":")) return;
    for (const item of Array.isArray(value) ? value : [value]) {
      const text = toText(item);
      if (text !== undefined) pairs.push([name, text]);
    }
  });
  return pairs;
}

/** Names of headers in lower case, prepared for lookups. */
export class HeaderFilter {
  readonly names: readonly string[];
  /** Whether every header is needed: a delivery itself lists which ones are signed. */
  readonly isAll: boolean;
  /** 1 at each length that a name has: the length alone rules out most headers. */
  readonly #lengths: Uint8Array;

  constructor(names: readonly string[]) {
    this.isAll = names.includes("*");
    // PERF: the engine interns keys of objects, and compares interned strings by their addresses.
    this.names = Object.keys(Object.fromEntries(names.map((name) => [name, true])));
    this.#lengths = new Uint8Array(Math.max(0, ...names.map(({ length }) => length)) + 1);
    for (const { length } of names) this.#lengths[length] = 1;
  }

  /** Whether a name in any letter case is among them. ASCII letters have one length in both cases. */
  has(name: string): boolean {
    if (this.#lengths[name.length] !== 1) return false;
    return this.names.includes(name) || this.names.includes(name.toLowerCase());
  }
}

/** Encodes a delivery's head with the headers that a filter has, and with URL and method if the signature covers one. */
export function encodeFilteredHead(
  delivery: Delivery,
  filter: HeaderFilter,
  requiresTarget: boolean,
): string {
  if (filter.isAll) return encodeHead(delivery);
  const { headers, url, method } = delivery;
  // PERF: a URL that no signature covers is not copied. Any other type than a string is an error all the same.
  const isUnread = !requiresTarget && isText(url) && isText(method);
  let text = isUnread ? NO_TARGET : encodeTarget(url, method);
  if (headers === null || typeof headers !== "object") throw invalidHeadersError();
  if (!(Symbol.iterator in headers)) {
    // PERF: the container of most servers, so this loop makes no pairs.
    for (const name of Object.keys(headers)) {
      if (!filter.has(name)) continue;
      const value = headers[name];
      // The names of the filter have no separators.
      text +=
        typeof value === "string"
          ? name + Separator.unit + stripSeparators(value) + Separator.record
          : encodeHeader(name, value);
    }
    return text;
  }
  if (isFetchHeaders(headers)) {
    for (const name of filter.names) text += encodeHeader(name, headers.get(name));
    return text;
  }
  visitEntries(headers, (name, value) => {
    if (filter.has(name)) text += encodeHeader(name, value);
  });
  return text;
}

/** Recognized by its tag, since reading the global class makes Node load all of its fetch. */
function isFetchHeaders(headers: object): headers is HeaderLookup {
  return Object.prototype.toString.call(headers) === "[object Headers]" && "get" in headers;
}

/** Calls `visit` with the entries of any container; a value may be a list. PERF: a generator would create an object for each. */
function visitEntries(headers: HeadersLike, visit: (name: string, value: unknown) => void): void {
  if (headers === null || typeof headers !== "object") throw invalidHeadersError();
  if (Array.isArray(headers) && typeof headers[0] === "string") {
    for (let index = 0; index < headers.length; index += 2) {
      const name = headers[index];
      // An odd length means that the list was cut, or is of another kind.
      if (typeof name !== "string" || index + 1 === headers.length) throw invalidHeadersError();
      visit(name, headers[index + 1]);
    }
  } else if (Symbol.iterator in headers) {
    for (const pair of headers as Iterable<unknown>) {
      if (!Array.isArray(pair) || pair.length < 2 || typeof pair[0] !== "string") throw invalidHeadersError();
      visit(pair[0], pair[1]);
    }
  } else {
    for (const name of Object.keys(headers)) visit(name, headers[name]);
  }
}

function invalidHeadersError(): HooksealError {
  return callError(
    "option-invalid",
    "`headers` is none of: a fetch Headers, a plain object, an iterable of pairs, or Node's rawHeaders.",
  );
}

/** Headers in every container people have them in, carried over as one text: name \x1f value \x1e. */
import { HooksealError } from "./error.js";

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
const separators = /[\x1e\x1f]/g;

function pair(name: unknown, value: unknown): string {
  let text = "";
  if (Array.isArray(value)) {
    for (const one of value) text += pair(name, one);
    return text;
  }
  if (value === undefined || value === null) return text;
  const line = `${name}\x1f${value}`;
  if (line.search(separators) !== String(name).length || line.split("\x1f").length !== 2) {
    return `${String(name).replace(separators, "\ufffd")}\x1f${String(value).replace(separators, "\ufffd")}\x1e`;
  }
  return `${line}\x1e`;
}

/** Every header there is. */
export function allHeaders(headers: HeadersLike): string {
  let text = "";
  for (const [name, value] of pairs(headers)) text += pair(name, value);
  return text;
}

/** The headers that are wanted, by their names in lower case. */
export function wantedHeaders(headers: HeadersLike, wanted: readonly string[]): string {
  let text = "";
  if (typeof Headers === "function" && headers instanceof Headers) {
    const lookup: Lookup = headers;
    for (const name of wanted) text += pair(name, lookup.get(name));
    return text;
  }
  for (const [name, value] of pairs(headers)) {
    if (wanted.includes(name) || wanted.includes(String(name).toLowerCase())) text += pair(name, value);
  }
  return text;
}

function pairs(headers: HeadersLike): Iterable<readonly [string, unknown]> {
  if (headers === null || typeof headers !== "object") throw notHeaders();
  if (Array.isArray(headers) && typeof headers[0] === "string") return flat(headers);
  if (Symbol.iterator in headers) return checked(headers as Iterable<readonly [string, string]>);
  return Object.entries(headers);
}

function flat(list: readonly string[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (let index = 0; index + 1 < list.length; index += 2) {
    pairs.push([list[index] as string, list[index + 1] as string]);
  }
  return pairs;
}

function* checked(pairs: Iterable<unknown>): Iterable<readonly [string, unknown]> {
  for (const one of pairs) {
    if (!Array.isArray(one) || one.length < 2) throw notHeaders();
    yield one as [string, unknown];
  }
}

function notHeaders(): HooksealError {
  return new HooksealError({
    code: "option-invalid",
    message:
      "`headers` is none of: a fetch Headers, a plain object, an iterable of pairs, or Node's rawHeaders.",
    status: 500,
    issues: [],
  });
}

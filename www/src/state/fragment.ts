/**
 * Converts link state to a URL fragment and back: a version, a dot, and deflated JSON in base64url. SECURITY: links are
 * untrusted. Unpacking is limited in size, and only known fields of the right type are accepted.
 */
import type { CustomProvider } from "../engine/calls.ts";

/** The content of a link. SECURITY: it has no field for a secret. */
export interface LinkState {
  provider: string;
  headerText: string;
  body: string;
  profile: "lenient" | "strict";
  asOf: string;
  tolerance: string;
  mode: string;
  /** Id of an example, whose headers and body are then left empty. */
  example?: string | undefined;
  custom?: CustomProvider | undefined;
  /** Of a link without values: what its sender saw. The page that opens it cannot check that. */
  finding?: LinkFinding | undefined;
  /** Of a link to a pair: the second delivery. */
  pair?: { headerText: string; body: string } | undefined;
}

/** A verdict in the words of the page, and the codes of the proven causes. */
export interface LinkFinding {
  kicker: string;
  headline: string;
  causes: string[];
}

const MAX_FINDING_CHARS = 120;
const MAX_CAUSES = 8;

const VERSION = 1;
/** Browsers and chat programs handle fragments of this length. The second limit stops decompression bombs. */
export const MAX_FRAGMENT_CHARS = 500_000;
const MAX_UNPACKED_BYTES = 4_000_000;

export async function pack(shared: LinkState): Promise<string> {
  // JSON.stringify escapes lone surrogates, so bytes that are not valid UTF-8 survive.
  const bytes = new TextEncoder().encode(JSON.stringify(shared));
  const packed = await readAll(pipeThrough(bytes, new CompressionStream("deflate-raw")), MAX_UNPACKED_BYTES);
  let text = "";
  for (let at = 0; at < packed.length; at += 8192)
    text += String.fromCharCode(...packed.subarray(at, at + 8192));
  return `${VERSION}.${btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}`;
}

/** Unpacks a fragment. The message of an error is shown as it is. */
export async function unpack(fragment: string): Promise<LinkState> {
  const [, version, packed] = /^(\d{1,6})\.(.*)$/s.exec(fragment) ?? [];
  if (version !== undefined && Number(version) > VERSION)
    throw new Error(
      "This link was created by a newer version of this page. Reload the page, then open the link again.",
    );
  if (
    packed === undefined ||
    Number(version) !== VERSION ||
    !/^[\w-]+$/.test(packed) ||
    packed.length % 4 === 1
  )
    throw new Error(BROKEN_LINK);
  if (fragment.length > MAX_FRAGMENT_CHARS) throw new Error(LINK_TOO_LARGE);
  let text: string;
  try {
    const bytes = Uint8Array.from(atob(packed.replaceAll("-", "+").replaceAll("_", "/")), (character) =>
      character.charCodeAt(0),
    );
    text = new TextDecoder("utf-8", { fatal: true }).decode(
      await readAll(pipeThrough(bytes, new DecompressionStream("deflate-raw")), MAX_UNPACKED_BYTES),
    );
  } catch (error) {
    throw new Error(error instanceof RangeError ? LINK_TOO_LARGE : BROKEN_LINK);
  }
  const shared = parseLinkState(text);
  if (shared === undefined) throw new Error(BROKEN_LINK);
  return shared;
}

const BROKEN_LINK = "Invalid link: it was truncated or changed. Copy the whole link again.";
const LINK_TOO_LARGE = "This link is too large and was not opened.";

function pipeThrough(
  bytes: Uint8Array,
  stream: CompressionStream | DecompressionStream,
): ReadableStream<Uint8Array> {
  return new Blob([bytes as BlobPart])
    .stream()
    .pipeThrough(stream as TransformStream<Uint8Array, Uint8Array>);
}

/** Reads a stream to its end. Throws a RangeError as soon as it exceeds `maxBytes`. */
async function readAll(stream: ReadableStream<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > maxBytes) {
      void reader.cancel().catch(() => undefined);
      throw new RangeError("too much");
    }
    chunks.push(value);
  }
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

/** Parses link state; undefined if any field has the wrong type. */
function parseLinkState(text: string): LinkState | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(value)) return undefined;
  const { provider, headerText, body, profile, asOf, tolerance, mode, example, custom, finding, pair } =
    value;
  if (![provider, headerText, body, asOf, tolerance, mode].every(isString)) return undefined;
  if (profile !== "lenient" && profile !== "strict") return undefined;
  if (example !== undefined && !isString(example)) return undefined;
  if (custom !== undefined && !isCustomProvider(custom)) return undefined;
  if (finding !== undefined && !isFinding(finding)) return undefined;
  if (pair !== undefined && !(isObject(pair) && isString(pair.headerText) && isString(pair.body)))
    return undefined;
  return {
    provider,
    headerText,
    body,
    profile,
    asOf,
    tolerance,
    mode,
    example,
    ...(finding && {
      finding: { kicker: finding.kicker, headline: finding.headline, causes: finding.causes },
    }),
    ...(pair && { pair: { headerText: pair.headerText, body: pair.body } }),
    custom: custom && { definition: custom.definition, schemas: custom.schemas, sample: custom.sample },
  } as LinkState;
}

/** SECURITY: a stranger chooses these texts, so they are short, and causes are codes. */
function isFinding(value: unknown): value is LinkFinding {
  const isShort = (text: unknown) => isString(text) && text.length <= MAX_FINDING_CHARS;
  return (
    isObject(value) &&
    isShort(value.kicker) &&
    isShort(value.headline) &&
    Array.isArray(value.causes) &&
    value.causes.length <= MAX_CAUSES &&
    value.causes.every((code) => isString(code) && /^[a-z0-9-]{1,60}$/.test(code))
  );
}

function isCustomProvider(value: unknown): value is CustomProvider {
  return (
    isObject(value) &&
    isString(value.definition) &&
    isString(value.sample) &&
    Array.isArray(value.schemas) &&
    value.schemas.every((entry) => Array.isArray(entry) && entry.length === 2 && entry.every(isString))
  );
}

function isString(value: unknown): value is string {
  return typeof value === "string";
}

function isObject(value: unknown): value is { [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

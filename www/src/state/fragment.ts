/**
 * The page's state as a fragment and back: a version, a point, and packed JSON. What comes from a stranger's link is
 * taken apart within bounds, and nothing of it is taken that this page does not know.
 */
import type { OwnProvider } from "../engine/calls.ts";

/** What a link may hold. There is no secret in it, and no place for one. */
export interface Shared {
  provider: string;
  head: string;
  body: string;
  profile: "lenient" | "strict";
  at: string;
  tolerance: string;
  mode: string;
  /** In place of head and body, where they are those of an example. */
  example?: string | undefined;
  own?: OwnProvider | undefined;
}

const VERSION = 1;
/** The longest fragment, and the most that it may unpack to. */
export const LONGEST = 500_000;
const MOST = 4_000_000;

export async function pack(shared: Shared): Promise<string> {
  // JSON writes lone surrogates as escapes: bytes that are not UTF-8 come back as they were.
  const bytes = new TextEncoder().encode(JSON.stringify(shared));
  const packed = await drained(through(bytes, new CompressionStream("deflate-raw")), MOST);
  let text = "";
  for (let at = 0; at < packed.length; at += 8192)
    text += String.fromCharCode(...packed.subarray(at, at + 8192));
  return `${VERSION}.${btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}`;
}

/** What a fragment holds. The error is a sentence for whoever opened it. */
export async function unpack(fragment: string): Promise<Shared> {
  const [, version, packed] = /^(\d{1,6})\.(.*)$/s.exec(fragment) ?? [];
  if (version !== undefined && Number(version) > VERSION)
    throw new Error(
      "This link was made by a later version of this page. Reload the page, and open it again.",
    );
  if (
    packed === undefined ||
    Number(version) !== VERSION ||
    !/^[\w-]+$/.test(packed) ||
    packed.length % 4 === 1
  )
    throw new Error(BROKEN);
  if (fragment.length > LONGEST) throw new Error(LARGE);
  let text: string;
  try {
    const bytes = Uint8Array.from(atob(packed.replaceAll("-", "+").replaceAll("_", "/")), (character) =>
      character.charCodeAt(0),
    );
    text = new TextDecoder("utf-8", { fatal: true }).decode(
      await drained(through(bytes, new DecompressionStream("deflate-raw")), MOST),
    );
  } catch (error) {
    throw new Error(error instanceof RangeError ? LARGE : BROKEN);
  }
  const shared = checked(text);
  if (shared === undefined) throw new Error(BROKEN);
  return shared;
}

const BROKEN = "This link is broken: it was cut, or changed on its way.";
const LARGE = "This link holds more than this page opens, so it was left alone.";

function through(
  bytes: Uint8Array,
  stream: CompressionStream | DecompressionStream,
): ReadableStream<Uint8Array> {
  return new Blob([bytes as BlobPart])
    .stream()
    .pipeThrough(stream as TransformStream<Uint8Array, Uint8Array>);
}

/** All bytes of a stream; a RangeError as soon as there are more than `most`. */
async function drained(stream: ReadableStream<Uint8Array>, most: number): Promise<Uint8Array> {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > most) {
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

/** What was unpacked, field by field; undefined where one of them is not what it has to be. */
function checked(text: string): Shared | undefined {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(given)) return undefined;
  const { provider, head, body, profile, at, tolerance, mode, example, own } = given;
  if (![provider, head, body, at, tolerance, mode].every(isText)) return undefined;
  if (profile !== "lenient" && profile !== "strict") return undefined;
  if (example !== undefined && !isText(example)) return undefined;
  if (own !== undefined && !isOwn(own)) return undefined;
  return {
    provider,
    head,
    body,
    profile,
    at,
    tolerance,
    mode,
    example,
    own: own && { manifest: own.manifest, contracts: own.contracts, sample: own.sample },
  } as Shared;
}

function isOwn(value: unknown): value is OwnProvider {
  return (
    isObject(value) &&
    isText(value.manifest) &&
    isText(value.sample) &&
    Array.isArray(value.contracts) &&
    value.contracts.every((one) => Array.isArray(one) && one.length === 2 && one.every(isText))
  );
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isObject(value: unknown): value is { [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

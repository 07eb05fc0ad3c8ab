/** HMAC (RFC 2104) over SHA-1, SHA-256 and SHA-512, without a webhook around it. */
import { viewed } from "./bytes.js";
import { core, guarded, readBytes, reserve, writeBytes } from "./core.js";
import { callError } from "./error.js";
import { TextEncoder } from "./runtime.js";

/** A hash function under HMAC. */
export type HmacAlgorithm = "sha1" | "sha256" | "sha512";

/** Bytes; a string means its UTF-8 bytes. */
export type HmacInput = string | Uint8Array | ArrayBuffer | DataView;

/** In the core's order, with the length of a tag. */
const ALGORITHMS = [
  ["sha1", 20],
  ["sha256", 32],
  ["sha512", 64],
] as const;

const encoder = new TextEncoder();

/** Signs and verifies messages with a shared key. */
export const hmac = {
  /**
   * The HMAC of a message: 20, 32 or 64 bytes. An empty key is refused: it is a secret that is not set. So is one of
   * zero bytes alone, with which HMAC does what it does with an empty one.
   * @throws {HooksealError} `secret-missing` for such a key
   * @throws {TypeError} when the algorithm is none of the three, or an input is neither bytes nor a string
   * @example
   * const tag = hmac.sign("sha256", "key", "message");
   */
  sign(algorithm: HmacAlgorithm, key: HmacInput, message: HmacInput): Uint8Array {
    const [number, length] = algorithmIndex(algorithm);
    const parts = [bytes(key, "key"), bytes(message, "message")] as const;
    if (isEmpty(parts[0])) {
      const what = parts[0].length === 0 ? "empty" : "nothing but zero bytes";
      throw callError(
        "secret-missing",
        `The key of an hmac is ${what}. Is the secret it comes from set where this runs?`,
      );
    }
    core();
    return guarded(() => {
      write(parts, length);
      return readBytes(core().hmac_sign(number, parts[0].length, parts[1].length));
    });
  },

  /**
   * Whether `tag` is the HMAC of the message, compared in constant time. A tag of another length is
   * `false`, as any wrong tag is; so is every tag under a key that is empty or nothing but zero bytes, which anybody
   * could have made.
   * @throws {TypeError} when the algorithm is none of the three, or an input is neither bytes nor a string
   * @example
   * if (!hmac.verify("sha256", "key", "message", tag)) throw new Error("not signed with this key");
   */
  verify(algorithm: HmacAlgorithm, key: HmacInput, message: HmacInput, tag: HmacInput): boolean {
    const [number] = algorithmIndex(algorithm);
    const parts = [bytes(key, "key"), bytes(message, "message"), bytes(tag, "tag")] as const;
    if (isEmpty(parts[0])) return false;
    core();
    return guarded(() => {
      write(parts, 0);
      return core().hmac_verify(number, parts[0].length, parts[1].length, parts[2].length);
    });
  },
};

/** HMAC pads keys with zero bytes, so that a key of nothing else is an empty one. RFC 2104, section 2. */
const isEmpty = (key: Uint8Array) => key.every((byte) => byte === 0);

/** The algorithm's number in the core, and the length of its tags. */
function algorithmIndex(algorithm: HmacAlgorithm): [number, number] {
  const number = ALGORITHMS.findIndex(([name]) => name === algorithm);
  const entry = ALGORITHMS[number];
  if (entry === undefined) {
    // What was passed is not repeated: it may be the key, in the wrong place.
    throw new TypeError('The algorithm of an hmac has to be "sha1", "sha256" or "sha512".');
  }
  return [number, entry[1]];
}

function bytes(input: HmacInput, name: string): Uint8Array {
  if (typeof input === "string") return encoder.encode(input);
  const view = viewed(input);
  if (view !== undefined) return view;
  throw new TypeError(
    `The ${name} of an hmac has to be a Uint8Array, an ArrayBuffer, a DataView or a string.`,
  );
}

/** Puts the parts one behind the other, with room for an answer of `least` bytes. */
function write(parts: readonly Uint8Array[], minBytes: number): void {
  // All room at once: a buffer that grows later would lose what was written before.
  reserve(
    Math.max(
      minBytes,
      parts.reduce((sum, part) => sum + part.length, 0),
    ),
  );
  let offset = 0;
  for (const part of parts) {
    writeBytes(part, offset);
    offset += part.length;
  }
}

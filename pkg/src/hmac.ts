/** HMAC (RFC 2104) over SHA-1, SHA-256 and SHA-512, without a webhook around it. */
import { asBytes } from "./bytes.js";
import { callCore, core, readBytes, reserve, writeBytes } from "./core.js";
import { callError } from "./error.js";
import { ALGORITHMS, TAG_BYTES } from "./generated/layout.js";
import { randomBytes } from "./random.js";
import { TextEncoder } from "./runtime.js";

/** A hash function under HMAC. */
export type HmacAlgorithm = "sha1" | "sha256" | "sha512";

/** Bytes; a string means its UTF-8 bytes. */
export type HmacInput = string | Uint8Array | ArrayBuffer | DataView;

const encoder = new TextEncoder();

/** Signs and verifies messages with a shared key. */
export const hmac = {
  /**
   * The HMAC of a message: 20, 32 or 64 bytes. An empty key is an error: most likely a secret that is not set. So is a key
   * of zero bytes only, for which HMAC returns the tag of the empty key.
   * @throws {HooksealError} `secret-missing` for such a key
   * @throws {TypeError} when the algorithm is none of the three, or an input is neither bytes nor a string
   * @example
   * const tag = hmac.sign("sha256", "key", "message");
   */
  sign(algorithm: HmacAlgorithm, key: HmacInput, message: HmacInput): Uint8Array {
    const index = algorithmIndex(algorithm);
    const parts = [bytes(key, "key"), bytes(message, "message")] as const;
    if (isEmpty(parts[0])) {
      const what = parts[0].length === 0 ? "empty" : "nothing but zero bytes";
      throw callError(
        "secret-missing",
        `The key of an hmac is ${what}. Is the secret it comes from set where this runs?`,
      );
    }
    core();
    return callCore(() => {
      write(parts, TAG_BYTES[index] as number);
      return readBytes(core().hmac_sign(index, parts[0].length, parts[1].length));
    });
  },

  /**
   * Whether `tag` is the HMAC of the message, compared in constant time. Returns false for a tag of another length, as for
   * any wrong tag. SECURITY: also for every tag under a key that is empty or zero bytes only, since every attacker has it.
   * @throws {TypeError} when the algorithm is none of the three, or an input is neither bytes nor a string
   * @example
   * if (!hmac.verify("sha256", "key", "message", tag)) throw new Error("not signed with this key");
   */
  verify(algorithm: HmacAlgorithm, key: HmacInput, message: HmacInput, tag: HmacInput): boolean {
    const index = algorithmIndex(algorithm);
    const parts = [bytes(key, "key"), bytes(message, "message"), bytes(tag, "tag")] as const;
    if (isEmpty(parts[0])) return false;
    core();
    return callCore(() => {
      write(parts, 0);
      return core().hmac_verify(index, parts[0].length, parts[1].length, parts[2].length);
    });
  },
};

/** HMAC pads keys with zero bytes, so a key of zero bytes only is equal to the empty key. RFC 2104, section 2. */
const isEmpty = (key: Uint8Array) => key.every((byte) => byte === 0);

/** The algorithm's number in the core. */
function algorithmIndex(algorithm: HmacAlgorithm): number {
  const index = ALGORITHMS.indexOf(algorithm);
  // SECURITY: the message does not quote the value, which may be the key.
  if (TAG_BYTES[index] === undefined)
    throw new TypeError('The algorithm of an hmac has to be "sha1", "sha256" or "sha512".');
  return index;
}

function bytes(input: HmacInput, name: string): Uint8Array {
  if (typeof input === "string") return encoder.encode(input);
  const view = asBytes(input);
  if (view !== undefined) return view;
  throw new TypeError(
    `The ${name} of an hmac has to be a Uint8Array, an ArrayBuffer, a DataView or a string.`,
  );
}

/** Writes the parts one after the other, and reserves `minBytes` at least for the result. */
function write(parts: readonly Uint8Array[], minBytes: number): void {
  // All at once: a buffer that grows loses its contents.
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

/**
 * Whether a received text is equal to a secret, in a time that says nothing about the secret: for a token in a path, or for basic
 * authentication. False for an absent text, and for an empty or absent secret, which every attacker has.
 *
 * @example
 * ```ts
 * const authorize = ({ headers }) => secretsEqual(headers.authorization, process.env.XON_AUTHORIZATION);
 * ```
 */
export function secretsEqual(received: string | null | undefined, secret: string | undefined): boolean {
  if (typeof received !== "string" || typeof secret !== "string" || secret === "") return false;
  const key = randomBytes(32);
  return hmac.verify("sha256", key, received, hmac.sign("sha256", key, secret));
}

/** Raw bodies: bytes, or a text that means its UTF-8 bytes. */
import { bodyNotRawError, requestAsDelivery } from "./body-not-raw.js";
import { asBytes } from "./bytes.js";
import { writeBytes, writeText } from "./core.js";
import type { Delivery } from "./types.js";

/** A raw body. A string means its UTF-8 bytes. */
export type BodyLike = Uint8Array | ArrayBuffer | DataView | string;

/** The body as bytes without a copy, or as the text it is. */
export function rawBody(body: BodyLike): Uint8Array | string {
  if (typeof body === "string") return body;
  const bytes = asBytes(body);
  if (bytes === undefined) throw bodyNotRawError(body);
  return bytes;
}

/** The body of a delivery. The error recognizes a request that was passed instead of a delivery. */
export function bodyOf(delivery: Delivery): Uint8Array | string {
  const body = delivery?.body;
  if (typeof body === "string") return body;
  const bytes = asBytes(body);
  if (bytes === undefined) throw requestAsDelivery(delivery) ?? bodyNotRawError(body);
  return bytes;
}

/** How many bytes of the scratch buffer a body needs at most. */
export function maxEncodedBytes(body: Uint8Array | string, maxBytes: number): number {
  // A UTF-16 code unit never needs more than three bytes.
  return Math.min(body.length, maxBytes + 1) * (typeof body === "string" ? 3 : 1);
}

/** Writes a body into the scratch buffer at an offset, at most `maxBytes` and one byte of it; returns its length in bytes. */
export function writeBody(body: Uint8Array | string, offset: number, maxBytes: number): number {
  if (typeof body !== "string") {
    // One byte over the limit is enough to know that a body is over it.
    const part = body.length > maxBytes ? body.subarray(0, maxBytes + 1) : body;
    writeBytes(part, offset);
    return part.length;
  }
  return writeText(body.length > maxBytes ? body.slice(0, maxBytes + 1) : body, offset);
}

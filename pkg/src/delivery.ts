/** Deliveries in the core's scratch buffer, as `src/wasm/layout.rs` specifies them: head, then body. */
import { bodyOf, maxEncodedBytes, writeBody } from "./body.js";
import { reserve, writeText } from "./core.js";
import { encodeHead, encodeKeys } from "./headers.js";
import type { Delivery, PublicKeyText } from "./types.js";

/** No limit to how much of a body is written. */
export const NO_LIMIT = Number.POSITIVE_INFINITY;

/** A delivery, read from the containers of the caller: the encoded head, and the body. */
export interface DeliveryParts {
  head: string;
  body: Uint8Array | string;
}

/** Reads a whole delivery. */
export function partsOf(delivery: Delivery, keys?: readonly PublicKeyText[]): DeliveryParts {
  return { head: encodeHead(delivery) + encodeKeys(keys), body: bodyOf(delivery) };
}

/** How many bytes of the scratch buffer a delivery needs at most. */
export function maxDeliveryBytes(head: string, body: Uint8Array | string, maxBytes: number): number {
  // A UTF-16 code unit never needs more than three bytes.
  return head.length * 3 + maxEncodedBytes(body, maxBytes);
}

/** Writes a delivery, and of its body at most `maxBytes` and one byte; returns the lengths of head and body. */
export function writeDelivery(
  head: string,
  body: Uint8Array | string,
  maxBytes: number,
): [head: number, body: number] {
  // All at once: a buffer that grows loses its contents.
  reserve(maxDeliveryBytes(head, body, maxBytes));
  const headLength = writeText(head);
  return [headLength, writeBody(body, headLength, maxBytes)];
}

/** A body reader for workerd, whose default reader returns no more than 4 KiB at a time. */
import type { BodyReader, FetchBody } from "./web.js";

/** The members in use of workerd's `ReadableStreamBYOBReader`, which can wait until a buffer is full or the body ends. */
interface AtLeastReader {
  readAtLeast(minBytes: number, memory: Uint8Array): ReturnType<BodyReader["read"]>;
  cancel(): Promise<void>;
}

const { ReadableStreamBYOBReader: Byob } = globalThis as { ReadableStreamBYOBReader?: { prototype: object } };
const HAS_READ_AT_LEAST = Byob !== undefined && "readAtLeast" in Byob.prototype;

/** Size of the first read of a body without Content-Length: most deliveries are shorter. */
const INITIAL_READ_BYTES = 4_096;
/** Size of the largest read: larger ones save no more time, and take memory. */
const MAX_READ_BYTES = 65_536;

/**
 * Creates a reader of a body.
 *
 * @param length The Content-Length of the body, or NaN.
 * @param maxBytes The limit. One byte more is read at most, which shows that the body is too large.
 */
export function createBodyReader(body: FetchBody, length: number, maxBytes: number): BodyReader {
  if (!HAS_READ_AT_LEAST) return body.getReader();
  let reader: AtLeastReader;
  try {
    reader = body.getReader({ mode: "byob" });
  } catch {
    // A stream made by a program has no such reader.
    return body.getReader();
  }
  const isLengthKnown = length >= 0;
  let remaining = isLengthKnown ? length : maxBytes;
  let step = isLengthKnown ? MAX_READ_BYTES : INITIAL_READ_BYTES;
  let hasEnded = false;
  return {
    async read() {
      if (hasEnded) return { done: true };
      // One byte more than expected, so that the last chunk also shows the end.
      const size = remaining < 0 ? step : Math.min(remaining + 1, step);
      const { value } = await reader.readAtLeast(size, new Uint8Array(size));
      const received = (value as Uint8Array | undefined)?.length ?? 0;
      hasEnded = received < size;
      remaining -= received;
      step = Math.min(step * 4, MAX_READ_BYTES);
      return { done: received === 0, value };
    },
    cancel: () => reader.cancel(),
  };
}

/** A reader of bodies for workerd, which hands out four kilobytes at a time to whoever does not ask for more. */
import type { BodyReader, FetchBody } from "./web.js";

/** What is used of a `ReadableStreamBYOBReader` that waits until memory is full, or the body ends: workerd's alone. */
interface AtLeastReader {
  readAtLeast(least: number, memory: Uint8Array): ReturnType<BodyReader["read"]>;
  cancel(): Promise<void>;
}

const { ReadableStreamBYOBReader: Byob } = globalThis as { ReadableStreamBYOBReader?: { prototype: object } };
const HAS_READ_AT_LEAST = Byob !== undefined && "readAtLeast" in Byob.prototype;

/** How many bytes are asked for at first where nobody says how many there are, and at most. */
const INITIAL_READ_BYTES = 4_096;
const MAX_READ_BYTES = 65_536;

/**
 * A reader of a body that is `length` bytes long, or NaN where nobody says so, and of which no more than `most` are wanted.
 * What is beyond is noticed with the first byte of it.
 */
export function createBodyReader(body: FetchBody, length: number, most: number): BodyReader {
  if (!HAS_READ_AT_LEAST) return body.getReader();
  let reader: AtLeastReader;
  try {
    reader = body.getReader({ mode: "byob" });
  } catch {
    // A stream that a program made.
    return body.getReader();
  }
  const known = length >= 0;
  let left = known ? length : most;
  let step = known ? MAX_READ_BYTES : INITIAL_READ_BYTES;
  let ended = false;
  return {
    async read() {
      if (ended) return { done: true };
      // One byte more than there should be: then the end comes with the last piece.
      const size = left < 0 ? step : Math.min(left + 1, step);
      const piece = await reader.readAtLeast(size, new Uint8Array(size));
      const got = (piece.value as Uint8Array | undefined)?.length ?? 0;
      ended = got < size;
      left -= got;
      step = Math.min(step * 4, MAX_READ_BYTES);
      return { done: got === 0, value: piece.value };
    },
    cancel: () => reader.cancel(),
  };
}

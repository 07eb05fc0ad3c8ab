/** A reader of bodies for workerd, which hands out four kilobytes at a time to whoever does not ask for more. */
import type { FetchBody, Reader } from "./web.js";

/** What is used of a `ReadableStreamBYOBReader` that waits until memory is full, or the body ends: workerd's alone. */
interface Filling {
  readAtLeast(least: number, memory: Uint8Array): ReturnType<Reader["read"]>;
  cancel(): Promise<void>;
}

const { ReadableStreamBYOBReader: Byob } = globalThis as { ReadableStreamBYOBReader?: { prototype: object } };
const FILLS = Byob !== undefined && "readAtLeast" in Byob.prototype;

/** How many bytes are asked for at first where nobody says how many there are, and at most. */
const FIRST = 4_096;
const AT_ONCE = 65_536;

/**
 * A reader of a body that is `length` bytes long, or NaN where nobody says so, and of which no more than `most` are wanted.
 * What is beyond is noticed with the first byte of it.
 */
export function readerOf(body: FetchBody, length: number, most: number): Reader {
  if (!FILLS) return body.getReader();
  let reader: Filling;
  try {
    reader = body.getReader({ mode: "byob" });
  } catch {
    // A stream that a program made.
    return body.getReader();
  }
  const known = length >= 0;
  let left = known ? length : most;
  let step = known ? AT_ONCE : FIRST;
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
      step = Math.min(step * 4, AT_ONCE);
      return { done: got === 0, value: piece.value };
    },
    cancel: () => reader.cancel(),
  };
}

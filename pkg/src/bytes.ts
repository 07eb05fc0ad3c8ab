/** Bytes in every container and of every realm, and words for what is none. */

/** The bytes of a buffer or a view without a copy; nothing where there are none to read. */
export function viewed(value: unknown): Uint8Array | undefined {
  try {
    if (ArrayBuffer.isView(value)) {
      if (!(value instanceof Uint8Array))
        return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
      // An array whose memory was handed to another thread looks as an empty one does, until it is asked for something.
      if (value.length === 0) value.at(0);
      return value;
    }
    if (isBuffer(value)) return new Uint8Array(value);
  } catch {
    // Its memory was handed to another thread.
  }
  return undefined;
}

/** By its name: it may be of another realm, such as a worker, a test runner's sandbox, an iframe. */
export function isBuffer(value: unknown): value is ArrayBuffer {
  return tagOf(value) === "ArrayBuffer";
}

/** What an object says that it is, in whatever realm it was made. */
export function tagOf(value: unknown): string {
  try {
    return Object.prototype.toString.call(value).slice("[object ".length, -1);
  } catch {
    // An object may throw at whoever asks.
    return "Object";
  }
}

/** Bytes in every container and of every realm, and names for other values. */

/** The bytes of a buffer or a view without a copy; undefined for other values, and for detached memory. */
export function asBytes(value: unknown): Uint8Array | undefined {
  try {
    if (ArrayBuffer.isView(value)) {
      if (!(value instanceof Uint8Array))
        return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
      // An array with detached memory, transferred to another thread, looks empty until a method is called.
      if (value.length === 0) value.at(0);
      return value;
    }
    if (isArrayBuffer(value)) return new Uint8Array(value);
  } catch {
    // The memory was transferred to another thread.
  }
  return undefined;
}

/** Recognized by its tag, since it may be of another realm, such as an iframe or a test runner's sandbox. */
export function isArrayBuffer(value: unknown): value is ArrayBuffer {
  return tagOf(value) === "ArrayBuffer";
}

/** The tag of an object, which is the same in every realm. */
export function tagOf(value: unknown): string {
  try {
    return Object.prototype.toString.call(value).slice("[object ".length, -1);
  } catch {
    // The getter of the tag may throw.
    return "Object";
  }
}

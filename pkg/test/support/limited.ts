// The core with little memory: a trap needs a few megabytes instead of gigabytes.

/** Copies a module, and limits its memory to a number of pages of 64 KiB. */
export function limited(module: Uint8Array, pages: number): Uint8Array {
  let at = 8;
  while (at < module.length) {
    const id = module[at];
    const [size, start] = number(module, at + 1);
    if (id === 5) {
      // One memory: a flag, and the initial number of pages.
      const [, flag] = number(module, start);
      const [least] = number(module, flag + 1);
      const section = [1, 1, ...encoded(least), ...encoded(pages)];
      return Uint8Array.from([
        ...module.subarray(0, at),
        5,
        ...encoded(section.length),
        ...section,
        ...module.subarray(start + size),
      ]);
    }
    at = start + size;
  }
  throw new Error("the module has no memory of its own");
}

/** LEB128. */
function number(bytes: Uint8Array, at: number): [value: number, next: number] {
  let value = 0;
  let shift = 0;
  let next = at;
  for (;;) {
    const byte = bytes[next] as number;
    next += 1;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return [value, next];
    shift += 7;
  }
}

function encoded(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...encoded(value >>> 7)];
}

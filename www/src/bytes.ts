/**
 * Lossless conversion between bytes and editor text. Valid UTF-8 becomes its characters. Any other byte 0xNN becomes the
 * lone surrogate U+DCNN, which no valid UTF-8 decodes to.
 */

const encoder = new TextEncoder();
const ESCAPED = /[\udc80-\udcff]/u;

/** Decodes bytes to editor text. */
export function toText(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { ignoreBOM: true, fatal: true }).decode(bytes);
  } catch {
    return withEscapes(bytes);
  }
}

/** Encodes editor text as the bytes it was decoded from. */
export function toBytes(text: string): Uint8Array {
  if (!ESCAPED.test(text)) return encoder.encode(text);
  const out = new Uint8Array(text.length * 3);
  let at = 0;
  let from = 0;
  const flush = (to: number) => {
    if (to > from) at += encoder.encodeInto(text.slice(from, to), out.subarray(at)).written;
  };
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit >= 0xd800 && unit < 0xdc00 && isLow(text.charCodeAt(index + 1))) index += 1;
    else if (unit >= 0xdc80 && unit <= 0xdcff) {
      flush(index);
      out[at++] = unit - 0xdc00;
      from = index + 1;
    }
  }
  flush(text.length);
  return out.slice(0, at);
}

/** Whether the text contains bytes that are not valid UTF-8. */
export function hasEscapes(text: string): boolean {
  return ESCAPED.test(text);
}

/**
 * Returns a function from byte offset to offset in the text. Increasing offsets cost one walk over the text in all;
 * a smaller offset than the previous one starts again.
 */
export function byteToCharOffset(text: string, length: number): (byte: number) => number {
  // As many UTF-16 units as bytes: pure ASCII, so the offsets are equal.
  if (text.length === length) return (byte) => Math.min(byte, length);
  let unit = 0;
  let at = 0;
  return (byte) => {
    if (byte < at) {
      unit = 0;
      at = 0;
    }
    while (at < byte && unit < text.length) {
      const code = text.charCodeAt(unit);
      if (code < 0x80) at += 1;
      else if (code < 0x800) at += 2;
      else if (code >= 0xd800 && code < 0xdc00 && isLow(text.charCodeAt(unit + 1))) {
        at += 4;
        unit += 1;
      } else if (code >= 0xdc80 && code <= 0xdcff) at += 1;
      else at += 3;
      unit += 1;
    }
    return unit;
  };
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000;
}

function withEscapes(bytes: Uint8Array): string {
  const parts: string[] = [];
  const strict = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });
  let from = 0;
  for (let at = 0; at < bytes.length; ) {
    const length = utf8Length(bytes, at);
    if (length > 0) {
      at += length;
      continue;
    }
    if (at > from) parts.push(strict.decode(bytes.subarray(from, at)));
    parts.push(String.fromCharCode(0xdc00 + (bytes[at] as number)));
    at += 1;
    from = at;
  }
  if (bytes.length > from) parts.push(strict.decode(bytes.subarray(from)));
  return parts.join("");
}

/** Length in bytes of the UTF-8 sequence at an offset (table of RFC 3629, section 4), or 0 if it is invalid. */
function utf8Length(bytes: Uint8Array, at: number): number {
  const first = bytes[at] as number;
  if (first < 0x80) return 1;
  const length =
    first >= 0xc2 && first < 0xe0
      ? 2
      : first >= 0xe0 && first < 0xf0
        ? 3
        : first >= 0xf0 && first < 0xf5
          ? 4
          : 0;
  if (length === 0 || at + length > bytes.length) return 0;
  const second = bytes[at + 1] as number;
  const min = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const max = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < min || second > max) return 0;
  for (let index = 2; index < length; index++) {
    const next = bytes[at + index] as number;
    if (next < 0x80 || next > 0xbf) return 0;
  }
  return length;
}

/** Makes the event of an accepted delivery from the core's tape, equal to what `JSON.parse` returns for the body. */
import { memoryBytes, memoryWords, textAt } from "./core.js";
import { TokenBits, TokenKind, TokenWord } from "./generated/layout.js";

/**
 * Bun's `JSON.parse` is faster than reading the tape. The tape is left there, and the body is decoded.
 * @internal
 */
export const USES_TAPE = !("Bun" in globalThis);

/**
 * The texts of an event are slices of pieces of the body, and each of them keeps its piece in memory. PERF: a body of this length
 * is one piece.
 */
export const MAX_PIECE_CHARS = 16 * 1024;

/** PERF: pieces of longer bodies are shorter, since they are made while the processor has their bytes at hand. */
const PIECE_CHARS = 8 * 1024;

/** A body in the core's memory, and its tape. */
export interface TapedBody {
  /** The address of the body, and its length in bytes. */
  start: number;
  length: number;
  isAscii: boolean;
  /** The body with one character per byte, if that is at hand. */
  text: string | undefined;
  /** The address of the tape. */
  tape: number;
  /** The interned keys by their symbols. */
  keys: readonly string[];
}

// PERF: variables of the module instead of arguments, since the engine keeps few arguments in registers. INVARIANT: nothing that
// runs while an event is made calls code of the caller.
/** The index of the next token's first word. */
let cursor = 0;
/** The address of the body, and of its end. */
let bodyStart = 0;
let bodyEnd = 0;
let isAsciiBody = true;
/** The text of a part of the body, with one character per byte, and the offsets of its start and its end. */
let piece = "";
let pieceStart = 0;
let pieceEnd = 0;
/** The keys of this body that the key table lacks. */
let documentKeys: string[] = [];

/** Returns the event. */
export function eventOf({ start, length, isAscii, text, tape, keys }: TapedBody): unknown {
  bodyStart = start;
  bodyEnd = start + length;
  isAsciiBody = isAscii;
  piece = text !== undefined && length <= MAX_PIECE_CHARS ? text : "";
  pieceStart = 0;
  pieceEnd = piece.length;
  documentKeys = [];
  const words = memoryWords();
  // Four bytes per word.
  const first = tape >>> 2;
  cursor = first + TokenWord.count;
  const offset = words[first + TokenWord.offset] as number;
  const value = tokenValue(offset, words[first + TokenWord.kind] as number, words, keys);
  piece = "";
  documentKeys = [];
  return value;
}

/** The characters between two offsets, of which all are ASCII. Offsets never decrease from call to call. */
function cut(start: number, end: number): string {
  if (end > pieceEnd) nextPiece(start, end);
  return piece.slice(start - pieceStart, end - pieceStart);
}

/** Makes the piece that starts at an offset, so that no text is in two pieces. */
function nextPiece(start: number, end: number): void {
  const address = bodyStart + start;
  const length = Math.max(end - start, Math.min(PIECE_CHARS, bodyEnd - address));
  piece = textAt(address, length, true);
  pieceStart = start;
  pieceEnd = start + length;
}

/** The value of a token, and of the tokens inside of it. */
function tokenValue(offset: number, word: number, words: Uint32Array, keys: readonly string[]): unknown {
  switch (word >>> TokenBits.kindShift) {
    case TokenKind.ascii:
      return cut(offset + 1, offset + 1 + (word & TokenBits.lengthMask));
    case TokenKind.null:
      return null;
    case TokenKind.true:
      return true;
    case TokenKind.false:
      return false;
    case TokenKind.integer:
    case TokenKind.number:
      return numberAt(offset, word & TokenBits.lengthMask);
    case TokenKind.object:
      return objectOf(words, keys);
    case TokenKind.array:
      return arrayOf(words, keys);
    case TokenKind.utf8:
      return textAt(bodyStart + offset + 1, word & TokenBits.lengthMask, false);
    default:
      return parseEscaped(offset, word);
  }
}

/** Powers of ten that a double represents exactly. */
const POWERS_OF_TEN = Array.from({ length: 16 }, (_, exponent) => 10 ** exponent);

function numberAt(offset: number, length: number): number {
  const bytes = memoryBytes();
  const start = bodyStart + offset;
  // Rounded once, like the number: ten times 15 digits are exact, so only the last of 16 is rounded; and of a fraction, 15 digits
  // and the power of ten are exact. -0 and exponents need `Number`.
  if (length > 16) return Number(cut(offset, offset + length));
  let value = 0;
  let fractionStart = 0;
  for (let index = start; index < start + length; index++) {
    const digit = (bytes[index] as number) - 0x30;
    if (digit >= 0 && digit <= 9) value = value * 10 + digit;
    else if (digit === -2) fractionStart = index + 1;
    else return Number(cut(offset, offset + length));
  }
  return fractionStart === 0 ? value : value / (POWERS_OF_TEN[start + length - fractionStart] as number);
}

function parseEscaped(offset: number, word: number): string {
  const length = 2 + (word & TokenBits.lengthMask);
  return JSON.parse(isAsciiBody ? cut(offset, offset + length) : textAt(bodyStart + offset, length, false));
}

/** The text of a key that is not in the key table. */
function keyText(offset: number, word: number): string {
  const length = word & TokenBits.lengthMask;
  const kind = word >>> TokenBits.kindShift;
  if (kind === TokenKind.ascii) return cut(offset + 1, offset + 1 + length);
  if (kind === TokenKind.utf8) return textAt(bodyStart + offset + 1, length, false);
  return parseEscaped(offset, word);
}

/** A key whose symbol is above those of the key table. The first token with a symbol has the next number. */
function documentKey(offset: number, word: number, tableLength: number): string {
  const index = ((word >>> TokenBits.symbolShift) & TokenBits.symbolMask) - tableLength;
  let key = documentKeys[index];
  if (key === undefined) {
    key = cut(offset + 1, offset + 1 + (word & TokenBits.keyLengthMask));
    documentKeys.push(key);
  }
  return key;
}

function objectOf(words: Uint32Array, keys: readonly string[]): object {
  const object: Record<string, unknown> = {};
  for (;;) {
    const keyOffset = words[cursor + TokenWord.offset] as number;
    const keyWord = words[cursor + TokenWord.kind] as number;
    const kind = keyWord >>> TokenBits.kindShift;
    cursor += TokenWord.count;
    if (kind === TokenKind.close) return object;
    const offset = words[cursor + TokenWord.offset] as number;
    const word = words[cursor + TokenWord.kind] as number;
    cursor += TokenWord.count;
    const key =
      kind === TokenKind.internedKey
        ? (keys[(keyWord >>> TokenBits.symbolShift) & TokenBits.symbolMask] ??
          documentKey(keyOffset, keyWord, keys.length))
        : keyText(keyOffset, keyWord);
    // PERF: the most frequent values without a call.
    const value =
      word >>> TokenBits.kindShift === TokenKind.false
        ? false
        : word >>> TokenBits.kindShift === TokenKind.ascii
          ? cut(offset + 1, offset + 1 + (word & TokenBits.lengthMask))
          : tokenValue(offset, word, words, keys);
    if (key === "__proto__") defineProperty(object, key, value);
    else object[key] = value;
  }
}

/** SECURITY: an assignment to `__proto__` would set the object's prototype. */
function defineProperty(object: object, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
}

function arrayOf(words: Uint32Array, keys: readonly string[]): unknown[] {
  const items: unknown[] = [];
  for (;;) {
    const offset = words[cursor + TokenWord.offset] as number;
    const word = words[cursor + TokenWord.kind] as number;
    cursor += TokenWord.count;
    if (word >>> TokenBits.kindShift === TokenKind.close) return items;
    items.push(tokenValue(offset, word, words, keys));
  }
}

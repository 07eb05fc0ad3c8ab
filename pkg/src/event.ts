/** Makes the event of an accepted delivery from the core's tape, equal to what `JSON.parse` returns for the body. */
import { memoryWords } from "./core.js";
import { TokenBits, TokenKind, TokenWord } from "./generated/layout.js";

/**
 * Longer events are left to `JSON.parse`, which is slower and copies each string. Strings made from the tape are slices of
 * the body's, and each of them keeps all of the body in memory.
 */
const MAX_TAPE_CHARS = 16 * 1024;

/** The index of the next token's first word. PERF: one variable, since the engine keeps arguments in registers. */
let cursor = 0;

/**
 * Returns the event, or undefined where `JSON.parse` has to make it.
 *
 * @param text the body, in ASCII, so that offsets in bytes are offsets in characters
 * @param tape the address of the tape in the core's memory
 * @param keys the interned keys by their symbols
 */
export function eventOf(text: string, tape: number, keys: readonly string[]): { value: unknown } | undefined {
  if (text.length > MAX_TAPE_CHARS) return undefined;
  const words = memoryWords();
  // Four bytes per word.
  const start = tape >>> 2;
  cursor = start + TokenWord.count;
  const offset = words[start + TokenWord.offset] as number;
  return { value: tokenValue(offset, words[start + TokenWord.kind] as number, words, text, keys) };
}

/** The value of a token, and of the tokens inside of it. */
function tokenValue(
  offset: number,
  word: number,
  words: Uint32Array,
  text: string,
  keys: readonly string[],
): unknown {
  switch (word >>> TokenBits.kindShift) {
    case TokenKind.ascii:
      return text.slice(offset + 1, offset + 1 + (word & TokenBits.lengthMask));
    case TokenKind.null:
      return null;
    case TokenKind.true:
      return true;
    case TokenKind.false:
      return false;
    case TokenKind.integer:
      return parseInteger(offset, word & TokenBits.lengthMask, text);
    case TokenKind.number:
      return Number(text.slice(offset, offset + (word & TokenBits.lengthMask)));
    case TokenKind.object:
      return objectOf(words, text, keys);
    case TokenKind.array:
      return arrayOf(words, text, keys);
    default:
      return parseEscaped(offset, word, text);
  }
}

function parseInteger(offset: number, length: number, text: string): number {
  // Nine digits are exact in any arithmetic; -0 needs `Number`.
  if (length > 9 || text.charCodeAt(offset) === 0x2d) return Number(text.slice(offset, offset + length));
  let value = 0;
  for (let index = offset; index < offset + length; index++)
    value = value * 10 + text.charCodeAt(index) - 0x30;
  return value;
}

function parseEscaped(offset: number, word: number, text: string): string {
  return JSON.parse(text.slice(offset, offset + 2 + (word & TokenBits.lengthMask)));
}

function objectOf(words: Uint32Array, text: string, keys: readonly string[]): object {
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
        ? (keys[(keyWord >>> TokenBits.symbolShift) & TokenBits.symbolMask] as string)
        : kind === TokenKind.ascii
          ? text.slice(keyOffset + 1, keyOffset + 1 + (keyWord & TokenBits.lengthMask))
          : parseEscaped(keyOffset, keyWord, text);
    // PERF: the most frequent values without a call.
    const value =
      word >>> TokenBits.kindShift === TokenKind.false
        ? false
        : word >>> TokenBits.kindShift === TokenKind.ascii
          ? text.slice(offset + 1, offset + 1 + (word & TokenBits.lengthMask))
          : tokenValue(offset, word, words, text, keys);
    if (key === "__proto__") defineProperty(object, key, value);
    else object[key] = value;
  }
}

/** SECURITY: an assignment to `__proto__` would set the object's prototype. */
function defineProperty(object: object, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
}

function arrayOf(words: Uint32Array, text: string, keys: readonly string[]): unknown[] {
  const items: unknown[] = [];
  for (;;) {
    const offset = words[cursor + TokenWord.offset] as number;
    const word = words[cursor + TokenWord.kind] as number;
    cursor += TokenWord.count;
    if (word >>> TokenBits.kindShift === TokenKind.close) return items;
    items.push(tokenValue(offset, word, words, text, keys));
  }
}

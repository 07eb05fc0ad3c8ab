/** Makes the event of an accepted delivery from the tape the core has read it to, as `JSON.parse` would make it. */
import { memoryWords } from "./core.js";

/**
 * Up to this many characters an event is made from the tape. Its texts are slices of the body's, each of which keeps
 * all of it in memory for as long as it is kept itself. So longer ones are left to the engine's own parser, which is
 * slower and copies each text.
 */
const MAX_TAPE_CHARS = 16 * 1024;

/** What stands on the tape, as in `src/json/mod.rs`: two numbers a token, the tag in the upper bits of the second. */
const NULL = 0;
const TRUE = 1;
const FALSE = 2;
const INTEGER = 3;
const NUMBER = 4;
const ASCII = 5;
const OBJECT = 8;
const ARRAY = 9;
const CLOSE = 10;
/** A key that the provider's contracts name: its symbol stands in twelve bits above its length. */
const INTERNED_KEY = 11;
const PAYLOAD = 0x0fffffff;

/** Where the next token stands. The rest is handed from call to call, which the engine keeps in registers. */
let at = 0;

/**
 * The event, or nothing where `JSON.parse` is to make it.
 *
 * @param text the body, in ASCII, so that offsets in bytes are offsets in characters
 * @param tape where the tape stands in the core's memory
 * @param names the keys by their symbols
 */
export function eventOf(
  text: string,
  tape: number,
  names: readonly string[],
): { value: unknown } | undefined {
  if (text.length > MAX_TAPE_CHARS) return undefined;
  at = (tape >>> 2) + 2;
  const words = memoryWords();
  return { value: makeOf(words[at - 2] as number, words[at - 1] as number, words, text, names) };
}

/** The value of a token, and of those that belong to it. */
function makeOf(
  start: number,
  word: number,
  words: Uint32Array,
  text: string,
  names: readonly string[],
): unknown {
  switch (word >>> 28) {
    case ASCII:
      return text.slice(start + 1, start + 1 + (word & PAYLOAD));
    case NULL:
      return null;
    case TRUE:
      return true;
    case FALSE:
      return false;
    case INTEGER:
      return parseInteger(start, word & PAYLOAD, text);
    case NUMBER:
      return Number(text.slice(start, start + (word & PAYLOAD)));
    case OBJECT:
      return objectOf(words, text, names);
    case ARRAY:
      return arrayOf(words, text, names);
    default:
      return escaped(start, word, text);
  }
}

function parseInteger(start: number, length: number, text: string): number {
  // Nine digits are exact in any arithmetic; -0 is a number of its own.
  if (length > 9 || text.charCodeAt(start) === 0x2d) return Number(text.slice(start, start + length));
  let value = 0;
  for (let index = start; index < start + length; index++) value = value * 10 + text.charCodeAt(index) - 0x30;
  return value;
}

function escaped(start: number, word: number, text: string): string {
  return JSON.parse(text.slice(start, start + 2 + (word & PAYLOAD)));
}

function objectOf(words: Uint32Array, text: string, names: readonly string[]): object {
  const made: Record<string, unknown> = {};
  for (;;) {
    const start = words[at] as number;
    const word = words[at + 1] as number;
    const tag = word >>> 28;
    if (tag === CLOSE) {
      at += 2;
      return made;
    }
    const first = words[at + 2] as number;
    const second = words[at + 3] as number;
    at += 4;
    const key =
      tag === INTERNED_KEY
        ? (names[(word >>> 16) & 0xfff] as string)
        : tag === ASCII
          ? text.slice(start + 1, start + 1 + (word & PAYLOAD))
          : escaped(start, word, text);
    const value =
      second >>> 28 === FALSE
        ? false
        : second >>> 28 === ASCII
          ? text.slice(first + 1, first + 1 + (second & PAYLOAD))
          : makeOf(first, second, words, text, names);
    if (key === "__proto__") define(made, key, value);
    else made[key] = value;
  }
}

/** An assignment to this key would set the object's prototype. */
function define(made: object, key: string, value: unknown): void {
  Object.defineProperty(made, key, { value, enumerable: true, configurable: true, writable: true });
}

function arrayOf(words: Uint32Array, text: string, names: readonly string[]): unknown[] {
  const made: unknown[] = [];
  for (;;) {
    const start = words[at] as number;
    const word = words[at + 1] as number;
    at += 2;
    if (word >>> 28 === CLOSE) return made;
    made.push(makeOf(start, word, words, text, names));
  }
}

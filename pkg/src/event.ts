/** Makes the event of an accepted delivery from the tape the core has read it to, as `JSON.parse` would make it. */
import { memoryWords } from "./core.js";

/**
 * Up to this many characters an event is made from the tape. Its texts are slices of the body's, each of which keeps
 * all of it in memory for as long as it is kept itself: no more than a small Buffer of Node's does. Beyond, the
 * engine's own parser is as good.
 */
const SHORT = 16 * 1024;

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
const KNOWN = 11;
const PAYLOAD = 0x0fffffff;

let words: Uint32Array = new Uint32Array(0);
let at = 0;
let text = "";
let names: readonly string[] = [];

/**
 * The event, or nothing where `JSON.parse` is to make it.
 *
 * @param body ASCII, so that offsets in bytes are offsets in characters.
 * @param tape where the tape stands in the core's memory
 * @param known the keys by their symbols
 */
export function eventOf(
  body: string,
  tape: number,
  known: readonly string[],
): { value: unknown } | undefined {
  if (body.length > SHORT) return undefined;
  words = memoryWords();
  at = tape >>> 2;
  text = body;
  names = known;
  const made = { value: next() };
  text = "";
  return made;
}

function next(): unknown {
  const start = words[at] as number;
  const word = words[at + 1] as number;
  at += 2;
  switch (word >>> 28) {
    case NULL:
      return null;
    case TRUE:
      return true;
    case FALSE:
      return false;
    case INTEGER:
      return whole(start, word & PAYLOAD);
    case NUMBER:
      return Number(text.slice(start, start + (word & PAYLOAD)));
    case OBJECT:
      return object();
    case ARRAY:
      return array();
    default:
      return string(start, word);
  }
}

function whole(start: number, length: number): number {
  // Nine digits are exact in any arithmetic; -0 is a number of its own.
  if (length > 9 || text.charCodeAt(start) === 0x2d) return Number(text.slice(start, start + length));
  let value = 0;
  for (let index = start; index < start + length; index++) value = value * 10 + text.charCodeAt(index) - 0x30;
  return value;
}

function string(start: number, word: number): string {
  const end = start + 1 + (word & PAYLOAD);
  return word >>> 28 === ASCII ? text.slice(start + 1, end) : JSON.parse(text.slice(start, end + 1));
}

function object(): object {
  const made: Record<string, unknown> = {};
  for (;;) {
    const start = words[at] as number;
    const word = words[at + 1] as number;
    at += 2;
    const tag = word >>> 28;
    if (tag === CLOSE) return made;
    const key = tag === KNOWN ? (names[(word >>> 16) & 0xfff] as string) : string(start, word);
    if (key === "__proto__") define(made, key, next());
    else made[key] = next();
  }
}

/** An assignment to this key would set the object's prototype. */
function define(made: object, key: string, value: unknown): void {
  Object.defineProperty(made, key, { value, enumerable: true, configurable: true, writable: true });
}

function array(): unknown[] {
  const made: unknown[] = [];
  while ((words[at + 1] as number) >>> 28 !== CLOSE) made.push(next());
  at += 2;
  return made;
}

/** The values of a comparison. Numbers keep their digits, which `JSON.parse` would round. */
import type { Change } from "./types.js";

/** A change as the core reports it: the values are texts of the bodies. */
export interface TextChange {
  pointer: string;
  before: string | null;
  after: string | null;
}

/** Adds the values to the texts of a change. */
export function toChange({ pointer, before, after }: TextChange): Change {
  const change: Change = {
    pointer,
    ...(before === null ? {} : { before: parseValue(before), beforeText: before }),
    ...(after === null ? {} : { after: parseValue(after), afterText: after }),
  };
  // JSON.stringify throws for a BigInt. Not enumerable, so that the change can be cloned.
  return Object.defineProperty(change, "toJSON", {
    value: () =>
      JSON.parse(
        JSON.stringify({ ...change }, (_, value) => (typeof value === "bigint" ? String(value) : value)),
      ),
  });
}

/** A number that may need more digits than a JavaScript number has. Text in strings may match, which costs time only. */
const LONG_NUMBER = /\d[\d.]{15}|\d[eE]/;

/** Parses a value: JSON, or the whole body where that is no JSON. */
function parseValue(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return LONG_NUMBER.test(text) ? parseExact(text) : value;
  } catch {
    return text;
  }
}

/** Parses valid JSON like `JSON.parse`, except for numbers. Each string gets a prefix, and each number becomes a string. */
function parseExact(text: string): unknown {
  let isInString = false;
  const prefixed = text.replace(/\\.|"|-?\d[\d.eE+-]*/g, (token) => {
    if (token === '"') {
      isInString = !isInString;
      return isInString ? '"s' : token;
    }
    return isInString ? token : `"n${token}"`;
  });
  return JSON.parse(prefixed, (_, value) => {
    if (typeof value === "string") return value[0] === "s" ? value.slice(1) : exactNumber(value.slice(1));
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key.slice(1), member]));
  });
}

/** The time to make a BigInt grows faster than its digits, and the sender chooses them. A double has 309 at most. */
const MAX_INTEGER_CHARS = 400;

/** A number; a BigInt for an integer beyond the safe ones; the text itself for any other number that would lose digits. */
function exactNumber(text: string): number | bigint | string {
  const value = Number(text);
  if (!/^-?\d+$/.test(text)) return digitsOf(text) === digitsOf(String(value)) ? value : text;
  if (Number.isSafeInteger(value)) return value;
  return text.length > MAX_INTEGER_CHARS ? text : BigInt(text);
}

/** The digits and the exponent of a number, equal for equal numbers. */
function digitsOf(text: string): string {
  const [mantissa = "", exponent = "0"] = text.toLowerCase().split("e");
  const [whole = "", fraction = ""] = mantissa.replace("-", "").split(".");
  const digits = whole + fraction;
  let start = 0;
  let end = digits.length;
  while (digits[start] === "0") start += 1;
  while (end > start && digits[end - 1] === "0") end -= 1;
  return start === end ? "0" : `${digits.slice(start, end)}e${Number(exponent) + whole.length - start}`;
}

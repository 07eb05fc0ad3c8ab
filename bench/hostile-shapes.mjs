// Payloads of hostile deliveries, and of an ordinary one.

/** @typedef {(n: number) => string} Item Writes the item with this number. */
/** @typedef {Record<string, (size: number) => string>} Shapes */

/** A list of items, up to a size. @param {number} size @param {Item} item */
export function many(size, item, brackets = "[]") {
  const parts = [];
  for (let n = 0, length = 2; length < size; n++) {
    const part = item(n);
    parts.push(part);
    length += part.length + 1;
  }
  return brackets.slice(0, 1) + parts.join(",") + brackets.slice(1);
}

const object = (/** @type {number} */ size, /** @type {Item} */ member) => many(size, member, "{}");
const unit = (/** @type {number} */ n) => `\\u${n.toString(16).padStart(4, "0")}`;
/** Different strings that become equal if lone surrogates are replaced. @type {Item} */
const half = (n) => `"${[0, 10, 20].map((shift) => unit(0xdc00 + ((n >> shift) & 1023))).join("")}"`;
export const key = (/** @type {number} */ n) => `k${n.toString(36)}`;
/** @type {(length: number) => Item} */
const prefixed = (length) => (n) => `"${"p".repeat(length)}${n}"`;
/** @type {Item} */
const shuffled = (n) => {
  const members = Array.from({ length: 12 }, (_, at) => `"member ${at}":[${at}]`);
  return `{${[...members.slice(n % 12), ...members.slice(0, n % 12), `"z":${n}`].join(",")}}`;
};

/** Replacements of a value. @type {Shapes} */
export const SHAPES = {
  "deep arrays": (size) => many(size, () => "[".repeat(110) + "]".repeat(110)),
  "deep objects": (size) => many(size, () => `${'{"a":'.repeat(110)}1${"}".repeat(110)}`),
  "one deep array around all": (size) => `${"[".repeat(110)}${many(size, (n) => `"${n}"`)}${"]".repeat(110)}`,
  "deep pairs of equal halves": (size) => {
    let value = "[0]";
    while (value.length * 2 < size) value = `[${value},${value}]`;
    return value;
  },
  "keys of an object": (size) => object(size, (n) => `"${key(n)}":0`),
  "keys without a text": (size) => object(size, (n) => `${half(n)}:0`),
  "keys with a long prefix": (size) => object(size, (n) => `${prefixed(500)(n)}:0`),
  "keys, all escaped": (size) => object(size, (n) => `"\\u006b${key(n)}":0`),
  "one key many times": (size) => object(size, () => '"a":0'),
  "one key twice, many times": (size) => many(size, () => '{"a":0,"\\u0061":0}'),
  "keys that documentation leaves out": (size) => object(size, () => '"...":0'),
  "values that documentation leaves out": (size) => many(size, (n) => (n % 2 ? '"..."' : '"<id>"')),
  zeros: (size) => many(size, () => "0"),
  nulls: (size) => many(size, () => "null"),
  "empty objects": (size) => many(size, () => "{}"),
  "empty arrays": (size) => many(size, () => "[]"),
  "empty texts": (size) => many(size, () => '""'),
  "texts that share a lossy form": (size) => many(size, half),
  "objects whose keys share a lossy form": (size) => many(size, (n) => `{${half(n)}:1}`),
  "texts with a short prefix": (size) => many(size, prefixed(16)),
  "texts with a long prefix": (size) => many(size, prefixed(1000)),
  "few texts with a very long prefix": (size) => many(size, prefixed(size >> 3)),
  "one text, all escapes": (size) => `"${"\\u0061\\n\\ud83d\\ude00".repeat(size / 20)}"`,
  "few texts, all escapes": (size) => many(size, (n) => `"${"\\u0061".repeat(size / 50)}${n}"`),
  "one text of two bytes a character": (size) => `"${"é".repeat(size / 2)}"`,
  "one plain text": (size) => `"${"a".repeat(size)}"`,
  "one text, nearly a URI": (size) => `"https://${"a.".repeat(size / 2)}/%"`,
  "one text of dots and hyphens": (size) => `"2026-01-01T00:00:00.${"0".repeat(size)}"`,
  "objects in other orders": (size) => many(size, shuffled),
  "one object, many times": (size) => many(size, () => shuffled(0)),
  "one long number": (size) => `1${"0".repeat(size - 1)}1`,
  "one long fraction": (size) => `0.${"1234567890".repeat(size / 10)}`,
  "one long exponent": (size) => `1e${"0".repeat(size - 3)}1`,
  "few long numbers": (size) => many(size, (n) => `${n + 1}${"7".repeat(size >> 3)}`),
  "numbers that doubles cannot hold": (size) => many(size, (n) => `9007199254${100000 + (n % 900000)}93`),
  "numbers at the edge of doubles": (size) => many(size, (n) => `4.9406564584124654${n}e-310`),
  "numbers in many spellings": (size) => many(size, (n) => `1${"0".repeat(n % 9)}e-${n % 9}`),
  "line breaks": (size) => many(size, () => "\n\n\n0"),
  "control characters in keys": (size) => object(size, (n) => `"\\n\\u001b${n}":0`),
  uuids: (size) => many(size, (n) => `"00000000-0000-4000-8000-${n.toString(16).padStart(12, "0")}"`),
};

/** Transformations of a whole body. @type {Record<string, (body: string) => string>} */
export const ENDS = {
  "cut off": (body) => body.slice(0, -1),
  "with a quote too many": (body) => `${body.slice(0, -1)}"`,
  "with trailing data": (body) => `${body}x`,
};

/** An ordinary payload of a size. */
export const ordinary = (/** @type {number} */ size) =>
  many(
    size,
    (n) =>
      `{"id":"${"0123456789abcdef".repeat(2).slice(n % 16, (n % 16) + 12)}-${n}","name":"Person ${n}","amount":${n * 7}.5,"active":${n % 2 === 0},"created_at":"2026-11-28T12:00:00Z","tags":["one","two"],"parent":null}`,
  );

/** Hostile values of a provider's signature header. @type {Record<string, (size: number, scheme: string) => [string, string][]>} */
export const HEADERS = {
  "many headers": (size) => Array.from({ length: size / 20 }, (_, n) => [`x-header-${n}`, "value"]),
  "one header many times": (size, scheme) => Array.from({ length: size / 20 }, () => [scheme, "v1,AAAA"]),
  "one long header": (size, scheme) => [[scheme, "a".repeat(size)]],
  "many signatures": (size, scheme) => [
    [scheme, "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= ".repeat(size / 48)],
  ],
  "many pairs": (size, scheme) => [[scheme, `t=1${",v1=".repeat(size / 4)}`]],
  "many semicolons": (size, scheme) => [[scheme, `ts=1${";h1=00".repeat(size / 6)}`]],
  "many equals signs": (size, scheme) => [[scheme, "=".repeat(size)]],
  "a long type": (size) => [["content-type", `application/json${";".repeat(size)}`]],
};

/** Custom schemas with keywords that cost more than visiting each value. @type {Record<string, boolean | object>} */
export const SCHEMAS = {
  anything: true,
  "unique items": { uniqueItems: true },
  "unique items at every level": {
    $ref: "#/$defs/all",
    $defs: {
      all: {
        uniqueItems: true,
        items: { $ref: "#/$defs/all" },
        additionalProperties: { $ref: "#/$defs/all" },
      },
    },
  },
  "an enum": { items: { enum: Array.from({ length: 5000 }, (_, n) => (n % 2 ? n : { n })) } },
  "a constant": { items: { const: { a: [1, 2, 3] } } },
  multiples: { type: ["array", "number", "object", "string"], items: { multipleOf: 0.01 }, multipleOf: 7 },
  "no other keys": {
    properties: Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`${key(n)}x`, true])),
    additionalProperties: false,
  },
  "patterns of keys": {
    patternProperties: { "^(a|b)*c$": false, "p+q": false },
    propertyNames: { maxLength: 30 },
  },
  dependencies: {
    dependentRequired: Object.fromEntries(
      Array.from({ length: 100 }, (_, n) => [key(n), Array.from({ length: 100 }, (_, m) => key(m))]),
    ),
  },
  "something to contain": { contains: { const: "never" }, items: { contains: true, minContains: 0 } },
  alternatives: {
    items: {
      anyOf: Array.from({ length: 8 }, (_, n) => ({
        required: [key(n)],
        properties: { [key(n)]: { const: n } },
      })),
    },
  },
};

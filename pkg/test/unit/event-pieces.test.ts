// Events of long bodies: made in pieces of the body, with repeated keys, from bytes that are not ASCII.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { type Verified, webhook } from "../../src/index.ts";
import { seeded, utf8 } from "../support/fixtures.ts";

const hook = webhook(
  {
    id: "long",
    headers: { webhookId: "X-Subscription" },
    envelope: { type: "/type", id: "/id" },
    dedupe: ["pointer:/id"],
    events: { any: { schema: { properties: { list: true, note: true } } } },
  },
  { unsigned: "allow", maxBytes: 1 << 22 },
);
const check = (body: string | Uint8Array, headers = {}): Verified => hook.verify({ headers, body });

/** A call between the check and the read of the event: what it overwrites is different for each. */
const BETWEEN: Record<string, () => unknown> = {
  nothing: () => undefined,
  "a call that writes other bytes": () =>
    hook.inspect({ headers: {}, body: `{"x":"${"é".repeat(90_000)}"}` }),
  "another check": () => check('{"type":"any","id":"other"}'),
};

/** The event equals what JSON.parse makes, in the order of the keys, too: from a text and from bytes, early and late. */
function agrees(body: string): void {
  const expected = JSON.parse(body);
  for (const input of [body, utf8.encode(body), Buffer.from(body)]) {
    for (const [name, call] of Object.entries(BETWEEN)) {
      const verified = check(input);
      call();
      assert.deepStrictEqual(verified.event, expected, name);
      assert.equal(JSON.stringify(verified.event), JSON.stringify(expected), name);
    }
  }
}

const long = (list: unknown) =>
  `{"type":"any","id":"5e0c6b3a-91d2-4c7f-8a46-000000000001","list":${typeof list === "string" ? list : JSON.stringify(list)}}`;

describe("the event of a long body", () => {
  it("equals JSON.parse of the body: generated records, of every size", () => {
    const character = fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom(..."abcXYZ 019-_/") },
      {
        weight: 2,
        arbitrary: fc.constantFrom("é", "\u0080", "\u00ff", "漢", "\u2028", "😀", "\u007f", "\ufeff"),
      },
      { weight: 1, arbitrary: fc.constantFrom('"', "\\", "\n", "\u0000", "/") },
    );
    const text = fc.oneof(
      fc.string({ unit: character, maxLength: 40 }),
      fc
        .tuple(fc.string({ unit: character, maxLength: 9 }), fc.nat(20_000))
        .map(([end, length]) => "x".repeat(length) + end),
    );
    const key = fc.oneof(
      fc.constantFrom(
        "list",
        "note",
        "",
        "__proto__",
        "constructor",
        "7",
        "007",
        "key".repeat(11),
        "k".repeat(31),
        "é",
        'a"b',
      ),
      fc.string({ unit: character, maxLength: 12 }),
    );
    const value = fc.oneof(
      text,
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.integer(),
      fc.constantFrom(null, true, false),
    );
    const record = fc.uniqueArray(fc.tuple(key, value), { maxLength: 12, selector: ([key]) => key });
    fc.assert(
      fc.property(
        fc.array(record, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 40 }),
        (records, times) => {
          const texts = records.map((record) => {
            const members = record.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
            return `{${members.join(", ")}}`;
          });
          agrees(long(`[${Array(times).fill(texts.join(",")).join(",")}]`));
        },
      ),
      { ...seeded, numRuns: 120 },
    );
  });

  it("equals JSON.parse of the body, wherever a text begins or ends in a piece", () => {
    for (const size of [4096, 8192, 16_384, 24_576]) {
      for (let shift = -12; shift <= 4; shift++) {
        const first = "a".repeat(size + shift);
        agrees(long([first, "second", "é", "third"]));
        agrees(long([first.slice(0, size / 2), "é".repeat(size / 2), first, { second: 1.5, third: "x" }]));
      }
    }
  });

  it("has the numbers of JSON.parse", () => {
    const digits = fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: 1, maxLength: 20 });
    const number = fc
      .tuple(
        fc.constantFrom("", "-"),
        digits,
        fc.option(digits),
        fc.option(fc.tuple(fc.constantFrom("e", "E+", "e-"), fc.nat(330))),
      )
      .map(([sign, whole, fraction, exponent]) => {
        const rest = fraction === null ? "" : `.${fraction}`;
        return `${sign}${whole.replace(/^0+(?=\d)/, "")}${rest}${exponent === null ? "" : exponent.join("")}`;
      });
    fc.assert(
      fc.property(fc.array(number, { minLength: 200, maxLength: 200 }), (numbers) => {
        const { list } = check(long(`[${numbers.join(",")}]`)).event as { list: number[] };
        for (const [index, text] of numbers.entries())
          assert.ok(Object.is(list[index], JSON.parse(text)), text);
      }),
      { ...seeded, numRuns: 60 },
    );
    for (const text of [
      "-0",
      "0.1",
      "0.30000000000000004",
      "999999999999999.9",
      "9007199254740993",
      "123456789012345.6",
      "-0.0",
    ])
      agrees(long(`[${text}]`));
  });

  it("has every key, if there are more different ones than symbols, or keys with equal beginnings", () => {
    const many = Array.from({ length: 3_000 }, (_, index) => [`key ${index}`, index]);
    const record = Object.fromEntries(many);
    agrees(long([record, record, Object.fromEntries([...many].reverse())]));
    const alike = Object.fromEntries(Array.from({ length: 40 }, (_, length) => ["k".repeat(length), length]));
    agrees(long(Array(60).fill(alike)));
  });

  it("keeps a piece of the body in memory for a text that is kept, and nothing of it for an id", () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const used = () => {
      collect();
      return process.memoryUsage().heapUsed;
    };
    const note = "n".repeat(200);
    const headers = { "X-Subscription": "s".repeat(8_000) };
    /** The memory that the kept texts take, in bytes for each of 200 bodies of 256 KB. */
    const kept = (pick: (verified: Verified) => string, character: string) => {
      const texts: string[] = [];
      const bodies = (index: number) =>
        utf8.encode(
          long([
            `${note}${index}`,
            ...Array(256).fill(character.repeat(1000 / Buffer.byteLength(character))),
          ]),
        );
      pick(check(bodies(0)));
      const before = used();
      for (let index = 0; index < 200; index++) texts.push(pick(check(bodies(index), headers)));
      const bytes = (used() - before) / texts.length;
      assert.equal(texts.length, 200);
      return bytes;
    };
    const textOf = (verified: Verified) => (verified.event as { list: string[] }).list[0] as string;
    for (const character of ["x", "é"]) {
      assert.ok(kept(textOf, character) < 40_000, "a text");
      assert.ok(kept(({ id }) => id, character) < 2_000, "an id");
    }
  });
});

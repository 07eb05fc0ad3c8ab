// The event equals the result of JSON.parse, and a body is valid JSON exactly if JSON.parse accepts it.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { compileSchema, type Issue, webhook } from "../../src/index.ts";
import { codes, errorOf, seeded, utf8 } from "../support/fixtures.ts";

const open = webhook(
  { id: "open", envelope: { type: "/type" }, events: { any: { schema: true } } },
  { unsigned: "allow" },
);
const anything = compileSchema(true);
const wrap = (text: string) => `{"type":"any","value":${text}}`;
const read = (text: string) => open.verify({ headers: {}, body: wrap(text) });

/** The oracle: JSON.parse of these bytes as strict UTF-8. */
function parses(bytes: Uint8Array): boolean {
  try {
    JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
    return true;
  } catch {
    return false;
  }
}

/** JSON texts with varied white space, escapes and numbers. */
const { json } = fc.letrec<{ json: string }>((tie) => {
  const space = fc.constantFrom("", "", " ", "\n", "\t", "\r\n");
  const number = fc
    .tuple(
      fc.constantFrom("", "-"),
      fc.oneof(fc.constant("0"), fc.stringMatching(/^[1-9][0-9]{0,24}$/)),
      fc.oneof(fc.constant(""), fc.stringMatching(/^\.[0-9]{1,20}$/)),
      fc.oneof(fc.constant(""), fc.stringMatching(/^[eE][+-]?[0-9]{1,4}$/)),
    )
    .map((parts) => parts.join(""));
  const string = fc
    .array(
      fc.oneof(
        fc.string({ unit: "binary", maxLength: 4 }).map((one) => JSON.stringify(one).slice(1, -1)),
        fc.stringMatching(/^\\u[0-9a-fA-F]{4}$/),
        fc.constantFrom(
          "\\/",
          "\\b",
          "\\f",
          "\\n",
          "\\r",
          "\\t",
          '\\"',
          "\\\\",
          "\\ud83d\\ude00",
          "\u2028",
          "\u007f",
        ),
      ),
      { maxLength: 5 },
    )
    .map((parts) => `"${parts.join("")}"`);
  const spaced = (text: fc.Arbitrary<string>) => fc.tuple(space, text, space).map((parts) => parts.join(""));
  const keys = fc.uniqueArray(
    fc.oneof(string, fc.constantFrom('"__proto__"', '"constructor"', '"toJSON"', '""', '"0"')),
    {
      maxLength: 4,
      selector: (key) => JSON.parse(key),
    },
  );
  return {
    json: fc.oneof(
      { maxDepth: 5, withCrossShrink: true },
      spaced(fc.oneof(fc.constantFrom("null", "true", "false"), number, string)),
      spaced(fc.array(tie("json"), { maxLength: 4 }).map((items) => `[${items.join(",")}]`)),
      spaced(
        keys.chain((keys) =>
          fc
            .tuple(...keys.map(() => tie("json")))
            .map((values) => `{${keys.map((key, n) => `${key} :${values[n]}`).join(",")}}`),
        ),
      ),
    ),
  };
});

describe("the event", () => {
  it("equals JSON.parse of the body", () => {
    fc.assert(
      fc.property(json, (text) => {
        assert.deepStrictEqual(read(text).event, JSON.parse(wrap(text)));
      }),
      { ...seeded, numRuns: 500 },
    );
  });

  it("equals the value that JSON.stringify serialized", () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: "binary", maxDepth: 4 }), (value) => {
        assert.deepStrictEqual(read(JSON.stringify(value)).event, {
          type: "any",
          value: JSON.parse(JSON.stringify(value)),
        });
      }),
      { ...seeded, numRuns: 200 },
    );
  });

  it("has __proto__ as an own key, and the usual prototype", () => {
    const { event } = read('{"__proto__":{"admin":true},"constructor":1}') as { event: { value: object } };
    assert.ok(Object.hasOwn(event.value, "__proto__"));
    assert.equal(Object.getPrototypeOf(event.value), Object.prototype);
    assert.equal((event.value as { admin?: boolean }).admin, undefined);
    const outer = open.verify({ headers: {}, body: '{"type":"any","__proto__":{"type":"other"}}' });
    assert.equal(outer.type, "any");
  });

  it("has the numbers of JavaScript, with a warning if digits are lost", () => {
    for (const [text, value, lost] of [
      ["-0", -0, false],
      ["-0.0", -0, false],
      ["0e5", 0, false],
      ["1e400", Number.POSITIVE_INFINITY, true],
      ["-1e400", Number.NEGATIVE_INFINITY, true],
      ["1e-400", 0, true],
      ["9007199254740991", 9007199254740991, false],
      ["9007199254740993", 9007199254740992, true],
      ["12345678901234567890", 12345678901234567000, true],
      ["0.1", 0.1, false],
      ["1.0", 1, false],
      ["1e2", 100, false],
      ["5e-324", 5e-324, false],
    ] as const) {
      const { event, issues } = read(text) as { event: { value: number }; issues: Issue[] };
      assert.ok(Object.is(event.value, value), text);
      assert.deepEqual(codes(issues), lost ? ["number-precision"] : [], text);
    }
  });

  it("has a lone surrogate as JavaScript has it, with a warning, and in the strict profile an error", () => {
    const { event, issues } = read('"\\ud800"') as { event: { value: string }; issues: Issue[] };
    assert.equal(event.value, "\ud800");
    assert.deepEqual(codes(issues, "warning"), ["json-lone-surrogate"]);
    const error = errorOf(() => open.verify({ headers: {}, body: wrap('"\\udc00"') }, { profile: "strict" }));
    assert.equal(error.code, "json-lone-surrogate");
    assert.deepEqual(codes(read('"\\ud83d\\ude00"').issues), []);
  });

  it("has no duplicate key, in any spelling and at any depth", () => {
    for (const text of [
      '{"a":1,"a":1}',
      '{"a":1,"\\u0061":2}',
      '[[{"x":{"é":1,"\\u00e9":1}}]]',
      '{"__proto__":1,"__proto__":2}',
    ]) {
      assert.equal(errorOf(() => read(text)).code, "json-duplicate-key", text);
      assert.deepEqual(codes(anything.check(text)), ["json-duplicate-key"]);
    }
    assert.deepEqual(codes(read('{"a":1,"A":2,"á":3,"a\u0301":4}').issues), []);
  });

  it("is the same for interned and other keys, whenever it is read", () => {
    const keys = ["id", "identifier", "__proto__", "constructor", "toJSON", "", "0", "10", "key".repeat(20)];
    const properties = Object.fromEntries(keys.map((key) => [key, true]));
    Object.defineProperty(properties, "__proto__", { value: true, enumerable: true });
    const schema = { properties };
    const hook = webhook(
      { id: "expecting", envelope: { type: "/type" }, events: { any: { schema } } },
      { unsigned: "allow" },
    );
    const key = fc.oneof(
      fc.constantFrom(...keys.map((key) => JSON.stringify(key))),
      fc.constantFrom('"\\u0069d"', '"unknown"', '"é"', '"identifie"', '"identifiers"'),
    );
    const members = fc.uniqueArray(key, { maxLength: 14, selector: (key) => JSON.parse(key) });
    const object = members.chain((keys) =>
      fc.tuple(...keys.map(() => json)).map((values) => {
        // No bytes after the last key, and more bytes than the parser compares at once, are special cases.
        return `{${keys.map((key, index) => `${key}:${values[index]}`).join(",")}}`;
      }),
    );
    fc.assert(
      fc.property(object, object, fc.boolean(), (first, second, long) => {
        const body = `{"type":"any","list":[${first},${second}${long ? `,"${"x".repeat(16_384)}"` : ""}]}`;
        const expected = JSON.parse(body);
        const [early, late] = [hook.verify({ headers: {}, body }), hook.verify({ headers: {}, body })];
        for (const event of [late.event, early.event]) {
          assert.deepStrictEqual(event, expected);
          // The order of the keys is compared, too.
          assert.equal(JSON.stringify(event), JSON.stringify(expected));
        }
      }),
      { ...seeded, numRuns: 300 },
    );
  });

  it("outlives the body, the next delivery and a core that has grown", () => {
    const body = utf8.encode(wrap('"the first"'));
    const [first, second] = [1, 2].map(() => open.verify({ headers: {}, body }));
    body.fill(0x20);
    open.check({ headers: {}, body: wrap(`"${"x".repeat(1_000_000)}"`) }, { maxBytes: 1 << 24 });
    for (const verified of [first, second]) {
      assert.deepEqual(verified?.event, { type: "any", value: "the first" });
      assert.deepEqual(verified?.issues, []);
    }
  });

  it("is created once, when it is read", () => {
    const verified = read("1");
    assert.equal(verified.event, verified.event);
    assert.deepEqual(verified.event, { type: "any", value: 1 });
  });
});

describe("JSON syntax", () => {
  const agrees = (bytes: Uint8Array) => {
    const found = codes(anything.check(bytes));
    if (found.includes("json-too-deep")) return;
    const refused = found.some((code) => code === "json-syntax" || code === "json-encoding");
    assert.equal(
      refused,
      !parses(bytes) || bytes.length === 0,
      JSON.stringify(Buffer.from(bytes).toString("latin1")),
    );
  };

  it("is the same as for JSON.parse: generated texts", () => {
    fc.assert(
      fc.property(json, (text) => agrees(utf8.encode(text))),
      { ...seeded, numRuns: 300 },
    );
  });

  it("is the same as for JSON.parse: texts with bytes changed, inserted, removed and truncated", () => {
    const byte = fc.oneof(
      fc.constantFrom(...utf8.encode('{}[],:"\\/+-.0123456789eEtrufalsn \n\t\r\u0000\u001f\u007f')),
      fc.constantFrom(
        0x80,
        0xbf,
        0xc0,
        0xc2,
        0xe0,
        0xed,
        0xef,
        0xbb,
        0xf0,
        0xf4,
        0xf5,
        0xff,
        0xa0,
        0x9f,
        0x8f,
        0x90,
      ),
    );
    const edit = fc.tuple(fc.constantFrom("set", "insert", "remove", "cut", "twice"), fc.nat(), byte);
    fc.assert(
      fc.property(json, fc.array(edit, { minLength: 1, maxLength: 3 }), (text, edits) => {
        let bytes = [...utf8.encode(text)];
        for (const [what, at, value] of edits) {
          const place = at % (bytes.length + 1);
          if (what === "set") bytes[Math.min(place, bytes.length - 1)] = value;
          else if (what === "insert") bytes.splice(place, 0, value);
          else if (what === "remove") bytes.splice(place, 1);
          else if (what === "cut") bytes = bytes.slice(0, place);
          else bytes.splice(place, 0, ...bytes.slice(place, place + 3));
          if (bytes.length === 0) bytes = [value];
        }
        agrees(Uint8Array.from(bytes));
      }),
      { ...seeded, numRuns: 1500 },
    );
  });

  it("is the same as for JSON.parse: every pair of bytes inside and outside a string", () => {
    for (let first = 0; first < 256; first++) {
      for (const second of [0x20, 0x22, 0x30, 0x5c, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff]) {
        agrees(Uint8Array.from([0x22, first, second, 0x22]));
        agrees(Uint8Array.from([0x22, first, second, 0x80, 0x22]));
        agrees(Uint8Array.from([0x22, first, second, 0x80, 0x80, 0x22]));
        agrees(Uint8Array.from([first, second]));
        agrees(Uint8Array.from([0x5b, first, second, 0x5d]));
      }
    }
  });

  it("is limited to 128 levels of arrays and objects", () => {
    for (const [open, close] of [
      ["[", "]"],
      ['{"a":', "}"],
    ] as const) {
      const nested = (depth: number) =>
        `${open.repeat(depth)}${open === "[" ? "" : "1"}${close.repeat(depth)}`;
      assert.deepEqual(anything.check(nested(128)), []);
      assert.deepEqual(codes(anything.check(nested(129))), ["json-too-deep"]);
      assert.deepEqual(codes(anything.check(open.repeat(100_000))), ["json-too-deep"]);
    }
  });

  it("allows neither a byte order mark nor another encoding", () => {
    for (const bytes of [
      [0xef, 0xbb, 0xbf, 0x31],
      [0xff, 0xfe, 0x31, 0x00],
      [0xfe, 0xff, 0x00, 0x31],
    ]) {
      assert.deepEqual(codes(anything.check(Uint8Array.from(bytes))), ["json-encoding"]);
    }
    assert.deepEqual(codes(anything.check("\ufeff1")), ["json-encoding"]);
  });
});

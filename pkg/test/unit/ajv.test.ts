// Compares validation with ajv: generated schemas and values, every format, and the reason for each difference.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Ajv } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import fc from "fast-check";
import { compileSchema } from "../../src/index.ts";
import { accepts, seeded } from "../support/fixtures.ts";

type Dialect = "draft-07" | "2020-12";
type Member = [name: string, value: unknown];

function ajvOf(dialect: Dialect): Ajv {
  const options = {
    strict: false,
    // The generated schemas are valid, so their validation is skipped.
    validateSchema: false,
    // If ajv stops at the first error, it skips `contains` after a tuple that is longer than the array.
    allErrors: true,
    inlineRefs: false,
  };
  const ajv = dialect === "draft-07" ? new Ajv(options) : new Ajv2020(options);
  // No schema has `unevaluated*`. With this option ajv throws at `patternProperties` next to an applicator.
  ajv.opts.unevaluated = false;
  addFormats.default(ajv);
  return ajv;
}

const KEYS = ["a", "b", "ab", "é", "x_y", "💩"] as const;
const PATTERNS = [
  "^a",
  "b$",
  "a|b",
  "^[^x]*$",
  "\\d",
  "^é?$",
  "^.{2,3}$",
  "^\\p{L}+$",
  "(?:ab){2}",
  "\\bab\\b",
] as const;
const TYPES = ["null", "boolean", "integer", "number", "string", "array", "object"] as const;
const TEXTS = [
  "",
  "a",
  "ab",
  "é",
  "💩",
  "💩💩💩",
  "abab",
  "x y",
  "1",
  "2024-02-29",
  "2024-02-30",
  "127.0.0.1",
] as const;
// Integers and halves, which a double represents exactly. Other decimals have a test of their own.
const NUMBERS = [0, 1, 2, 3, 4, -1, -2, 1.5, -0.5, 2.5, 10, 1e3, 9007199254740991] as const;

const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom<unknown[]>(null, true, false, ...NUMBERS, ...TEXTS),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom(...KEYS), tie("value"), { maxKeys: 4 }),
  ),
}));
const shallow = fc.oneof(
  fc.constantFrom<unknown[]>(null, true, false, ...NUMBERS, ...TEXTS),
  fc.constantFrom([], {}, [1], ["a", 1], { a: 1 }, { b: 2, a: 1 }),
);
const names = fc.uniqueArray(fc.constantFrom(...KEYS), { maxLength: 3 });
const count = fc.nat(4);

function simple(dialect: Dialect): fc.Arbitrary<Member> {
  const recent = dialect === "2020-12";
  const member = (name: string, value: fc.Arbitrary<unknown>) => value.map((value): Member => [name, value]);
  const number = fc.constantFrom(...NUMBERS);
  return fc.oneof(
    { arbitrary: member("type", fc.constantFrom(...TYPES)), weight: 3 },
    member("type", fc.uniqueArray(fc.constantFrom(...TYPES), { minLength: 1, maxLength: 3 })),
    member(
      "enum",
      fc.uniqueArray(shallow, { minLength: 1, maxLength: 4, selector: (one) => JSON.stringify(one) }),
    ),
    member("const", shallow),
    member("required", names),
    member("minProperties", count),
    member("maxProperties", count),
    member("minItems", count),
    member("maxItems", count),
    member("uniqueItems", fc.boolean()),
    member("minLength", count),
    member("maxLength", count),
    member("pattern", fc.constantFrom(...PATTERNS)),
    member("minimum", number),
    member("maximum", number),
    member("exclusiveMinimum", number),
    member("exclusiveMaximum", number),
    member("multipleOf", fc.constantFrom(1, 2, 0.5, 3)),
    member("format", fc.constantFrom("date", "ipv4", "x-unknown")),
    recent
      ? member("dependentRequired", fc.dictionary(fc.constantFrom(...KEYS), names, { maxKeys: 2 }))
      : member("dependencies", fc.dictionary(fc.constantFrom(...KEYS), names, { maxKeys: 2 })),
    ...(recent ? [member("minContains", count), member("maxContains", count)] : []),
    member("title", fc.constant("annotation")),
    member("x-own", fc.constant({ type: "nothing" })),
  );
}

/** Generates schemas of a dialect that refer to `shared`. `depth` is their depth. */
function schemas(dialect: Dialect, depth: number): fc.Arbitrary<unknown> {
  const definitions = dialect === "2020-12" ? "$defs" : "definitions";
  // Without other keywords, which draft-07 ignores next to `$ref`: they have a test of their own.
  const reference = fc.constant({ $ref: `#/${definitions}/shared` });
  if (depth === 0)
    return fc.oneof({ arbitrary: object(dialect, [simple(dialect)]), weight: 8 }, fc.boolean(), reference);
  const inner = schemas(dialect, depth - 1);
  const list = fc.array(inner, { minLength: 1, maxLength: 3 });
  const named = (keys: readonly string[]) => fc.dictionary(fc.constantFrom(...keys), inner, { maxKeys: 3 });
  const member = (name: string, value: fc.Arbitrary<unknown>) => value.map((value): Member => [name, value]);
  const recent = dialect === "2020-12";
  const nested = fc.oneof(
    { arbitrary: member("properties", named(KEYS)), weight: 3 },
    member("patternProperties", named(PATTERNS)),
    member("additionalProperties", inner),
    member("propertyNames", inner),
    { arbitrary: member("items", inner), weight: 2 },
    member(recent ? "prefixItems" : "items", list),
    recent ? member("dependentSchemas", named(KEYS)) : member("additionalItems", inner),
    member("contains", inner),
    member("allOf", list),
    member("anyOf", list),
    member("oneOf", list),
    member("not", inner),
    member("if", inner),
    member("then", inner),
    member("else", inner),
    ...(recent ? [] : [member("dependencies", named(KEYS))]),
  );
  return fc.oneof(
    { arbitrary: object(dialect, [simple(dialect), nested]), weight: 10 },
    fc.boolean(),
    reference,
  );
}

function object(_dialect: Dialect, members: fc.Arbitrary<Member>[]): fc.Arbitrary<object> {
  return fc
    .array(fc.oneof(...members), { minLength: 1, maxLength: 4 })
    .map((list) => Object.fromEntries(list));
}

/** Generates complete schemas: `shared` refers to the root, one level deeper. */
function wholes(dialect: Dialect): fc.Arbitrary<object> {
  const inner = object(dialect, [simple(dialect)]);
  const definitions = dialect === "2020-12" ? "$defs" : "definitions";
  return fc
    .tuple(
      schemas(dialect, 3).filter((one) => typeof one === "object"),
      inner,
    )
    .map(([root, shared]) => ({
      // Draft-07 ignores all keywords next to `$ref`, definitions included.
      ...("$ref" in (root as object) ? { allOf: [root] } : (root as object)),
      [definitions]: { shared: { ...shared, properties: { a: { $ref: "#" } } } },
    }));
}

describe("a generated schema", () => {
  for (const dialect of ["draft-07", "2020-12"] as const) {
    it(`of ${dialect} has the result of ajv, for valid and invalid values`, () => {
      const ajv = ajvOf(dialect);
      let [valid, total] = [0, 0];
      fc.assert(
        fc.property(wholes(dialect), fc.array(value, { minLength: 10, maxLength: 10 }), (schema, values) => {
          // ajv distinguishes objects without a prototype, which fast-check generates and JSON.parse does not.
          const theirs = ajv.compile(JSON.parse(JSON.stringify(schema)));
          const ours = compileSchema(schema, { dialect });
          for (const one of values) {
            const text = JSON.stringify(one);
            const isValid = accepts(ours, text);
            assert.equal(isValid, theirs(JSON.parse(text)), `${JSON.stringify(schema)}\nfor ${text}`);
            total += 1;
            valid += Number(isValid);
          }
          ajv.removeSchema();
        }),
        { ...seeded, numRuns: 250 },
      );
      // A comparison is meaningful only if both results are frequent.
      assert.ok(valid > total / 10 && valid < (total * 9) / 10, `${valid} of ${total} are valid`);
    });
  }
});

/** Texts for each format. Those with another result in ajv are listed apart, with the reason. */
const FORMATS: Record<
  string,
  { same: string[]; ajvAccepts?: [why: string, texts: string[]]; ajvRejects?: [why: string, texts: string[]] }
> = {
  "date-time": {
    same: [
      ...["2020-02-29T12:00:00Z", "2021-02-29T12:00:00Z", "2020-02-29t12:00:00z", "2020-02-29T12:00:00"],
      ...[
        "2020-02-29T12:00:00+01:00",
        "2020-02-29T24:00:00Z",
        "2020-02-29T23:59:60Z",
        "2016-12-31T23:59:60Z",
      ],
      ...[
        "2016-12-31T22:59:60-01:00",
        "2020-06-30T12:00:60Z",
        "2020-02-29T12:60:00Z",
        "2020-02-29T12:00:00.123456Z",
      ],
      ...[
        "2020-02-29T12:00:00.Z",
        "2020-02-29T12:00:00+24:00",
        "2020-02-29T12:00:00-00:00",
        "20-02-29T12:00:00Z",
      ],
      ...["2020-2-29T12:00:00Z", "2020-02-29T12:00Z", "2020-13-01T00:00:00Z", "x2020-02-29T12:00:00Z"],
      ...[
        "2020-02-29T12:00:00Z ",
        "0000-01-01T00:00:00Z",
        "2020-02-29T12:00:00+23:59",
        "2020-02-29T12:00:00+12:60",
      ],
    ],
    ajvAccepts: [
      "RFC 3339, section 5.6: a T between date and time, and a colon in the offset",
      ["2020-02-29 12:00:00Z", "2020-02-29T12:00:00+0100", "2020-02-29T12:00:00+01"],
    ],
  },
  date: {
    same: [
      ...["2020-02-29", "2021-02-29", "2020-2-29", "1900-02-29", "2000-02-29", "2020-04-31", "2020-00-10"],
      ...["2020-10-00", "2020-10-10 ", "20201010", "0000-01-01", "১৯৬৩-06-10"],
    ],
  },
  time: {
    same: [
      ...["12:00:00Z", "12:00:00", "12:00:00+01:00", "12:00:00.5Z", "24:00:00Z", "23:59:60Z", "12:00:60Z"],
      ...["12:00Z", "12:00:00z", "08:30:06 PST", "01:59:60+02:00", "12:00:00+1:00"],
    ],
    ajvAccepts: ["RFC 3339, section 5.6: a colon in the offset", ["12:00:00+0100"]],
  },
  duration: {
    same: [
      ...["P1D", "P1W", "PT1H", "P1Y2M3DT4H5M6S", "P", "PT", "P1", "P1DT", "P2D1Y", "P1W1D", "PT0.5S", "P1H"],
      ...["-P1D", "p1d", "P0D", "PT1D", "P1YT1S"],
    ],
    ajvAccepts: ["RFC 3339, appendix A: no unit between two others is left out", ["PT1H2S"]],
  },
  email: {
    same: [
      ...[
        "a@b.c",
        "a",
        "@b.c",
        "a@",
        "a b@c.d",
        "a@b..c",
        "a..b@c.d",
        ".a@b.c",
        "a@-b.c",
        "é@b.c",
        "a+b@c.d",
      ],
      ...["a@b.c.", "A@B.C", "a@1.2", "te~st@example.com", "a@x_y.z"],
    ],
    ajvRejects: [
      "RFC 5321, section 4.1.2: quoted local parts, address literals, and domains of one label",
      ["a@b", '"a b"@c.d', "a@[127.0.0.1]", "a@[IPv6:::1]"],
    ],
  },
  uri: {
    same: [
      ...["http://a", "http://a/b?c#d", "a", "//a", "/a", "urn:a:b", "mailto:a@b", "http://é", "http://a b"],
      ...[
        "http://a/%zz",
        "http://[::1]/",
        "http://[1::2::3]",
        "http://",
        "1http://a",
        "http://a:80000",
        "a:b",
      ],
      ...[
        "http://a\\b",
        "http://user@h/",
        "file:///a",
        "http://a/<b>",
        "http://a/^",
        "http://a[b]",
        "tel:1",
        "",
      ],
      ...["http://a/{b}", "http://a|b"],
    ],
    ajvAccepts: ["RFC 3986, section 3.2.3: a port is digits", ["http://a:b"]],
    ajvRejects: ["RFC 3986, section 3.3: a path may be empty", ["http:", "x:"]],
  },
  "uri-reference": {
    same: [
      "",
      "a",
      "/a",
      "//a",
      "#a",
      "?a",
      "a b",
      "é",
      "http://a",
      "%zz",
      "\\",
      "a:b",
      "a/b:c",
      "[",
      "#a#b",
    ],
    ajvAccepts: ["RFC 3986, section 4.2: no colon in the first segment of a relative path", ["1:a"]],
  },
  hostname: {
    same: [
      ...["a", "a.b", "-a", "a-", "a_b", "é", "a..b", ".a", "a".repeat(63), "a".repeat(64), "1.2.3.4", "A"],
      ...["a b", "", "a.1", "1", "xn--ihqwcrb4cv8a8dqg056pqjye"],
    ],
    ajvAccepts: [
      "RFC 1123 has no dot at the end, and RFC 5891 no label that decodes to nothing",
      ["a.b.", "xn--x"],
    ],
  },
  ipv4: {
    same: [
      ...["127.0.0.1", "256.0.0.1", "1.2.3", "01.2.3.4", "1.2.3.4.5", "1.2.3.4 ", "0.0.0.0", "1.2.3.-1"],
      ...["0x7f.0.0.1", "1", "১২৭.0.0.1"],
    ],
  },
  ipv6: {
    same: [
      ...["::", "::1", "1::", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7", "::ffff:1.2.3.4"],
      ...["1.2.3.4", "fe80::1%eth0", "12345::", "::g", "1::2::3", "::1.2.3", "1:2:3:4:5:6:1.2.3.4", "::1/64"],
      ...[":1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8"],
    ],
  },
  uuid: {
    same: [
      ...["2eb8aa08-aa98-11ea-b4aa-73b441d16380", "2EB8AA08-AA98-11EA-B4AA-73B441D16380"],
      ...["2eb8aa08aa9811eab4aa73b441d16380", "2eb8aa08-aa98-11ea-b4aa-73b441d1638"],
      ...["{2eb8aa08-aa98-11ea-b4aa-73b441d16380}", "00000000-0000-0000-0000-000000000000"],
      ...["ffffffff-ffff-ffff-ffff-ffffffffffff", "2eb8aa08-aa98-11ea-b4aa-73b441d1638g"],
    ],
    ajvAccepts: [
      "RFC 9562, section 4: the URN is another form",
      ["urn:uuid:2eb8aa08-aa98-11ea-b4aa-73b441d16380"],
    ],
  },
  "json-pointer": { same: ["", "/", "/a", "/a~0", "/a~1", "/a~", "/a~2", "a", "#/a", "/é", "//"] },
  regex: {
    same: [
      ...[
        "a",
        "(",
        "[",
        "\\d",
        "(?=a)",
        "(?<=a)",
        "\\p{L}",
        "(?<n>a)\\k<n>",
        "a{2,1}",
        "[z-a]",
        "^(abc]",
        "a++",
      ],
      ...["\\u{1F600}", "(?i)a"],
    ],
    ajvAccepts: [
      "ajv reads without the flag u, under which patterns are matched",
      ["a{", "\\p", "\\Z", "\\a", "[\\w-a]"],
    ],
  },
};

describe("the format", () => {
  const ajv = ajvOf("2020-12");
  for (const [format, { same, ajvAccepts, ajvRejects }] of Object.entries(FORMATS)) {
    it(`${format} has the result of ajv, except for the listed differences`, () => {
      const ours = compileSchema({ format });
      const theirs = ajv.compile({ format });
      for (const text of same)
        assert.equal(accepts(ours, JSON.stringify(text)), theirs(text), JSON.stringify(text));
      for (const [difference, expected] of [
        [ajvAccepts, true],
        [ajvRejects, false],
      ] as const) {
        for (const text of difference?.[1] ?? []) {
          assert.equal(theirs(text), expected, `ajv has another result now: ${text}`);
          assert.equal(accepts(ours, JSON.stringify(text)), !expected, `${difference?.[0]}: ${text}`);
        }
      }
      const results = new Set(
        [...same, ...(ajvAccepts?.[1] ?? []), ...(ajvRejects?.[1] ?? [])].map((one) => theirs(one)),
      );
      assert.equal(results.size, 2, "valid and invalid texts");
      assert.ok(accepts(ours, "1"), "a number has no format");
    });
  }
});

describe("differences from ajv", () => {
  const both = (schema: object, text: string, dialect: Dialect = "2020-12") => ({
    ours: accepts(compileSchema(schema, { dialect }), text),
    ajv: ajvOf(dialect).compile(schema)(JSON.parse(text)),
  });

  it("are numbers that a double cannot represent", () => {
    assert.deepEqual(both({ multipleOf: 0.01 }, "0.07"), { ours: true, ajv: false });
    assert.deepEqual(both({ multipleOf: 0.1 }, "0.3"), { ours: true, ajv: false });
    assert.deepEqual(both({ maximum: 9007199254740992 }, "9007199254740993"), { ours: false, ajv: true });
    assert.deepEqual(both({ uniqueItems: true }, "[9007199254740992,9007199254740993]"), {
      ours: true,
      ajv: false,
    });
    assert.deepEqual(both({ type: "integer" }, "1.00000000000000000001"), { ours: false, ajv: true });
  });

  it("are keys that every object of JavaScript inherits", () => {
    assert.deepEqual(both({ required: ["constructor"] }, "{}"), { ours: false, ajv: true });
    assert.deepEqual(both({ properties: { toString: { type: "string" } } }, "{}"), {
      ours: true,
      ajv: false,
    });
    assert.deepEqual(both({ dependentRequired: { toString: ["a"] } }, "{}"), { ours: true, ajv: false });
  });

  it("are keywords next to a reference, which draft-07 ignores", () => {
    const schema = { properties: { a: { $ref: "#/definitions/b", maxLength: 1 } }, definitions: { b: {} } };
    assert.deepEqual(both(schema, '{"a":"ab"}', "draft-07"), { ours: true, ajv: false });
    assert.deepEqual(both(schema, '{"a":"ab"}'), { ours: false, ajv: false });
  });

  it("are duplicate keys, of which JSON.parse keeps the last", () => {
    assert.deepEqual(both({ properties: { a: { type: "string" } } }, '{"a":1,"a":"b"}'), {
      ours: false,
      ajv: true,
    });
  });
});

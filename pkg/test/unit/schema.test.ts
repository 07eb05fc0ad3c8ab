// Custom schemas: errors at compilation, issues of a check, and the Standard Schema interface.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { runInNewContext } from "node:vm";
import { compileSchema, type Issue, SchemaError } from "../../src/index.ts";
import { codes, utf8 } from "../support/fixtures.ts";

const draft7 = "http://json-schema.org/draft-07/schema#";
const recent = "https://json-schema.org/draft/2020-12/schema";

function refused(schema: unknown, options = {}): SchemaError {
  try {
    compileSchema(schema as object, options);
  } catch (error) {
    assert.ok(error instanceof SchemaError && error instanceof Error, `another error: ${error}`);
    assert.equal(error.name, "SchemaError");
    return error;
  }
  assert.fail(`compiled: ${JSON.stringify(schema)}`);
}

describe("an unsupported or invalid schema", () => {
  const cases: [what: string, schema: unknown, keyword: string, pointer: string][] = [
    [
      "unevaluatedProperties",
      { unevaluatedProperties: false },
      "unevaluatedProperties",
      "/unevaluatedProperties",
    ],
    [
      "unevaluatedItems, deep inside",
      { properties: { a: { items: { unevaluatedItems: true } } } },
      "unevaluatedItems",
      "/properties/a/items/unevaluatedItems",
    ],
    ["$dynamicRef", { allOf: [{ $dynamicRef: "#x" }] }, "$dynamicRef", "/allOf/0/$dynamicRef"],
    ["$recursiveRef", { $recursiveRef: "#" }, "$recursiveRef", "/$recursiveRef"],
    ["a reference to another document", { $ref: "https://example.com/schema.json" }, "$ref", "/$ref"],
    [
      "a reference to another file",
      { properties: { "a/b": { $ref: "other.json#/a" } } },
      "$ref",
      "/properties/a~1b/$ref",
    ],
    ["a reference to nothing", { $ref: "#/$defs/missing" }, "$ref", "/$ref"],
    ["an anchor that is not there", { $ref: "#missing" }, "$ref", "/$ref"],
    ["a reference that is no text", { $ref: 1 }, "$ref", "/$ref"],
    ["draft-04", { $schema: "http://json-schema.org/draft-04/schema#" }, "$schema", "/$schema"],
    ["2019-09", { $schema: "https://json-schema.org/draft/2019-09/schema" }, "$schema", "/$schema"],
    ["a meta-schema of one's own", { $schema: "https://example.com/meta" }, "$schema", "/$schema"],
    [
      "a required vocabulary",
      { $schema: recent, $vocabulary: { "https://example.com/vocab": true } },
      "$vocabulary",
      "/$vocabulary/https:~1~1example.com~1vocab",
    ],
    ["an unknown type", { type: "strnig" }, "type", "/type"],
    ["a type that is none", { type: { a: 1 } }, "type", "/type"],
    [
      "a list of types with a wrong one",
      { properties: { a: { type: ["string", "text"] } } },
      "type",
      "/properties/a/type/1",
    ],
    ["required that is no list", { required: "a" }, "required", "/required"],
    ["required with a number", { required: ["a", 1] }, "required", "/required/1"],
    ["properties that are a list", { properties: [] }, "properties", "/properties"],
    ["a schema that is a number", { properties: { a: 5 } }, "properties", "/properties/a"],
    ["enum that is no list", { enum: 1 }, "enum", "/enum"],
    ["a count below 0", { minLength: -1 }, "minLength", "/minLength"],
    ["a count that is not whole", { maxItems: 1.5 }, "maxItems", "/maxItems"],
    ["a bound that is a text", { minimum: "1" }, "minimum", "/minimum"],
    ["a step of 0", { multipleOf: 0 }, "multipleOf", "/multipleOf"],
    ["a pattern that is none", { pattern: "(" }, "pattern", "/pattern"],
    [
      "a pattern for keys that is none",
      { patternProperties: { "[": true } },
      "patternProperties",
      "/patternProperties/[",
    ],
    ["a pattern that cannot be matched in linear time", { pattern: "(a)\\1" }, "pattern", "/pattern"],
    ["an empty allOf", { allOf: [] }, "allOf", "/allOf"],
    ["a schema that only refers to itself", { $ref: "#" }, "$ref", "/$ref"],
    [
      "two that only refer to each other",
      { $ref: "#/$defs/a", $defs: { a: { allOf: [{ $ref: "#/$defs/b" }] }, b: { $ref: "#/$defs/a" } } },
      "$ref",
      "",
    ],
  ];
  for (const [what, schema, keyword, pointer] of cases) {
    it(`with ${what} is rejected, with keyword and pointer`, () => {
      const error = refused(schema);
      assert.equal(error.keyword, keyword, error.message);
      if (pointer !== "") assert.equal(error.pointer, pointer, error.message);
      assert.ok(error.message.includes(error.pointer === "" ? "root" : error.pointer), error.message);
      // The keyword is rejected without `strict`, and in the other dialect, too.
      if (!keyword.startsWith("$")) refused(schema, { strict: true });
    });
  }

  it("of another type is rejected", () => {
    const circle: Record<string, unknown> = {};
    circle.properties = { a: circle };
    for (const wrong of [undefined, null, 1, "true", [], () => true, circle, { const: 1n }]) {
      assert.equal(refused(wrong).keyword, "", String(wrong));
    }
  });

  it("is found in every subschema, and only there", () => {
    const bad = { unevaluatedProperties: false };
    for (const [name, value] of Object.entries({
      ...{
        properties: { a: bad },
        patternProperties: { a: bad },
        additionalProperties: bad,
        propertyNames: bad,
      },
      ...{
        items: bad,
        prefixItems: [bad],
        contains: bad,
        allOf: [bad],
        anyOf: [true, bad],
        oneOf: [bad],
        not: bad,
      },
      ...{ if: bad, else: bad, dependentSchemas: { a: bad }, $defs: { a: bad } },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of a schema that is not awaited
      ...{ then: bad },
    })) {
      assert.equal(refused({ [name]: value }).keyword, "unevaluatedProperties", name);
    }
    for (const [name, value] of Object.entries({
      const: bad,
      enum: [bad],
      default: bad,
      examples: [bad],
      "x-own": bad,
    })) {
      assert.doesNotThrow(() => compileSchema({ [name]: value }), name);
    }
    assert.doesNotThrow(() => compileSchema({ properties: { unevaluatedProperties: { type: "string" } } }));
  });
});

describe("strict", () => {
  it("rejects unknown keywords and formats, which are annotations without it", () => {
    for (const [schema, keyword, pointer] of [
      [{ requried: ["a"] }, "requried", "/requried"],
      [{ properties: { a: { minlength: 1 } } }, "minlength", "/properties/a/minlength"],
      [{ format: "phone" }, "format", "/format"],
      [{ $schema: draft7, prefixItems: [true] }, "prefixItems", "/prefixItems"],
    ] as const) {
      assert.deepEqual(compileSchema(schema).check('{"a":[1,"x"]}'), []);
      const error = refused(schema, { strict: true });
      assert.deepEqual([error.keyword, error.pointer], [keyword, pointer]);
    }
    assert.deepEqual(
      compileSchema({ title: "a", "x-lenient": {}, format: "uuid" }, { strict: true }).check("1"),
      [],
    );
  });
});

describe("the dialect", () => {
  const tuple = { items: [{ type: "string" }], additionalItems: false };

  it("is that of the schema, or that of the option, or 2020-12", () => {
    const check = (schema: object, text: string, options = {}) =>
      codes(compileSchema(schema, options).check(text));
    const schema = { $ref: "#/definitions/a", maxLength: 1, definitions: { a: { type: "string" } } };
    assert.deepEqual(check({ $schema: draft7, ...schema }, '"ab"'), []);
    assert.deepEqual(check({ $schema: recent, ...schema }, '"ab"'), ["length"]);
    assert.deepEqual(check(schema, '"ab"', { dialect: "draft-07" }), []);
    assert.deepEqual(check(schema, '"ab"', { dialect: "2020-12" }), ["length"]);
    assert.deepEqual(check({ $schema: draft7, ...schema }, '"ab"', { dialect: "2020-12" }), []);
    assert.equal(refused(schema).keyword, "$schema");
    assert.deepEqual(check({ $schema: draft7, ...tuple }, '["a", 1]'), ["items"]);
  });
});

describe("check", () => {
  const schema = compileSchema({
    type: "object",
    required: ["id"],
    properties: { id: { type: "string", format: "uuid" }, list: { items: { minimum: 1 } } },
  });

  it("reports every issue with its location in the text", () => {
    const text = '{\n  "id": "é",\n  "list": [1, 0, -1]\n}';
    const found = schema.check(text);
    assert.deepEqual(
      found.map(({ code, pointer, path, span }) => [code, pointer, path, span.line, span.column]),
      [
        ["format", "/id", ["id"], 2, 9],
        ["minimum", "/list/1", ["list", 1], 3, 15],
        ["minimum", "/list/2", ["list", 2], 3, 18],
      ],
    );
    for (const issue of found) {
      assert.deepEqual(Object.keys(issue).slice(0, 3), ["code", "severity", "message"]);
      assert.equal(issue.severity, "error");
    }
    assert.deepEqual(schema.check(utf8.encode(text)), found);
  });

  it("reports only the syntax of invalid JSON, and never throws", () => {
    for (const [text, code] of [
      ["", "json-syntax"],
      ["{", "json-syntax"],
      ["\ufeff{}", "json-encoding"],
      ['{"id":1,"id":2}', "json-duplicate-key"],
    ] as const) {
      assert.ok(codes(schema.check(text)).includes(code), `${text}: ${codes(schema.check(text))}`);
    }
  });

  it("works after an error, and after a schema was rejected", () => {
    assert.deepEqual(codes(schema.check("{}")), ["required"]);
    refused({ type: "strnig" });
    assert.deepEqual(codes(schema.check("[]")), ["type"]);
    assert.deepEqual(schema.check('{"id":"2eb8aa08-aa98-11ea-b4aa-73b441d16380"}'), []);
  });

  it("keeps many schemas apart", () => {
    const many = Array.from({ length: 200 }, (_, n) => compileSchema({ const: n }));
    for (const [n, one] of many.entries()) {
      assert.deepEqual(one.check(String(n)), []);
      assert.deepEqual(codes(one.check(String(n + 1))), ["const"]);
    }
  });

  it("accepts a body larger than all before", () => {
    const list = JSON.stringify(Array.from({ length: 200_000 }, (_, n) => n));
    assert.deepEqual(compileSchema({ items: { type: "integer" } }).check(list), []);
    assert.equal(compileSchema({ items: { maximum: 199_998 } }).check(list)[0]?.pointer, "/199999");
  });
});

describe("~standard", () => {
  const schema = compileSchema({ type: "object", required: ["a"], properties: { a: { type: "number" } } });
  const { version, vendor, validate } = schema["~standard"];

  it("has the version and the vendor", () => {
    assert.deepEqual([version, vendor, typeof validate], [1, "hookseal", "function"]);
  });

  it("returns the value", () => {
    const value = { a: 1, b: new Date(0) };
    const result = validate(value);
    assert.ok(result.issues === undefined, "issues");
    assert.equal(result.value, value);
  });

  it("returns the parsed value of bytes", () => {
    const bytes = utf8.encode('{"a":1}');
    const foreign = runInNewContext("Uint8Array.from(bytes).buffer", { bytes: [...bytes] });
    const views = [new DataView(bytes.slice().buffer), Buffer.from(bytes)];
    for (const raw of [bytes, bytes.slice().buffer, foreign, ...views]) {
      assert.deepEqual(validate(raw), { value: { a: 1 } });
    }
    assert.ok(validate(utf8.encode('{"a":1')).issues !== undefined, "no JSON");
  });

  it("returns issues with message and path, and treats a string as a value", () => {
    const { issues } = validate({ a: "1" });
    assert.deepEqual(
      issues?.map(({ message, path }) => [message, path]),
      [["Expected a number, got a string.", ["a"]]],
    );
    assert.equal((issues?.[0] as Issue | undefined)?.code, "type");
    assert.equal(validate('{"a":1}').issues?.length, 1);
    assert.deepEqual(compileSchema({ type: "string" })["~standard"].validate("a"), { value: "a" });
  });

  it("returns an issue for values that JSON cannot represent", () => {
    const circle: { self?: unknown } = {};
    circle.self = circle;
    for (const value of [undefined, () => 1, Symbol("a"), 1n, circle, { toJSON: () => undefined }]) {
      const { issues } = compileSchema(true)["~standard"].validate(value);
      assert.equal(issues?.length, 1, String(value));
      assert.deepEqual(issues?.[0]?.path, []);
    }
  });

  it("reports values that are nested too deeply", () => {
    let deep: object = {};
    for (let level = 0; level < 20_000; level++) deep = { items: deep };
    assert.match(refused(deep).message, /nested too deeply/);
    const { issues } = compileSchema(true)["~standard"].validate(deep) as { issues: Issue[] };
    assert.match(issues[0]?.message ?? "", /nested too deeply/);
    assert.doesNotMatch(refused(undefined).message, /deep/);
  });

  it("accepts only true and false as `strict`", () => {
    for (const strict of ["yes", 5, null, {}])
      assert.throws(() => compileSchema({}, { strict } as never), {
        code: "option-invalid",
        message: /`strict`/,
      });
  });

  it("ignores warnings", () => {
    const found = compileSchema(true)["~standard"].validate(utf8.encode("12345678901234567890"));
    assert.deepEqual(found, { value: 12345678901234567000 });
  });
});

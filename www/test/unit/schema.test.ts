/** Field descriptions and the form, which are read from schemas. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { describeExpected, expandSchema, fieldInfo, findSchema } from "../../src/engine/field-info.ts";
import type { FormField } from "../../src/engine/protocol.ts";
import { buildFields, Outline } from "./page.ts";

const SCHEMA = {
  required: ["id"],
  properties: {
    id: { $ref: "#/$defs/id", description: "Id of the event." },
    list: { type: "array", items: { anyOf: [{ type: "integer", minimum: 1 }, { type: "null" }] } },
    level: { enum: ["low", "high", null] },
    isFinal: { type: "boolean" },
    self: { $ref: "#" },
  },
  $defs: { id: { type: "string", format: "uuid", description: "An id." } },
};

test("a field is described by its path, through references and combinations", () => {
  assert.deepEqual(fieldInfo(SCHEMA, ["id"]), {
    description: "Id of the event.",
    expected: "uuid",
    required: true,
  });
  assert.deepEqual(fieldInfo(SCHEMA, ["list", 3]), {
    expected: "integer · 1 to … · null",
    required: false,
  });
  assert.equal(fieldInfo(SCHEMA, ["self", "self", "id"])?.expected, "uuid");
  for (const path of [["unknown"], ["id", "x"], ["__proto__"], []])
    assert.equal(fieldInfo(SCHEMA, path), undefined);
  assert.equal(fieldInfo(undefined, ["id"]), undefined);
});

test("recursive schemas and references to nothing end", () => {
  assert.ok(expandSchema({ $ref: "#" }, { $ref: "#" }).length < 20);
  assert.equal(expandSchema({}, { $ref: "#/$defs/none" }).length, 1);
  assert.equal(expandSchema({}, { $ref: "https://elsewhere.example" }).length, 1);
});

test("expected values are listed once", () => {
  assert.equal(describeExpected([{ type: ["string", "null"] }, { type: "string" }]), "string · null");
  assert.equal(describeExpected([{ type: "string" }, { format: "date-time" }]), "date-time");
  assert.equal(describeExpected([{ const: "a" }, { enum: ["a", 1] }]), '"a" · one of "a", 1');
});

test("sensitive data is a value that matches a pattern with everything inside, and an id is the value alone", () => {
  const text = '{"data":[{"name":{"first":1}},{"id":2}],"a/b":3}';
  const outline = new Outline(text, { sensitive: ["/data/*/name", "/a~1b"], ids: ["/data/*/id", "/data"] });
  const marked = (is: (node: number) => boolean) =>
    Array.from({ length: outline.length }, (_, node) => node)
      .filter(is)
      .map((node) => outline.path(node).join("/"));
  assert.deepEqual(
    marked((node) => outline.isSensitive(node)),
    ["data/0/name", "data/0/name/first", "a/b"],
  );
  assert.deepEqual(
    marked((node) => outline.isId(node)),
    ["data", "data/1/id"],
  );
});

test("the schema of a report is that of its type and revision", () => {
  const [one, two, rest] = [{ title: "1" }, { title: "2" }, { title: "*" }];
  const events = {
    a: {
      revisions: [
        { name: "R1", schema: one },
        { name: "R2", schema: two },
      ],
    },
    "*": { schema: rest },
  };
  const find = (type?: string, revision?: string) =>
    findSchema({ events } as never, { type, revision } as never);
  assert.equal(find("a", "R2"), two);
  assert.equal(find("a", "unknown"), one);
  assert.equal(find("b"), rest);
  assert.equal(find("constructor"), rest);
  assert.equal(find(), undefined);
});

const fieldsOf = (text: string, schema?: object): FormField =>
  buildFields(new Outline(text), schema as never);

test("a form has the fields of the schema first, with controls by type", () => {
  const root = fieldsOf('{"other":1,"level":"low","list":[1]}', SCHEMA);
  assert.deepEqual(
    root.children?.map(({ pointer, control, value, required }) => [pointer, control, value, required]),
    [
      ["/id", "text", undefined, true],
      ["/list", "array", "", false],
      ["/level", "choice", '"low"', false],
      ["/isFinal", "choice", undefined, false],
      ["/self", "object", undefined, false],
      ["/other", "number", "1", false],
    ],
  );
  assert.deepEqual(root.children?.[2]?.options, ['"low"', '"high"', "null"]);
  assert.deepEqual(root.children?.[3]?.options, ["true", "false"]);
});

test("a form of any payload is limited", () => {
  const count = (field: FormField): number =>
    1 + (field.children ?? []).reduce((sum, child) => sum + count(child), 0);
  const wide = fieldsOf(JSON.stringify(Object.fromEntries(Array.from({ length: 5000 }, (_, n) => [n, n]))));
  assert.ok(count(wide) <= 801);
  assert.equal(wide.hasMore, true);
  const items = fieldsOf(JSON.stringify(Array.from({ length: 500 }, (_, n) => n)));
  assert.equal(items.children?.length, 50);
  assert.ok(count(fieldsOf("[".repeat(5000))) < 20);
});

test("a value that the schema does not expect is edited by what it is", () => {
  assert.equal(fieldsOf('{"id":{"x":1}}', SCHEMA).children?.[0]?.control, "object");
  assert.equal(fieldsOf('{"id":null}', SCHEMA).children?.[0]?.isNull, true);
});

// The types of a contract have only the requirements that are errors in the lenient profile.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { relax } from "../../scripts/relax.mjs";

describe("relax", () => {
  it("keeps a contract without severities as it is", () => {
    const schema = { type: "object", required: ["a"], properties: { a: { enum: ["x"] } } };
    assert.deepEqual(relax(schema), schema);
  });

  it("requires only the keys whose absence is an error", () => {
    const schema = { required: ["a", "b", "c"], "x-lenient": { required: { a: "error", "*": "warning" } } };
    assert.deepEqual(relax(schema).required, ["a"]);
    assert.deepEqual(relax({ ...schema, "x-lenient": { required: "warning" } }).required, []);
    assert.deepEqual(relax({ ...schema, "x-lenient": { required: { a: "off" } } }).required, ["b", "c"]);
  });

  it("keeps the values of an open list as suggestions, and null as null", () => {
    const open = (schema: object) => relax({ ...schema, "x-lenient": { enum: "warning" } }).tsType;
    assert.equal(open({ enum: ["a", "b"] }), '"a" | "b" | (string & {})');
    assert.equal(open({ type: ["string", "null"], enum: ["a", null] }), '"a" | null | (string & {})');
    assert.equal(open({ type: ["string", "null"], enum: ["a"] }), '"a" | (string & {}) | null');
  });

  it("keeps a list closed if another value is an error", () => {
    assert.equal(relax({ enum: ["a"], "x-lenient": { minLength: "info" } }).tsType, undefined);
  });

  it("uses the types of the other keywords if `type` is only a warning", () => {
    const schema = { type: "string", "x-lenient": { type: "warning" } };
    assert.equal(relax(schema).tsType, "unknown");
    const excluded = { ...schema, not: { type: ["object", "array", "boolean", "null"] } };
    assert.equal(relax(excluded).tsType, "string | number");
  });

  it("applies to the subschemas of every keyword", () => {
    const inner = { required: ["a"], "x-lenient": { required: "info" } };
    const schema = { $defs: { d: inner }, items: inner, anyOf: [inner], additionalProperties: inner };
    assert.equal(JSON.stringify(relax(schema)).includes('["a"]'), false);
  });

  it("does not change a property with the name of a keyword", () => {
    const schema = { properties: { "x-lenient": { type: "string" }, title: { type: "string" } } };
    assert.deepEqual(relax(schema), schema);
  });
});

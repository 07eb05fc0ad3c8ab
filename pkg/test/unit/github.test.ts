// Compares validation with ajv: GitHub's published schemas, and its published example events, valid and changed.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { describe, it } from "node:test";
import { Ajv, type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";
import { compileSchema, type Schema } from "../../src/index.ts";
import { accepts } from "../support/fixtures.ts";

type Json = null | boolean | number | string | Json[] | Members;
type Members = { [key: string]: Json };
type Tree = Json[] | Members;

// Both are read from the installed packages: this project contains no payloads of others.
const require = createRequire(import.meta.url);
const published: {
  $schema: string;
  definitions: Record<string, object>;
  oneOf: { $ref: string }[];
} = require("@octokit/webhooks-schemas");
const groups: { name: string; examples: Json[] }[] = require("@octokit/webhooks-examples");
const examples = groups.flatMap(({ name, examples }) => examples.map((event, n) => ({ name, n, event })));

const ajv = new Ajv({ strict: false, inlineRefs: false, code: { optimize: false } });
addFormats.default(ajv);
ajv.addSchema(published, "github");

function theirs(pointer: string): ValidateFunction {
  const found = ajv.getSchema(`github${pointer}`);
  assert.ok(found, pointer);
  return found;
}

/** The schema of one event: a reference into the published one. */
function ours(definition: string): Schema {
  const { $schema, definitions } = published;
  return compileSchema({ $schema, definitions, $ref: `#/definitions/${definition}` });
}

/** Every object and array of a value with its pointer, the outermost first. */
function* trees(value: Json, path: string[] = []): Iterable<[string[], Tree]> {
  if (value === null || typeof value !== "object") return;
  yield [path, value];
  for (const [key, member] of Object.entries(value)) yield* trees(member, [...path, key]);
}

/** Replacements of a value: one of every other type, and one of the same type that is likely invalid. */
function others(value: Json): Json[] {
  const all: Json[] = [null, true, 7, -0.5, "", "nonsense \u0000", [], [null], {}, { unknown: 1 }];
  return all.filter((other) => JSON.stringify(other) !== JSON.stringify(value));
}

/** Applies changes to a copy, one at a time, and reverts each. Yields the description and the changed value. */
function* broken(event: Json, every: number): Iterable<[what: string, event: Json]> {
  const copy = structuredClone(event);
  let count = 0;
  const due = () => count++ % every === 0;
  for (const [path, tree] of trees(event)) {
    // An array is changed like an object whose keys are numbers.
    const target = path.reduce((at, key) => at[key] as Members, copy as Members);
    const pointer = path.map((key) => `/${key}`).join("");
    for (const [key, value] of Object.entries(tree) as [string, Json][]) {
      if (!Array.isArray(tree) && due()) {
        delete target[key];
        yield [`${pointer}/${key} removed`, copy];
      }
      const kinds = others(value);
      if (due()) {
        target[key] = kinds[count % kinds.length] as Json;
        yield [`${pointer}/${key} changed`, copy];
      }
      target[key] = structuredClone(value);
    }
    if (!Array.isArray(tree) && due()) {
      target["unknown key"] = 1;
      yield [`${pointer} with another key`, copy];
      delete target["unknown key"];
    }
  }
}

/** `uri-template` alone differs: an annotation here, and an assertion in ajv-formats. */
const uriTemplateOnly = (check: ValidateFunction) =>
  check.errors?.every(({ params }) => params.format === "uri-template");

function agree(schema: Schema, check: ValidateFunction, event: Json, what: string): boolean {
  const text = JSON.stringify(event);
  const expected = check(event);
  const found = accepts(schema, text);
  if (found && !expected && uriTemplateOnly(check)) return true;
  assert.equal(
    found,
    expected,
    `${what}: ${JSON.stringify(schema.check(text).slice(0, 3))} ${JSON.stringify(check.errors)}`,
  );
  return found;
}

/** The name of the definition of an event, with or without actions. */
function definitionOf(name: string): string {
  const found = [`${name}_event`, `${name}$event`].find((one) => one in published.definitions);
  assert.ok(found, `${name} has no schema`);
  return found;
}

describe("GitHub's published schemas", () => {
  it("are compiled as a whole, with the results of ajv", () => {
    const schema = compileSchema(published);
    const check = theirs("");
    assert.ok(examples.length > 300, `${examples.length} examples`);
    const fitting = examples.filter(({ name, n, event }) => agree(schema, check, event, `${name} ${n}`));
    // Some examples are outdated and invalid, for ajv, too.
    assert.ok(fitting.length > 200, `${fitting.length} examples fit`);
    // PERF: `oneOf` over every event is slow, so this test has fewer changes than the last one.
    for (const { name, n, event } of fitting) {
      for (const [what, one] of broken(event, 601)) agree(schema, check, one, `${name} ${n}, ${what}`);
    }
    for (const other of [null, [], {}, "event", 1]) {
      assert.equal(agree(schema, check, other, "no event"), false, "no event");
    }
  });

  it("are compiled from any definition", () => {
    // PERF: each compiles all definitions, so only every fourth is tested.
    for (const name of Object.keys(published.definitions).filter((_, n) => n % 4 === 0)) {
      assert.equal(accepts(ours(name), "null"), theirs(`#/definitions/${name}`)(null), name);
    }
  });

  it("have the results of ajv for changed events: many changes of the first example of each event, few of the others", () => {
    let [valid, total] = [0, 0];
    for (const { name, examples } of groups) {
      const definition = definitionOf(name);
      const [schema, check] = [ours(definition), theirs(`#/definitions/${definition}`)];
      const whole = examples.filter((event, n) => agree(schema, check, event, `${name} ${n}`));
      for (const [n, event] of whole.entries()) {
        for (const [what, one] of broken(event, n === 0 ? 9 : 211)) {
          total += 1;
          valid += Number(agree(schema, check, one, `${name} ${n}, ${what}`));
        }
      }
    }
    assert.ok(total > 2000, `${total} changed events`);
    assert.ok(valid > total / 100 && valid < total / 2, `${valid} of ${total} are valid`);
  });
});

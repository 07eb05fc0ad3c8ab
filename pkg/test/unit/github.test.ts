// GitHub's published event schemas as they are, with the published example events, whole and broken, beside ajv.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { describe, it } from "node:test";
import { Ajv, type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";
import { compileSchema, type Schema } from "../../src/index.ts";
import { fits } from "../support/fixtures.ts";

type Json = null | boolean | number | string | Json[] | Members;
type Members = { [key: string]: Json };
type Tree = Json[] | Members;

// They are read from the installed packages: payloads of other people are no part of this project.
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

/** The schema of one event: the published one, entered by a reference. */
function ours(definition: string): Schema {
  const { $schema, definitions } = published;
  return compileSchema({ $schema, definitions, $ref: `#/definitions/${definition}` });
}

/** Every object and array of a value with the way to it, the outermost first. */
function* trees(value: Json, path: string[] = []): Iterable<[string[], Tree]> {
  if (value === null || typeof value !== "object") return;
  yield [path, value];
  for (const [key, member] of Object.entries(value)) yield* trees(member, [...path, key]);
}

/** What a value may be changed into: one of every other type, and one of the same that is unlikely to fit. */
function others(value: Json): Json[] {
  const all: Json[] = [null, true, 7, -0.5, "", "nonsense \u0000", [], [null], {}, { unknown: 1 }];
  return all.filter((other) => JSON.stringify(other) !== JSON.stringify(value));
}

/** Changes made to a copy one at a time and taken back: what is yielded is the broken value, and what was done. */
function* broken(event: Json, every: number): Iterable<[what: string, event: Json]> {
  const copy = structuredClone(event);
  let count = 0;
  const due = () => count++ % every === 0;
  for (const [path, tree] of trees(event)) {
    // An array is an object whose keys are numbers, as far as changing it goes.
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
      target["a key of nobody"] = 1;
      yield [`${pointer} with another key`, copy];
      delete target["a key of nobody"];
    }
  }
}

/** The format that the specification does not name: to us it is an annotation, and ajv-formats asserts it. */
const uriTemplateOnly = (check: ValidateFunction) =>
  check.errors?.every(({ params }) => params.format === "uri-template");

function agree(schema: Schema, check: ValidateFunction, event: Json, what: string): boolean {
  const text = JSON.stringify(event);
  const answer = check(event);
  const found = fits(schema, text);
  if (found && !answer && uriTemplateOnly(check)) return true;
  assert.equal(
    found,
    answer,
    `${what}: ${JSON.stringify(schema.check(text).slice(0, 3))} ${JSON.stringify(check.errors)}`,
  );
  return found;
}

/** The definition of an event: with actions, or without. */
function definitionOf(name: string): string {
  const found = [`${name}_event`, `${name}$event`].find((one) => one in published.definitions);
  assert.ok(found, `${name} has no schema`);
  return found;
}

describe("GitHub's published schemas", () => {
  it("are compiled as they are, whole, and answer as ajv does", () => {
    const schema = compileSchema(published);
    const check = theirs("");
    assert.ok(examples.length > 300, `${examples.length} examples`);
    const fitting = examples.filter(({ name, n, event }) => agree(schema, check, event, `${name} ${n}`));
    // Some have been overtaken by their schemas; to ajv, too.
    assert.ok(fitting.length > 200, `${fitting.length} examples fit`);
    // `oneOf` over every event is the slowest road, so only some of what the next test breaks comes this way.
    for (const { name, n, event } of fitting) {
      for (const [what, one] of broken(event, 601)) agree(schema, check, one, `${name} ${n}, ${what}`);
    }
    for (const other of [null, [], {}, "event", 1]) {
      assert.equal(agree(schema, check, other, "no event"), false, "no event");
    }
  });

  it("are compiled entered at any definition", () => {
    // Each is all of them again, so that every fourth has to do.
    for (const name of Object.keys(published.definitions).filter((_, n) => n % 4 === 0)) {
      assert.equal(fits(ours(name), "null"), theirs(`#/definitions/${name}`)(null), name);
    }
  });

  it("answer as ajv does what is broken: the first example of each event all over, the others here and there", () => {
    let [fitting, judged] = [0, 0];
    for (const { name, examples } of groups) {
      const definition = definitionOf(name);
      const [schema, check] = [ours(definition), theirs(`#/definitions/${definition}`)];
      const whole = examples.filter((event, n) => agree(schema, check, event, `${name} ${n}`));
      for (const [n, event] of whole.entries()) {
        for (const [what, one] of broken(event, n === 0 ? 9 : 211)) {
          judged += 1;
          fitting += Number(agree(schema, check, one, `${name} ${n}, ${what}`));
        }
      }
    }
    assert.ok(judged > 2000, `${judged} broken events`);
    assert.ok(fitting > judged / 100 && fitting < judged / 2, `${fitting} of ${judged} fit`);
  });
});

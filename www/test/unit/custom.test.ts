/** A custom provider is validated as a whole, and each issue is located in its own text. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { CustomProvider } from "../../src/engine/calls.ts";
import { template, templates } from "../../src/views/provider/templates.ts";
import { handlers } from "./page.ts";

// A static import would load the package before the hooks of page.ts are registered.
const { webhook } = await import("hookseal");

const define = (changes: Partial<CustomProvider> = {}, index = 0) =>
  handlers.defineProvider({ ...template(index), ...changes });
const FILE = "order.paid.schema.json";

/** The marked text of each problem, with its code and file. */
function problems(custom: CustomProvider): [code: string, file: string, marked: string, line: number][] {
  const texts = new Map([["", custom.definition], ...custom.schemas]);
  return handlers.defineProvider(custom).problems.map(({ code, file, from, to, span }) => {
    const text = texts.get(file) ?? "";
    assert.equal(text.slice(0, from).split("\n").length, span.line);
    return [code, file, text.slice(from, to), span.line];
  });
}

test("every template is valid, and its signed sample is verified", async (t) => {
  for (const [index, title] of templates.entries())
    await t.test(title, () => {
      const { problems, files, entry, definition } = define({}, index);
      assert.deepEqual(problems, []);
      assert.deepEqual(files, [FILE]);
      assert.equal(entry?.id, "custom");
      const { delivery, secret } = handlers.signSample({ body: template(index).sample });
      const result = handlers.inspect({
        delivery,
        provider: "custom",
        secret,
        encoding: "provider",
        profile: "lenient",
      });
      assert.equal("report" in result && result.report.verdict, "verified");
      assert.equal("signed" in result && result.signed?.isMatch, true);
      // The copied definition is accepted by the package.
      const copied = JSON.parse(definition ?? "");
      assert.equal(copied.events["order.paid"].schema.type, "object");
      assert.equal(webhook(copied, { secrets: [secret] }).provider, copied.id);
    });
});

test("SECURITY: the title of a custom provider never passes for a built-in one", () => {
  const { entry } = define({
    definition:
      '{"id":"painchek","title":"PainChek","envelope":{"type":"/t"},"events":{"a":{"schema":true}}}',
  });
  assert.equal(entry?.title, "PainChek (custom)");
});

test("an issue of the definition is located in provider.json", () => {
  const custom = template(1);
  const definition = custom.definition.replace('"{timestamp}.{body}"', '"nonsense"');
  const [problem] = problems({ ...custom, definition });
  assert.deepEqual(problem?.slice(0, 3), ["definition-invalid", "", '"nonsense"']);
});

test("an issue of a schema is located in the schema", () => {
  const custom = template(0);
  const [[file, schema] = ["", ""]] = custom.schemas;
  const broken = schema.replace('"integer"', '"integral"');
  const [problem] = problems({ ...custom, schemas: [[file, broken]] });
  assert.deepEqual(problem?.slice(1, 3), [FILE, '"integral"']);
});

test("a syntax error is located where it is, in every text", () => {
  const custom = template(0);
  const [broken] = problems({ ...custom, definition: '{\n  "id": "x"\n  "envelope": {}\n}' });
  assert.equal(broken?.[0], "json-syntax");
  assert.equal(broken?.[1], "");
  assert.ok(broken?.[3] === 2 || broken?.[3] === 3);
  const [schema] = problems({ ...custom, schemas: [[FILE, "{"]] });
  assert.deepEqual(schema?.slice(0, 2), ["json-syntax", FILE]);
});

test("a missing schema is an issue at its name", () => {
  const [problem] = problems({ ...template(0), schemas: [] });
  assert.deepEqual(problem?.slice(1, 3), ["", `"${FILE}"`]);
});

test("the last valid definition stays in use", () => {
  const { entry } = define();
  assert.equal(entry?.title, "My provider (custom)");
  const { entry: none } = define({ definition: "{" });
  assert.equal(none, undefined);
  assert.ok(handlers.signSample({ body: template(0).sample }).secret !== "");
});

test("a changed definition is used at once, without a secret to tell it from the one before", () => {
  const inspect = () =>
    handlers.inspect({
      delivery: { headers: [], text: template(0).sample },
      provider: "custom",
      secret: "",
      encoding: "provider",
      profile: "lenient",
    });
  define();
  assert.doesNotMatch(JSON.stringify(inspect()), /nothing_of_that/);
  define({ schemas: [[FILE, '{ "required": ["nothing_of_that"] }']] });
  assert.match(JSON.stringify(inspect()), /nothing_of_that/);
});

test("names that objects inherit are names like others", () => {
  const { problems, files } = handlers.defineProvider({
    definition:
      '{"id":"odd","envelope":{"type":"/t"},"events":{"__proto__":{"schema":"__proto__"},"constructor":{"schema":"toString"}}}',
    schemas: [
      ["__proto__", "true"],
      ["toString", "true"],
    ],
    sample: "",
  });
  assert.deepEqual(problems, []);
  assert.deepEqual(files, ["__proto__", "toString"]);
});

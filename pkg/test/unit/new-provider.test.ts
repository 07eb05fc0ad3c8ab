// The guide for new providers: its ten steps give a definition with which its own test passes, and each step is needed.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { compileSchema } from "../../src/index.js";

const root = new URL("../../../", import.meta.url);
const page = readFileSync(new URL("docs/new-provider.md", root), "utf8");

/** The code blocks of a step. */
function blocks(step: number): { language: string; code: string }[] {
  const [, text] =
    new RegExp(`\\n## ${step}\\. [^\\n]*\\n(.*?)(?=\\n## )`, "s").exec(page) ?? assert.fail(`step ${step}`);
  return [...(text as string).matchAll(/```(\w+)\n(.*?)\n```/gs)].map(([, language, code]) => ({
    language: language as string,
    code: code as string,
  }));
}

const SAMPLE_STEP = 2;
const TEST_STEP = 10;
type Json = { [key: string]: unknown };

/** The definition of the steps, without one of them. */
function definition(without?: number): Json {
  const all: Json = {};
  for (let step = 1; step < TEST_STEP; step++) {
    if (step === SAMPLE_STEP || step === without) continue;
    const [block] = blocks(step);
    for (const [key, value] of Object.entries(JSON.parse(block?.code ?? "") as Json)) {
      const isPart = key === "signature" && all[key] !== undefined;
      all[key] = isPart ? { ...(all[key] as Json), ...(value as Json) } : value;
    }
  }
  return all;
}

describe("the guide for a new provider", () => {
  const folder = fileURLToPath(new URL("node_modules/.hookseal-new-provider/", root));
  before(() => mkdirSync(folder, { recursive: true }));
  after(() => rmSync(folder, { recursive: true }));

  /** Runs the test of the guide with a definition. */
  function passes(json: Json): boolean {
    writeFileSync(`${folder}acme.json`, JSON.stringify(json));
    writeFileSync(`${folder}acme-body.json`, blocks(SAMPLE_STEP)[0]?.code ?? "");
    writeFileSync(`${folder}acme.test.mjs`, blocks(TEST_STEP)[0]?.code ?? "");
    const env = { ...process.env };
    // Set by the runner of this test, whose protocol the inner one would speak.
    delete env.NODE_TEST_CONTEXT;
    const { status, stdout } = spawnSync(process.execPath, ["--test", "acme.test.mjs"], {
      cwd: folder,
      env,
      encoding: "utf8",
    });
    assert.match(stdout, /^# pass \d|^ℹ pass \d/m);
    return status === 0;
  }

  it("has ten steps that end in a test that passes", () => assert.ok(passes(definition())));

  // Steps 1 and 6 describe and repeat the default.
  for (const step of [3, 4, 5, 7, 8, 9]) {
    it(`needs step ${step}`, () => assert.equal(passes(definition(step)), false));
  }

  it("has a definition that is valid by the schema that editors get", () => {
    const schema = compileSchema(
      JSON.parse(readFileSync(new URL("pkg/dist/definition.schema.json", root), "utf8")),
    );
    const errors = (json: Json) =>
      schema.check(JSON.stringify(json)).filter(({ severity }) => severity === "error");
    assert.deepEqual(errors(definition()), []);
    assert.equal(errors({ ...definition(), signatures: {} }).length, 1);
    const { $schema } = definition() as { $schema: string };
    const { exports } = JSON.parse(readFileSync(new URL("pkg/package.json", root), "utf8"));
    assert.equal($schema, exports["./definition.schema.json"].replace("./", "./node_modules/hookseal/"));
  });
});

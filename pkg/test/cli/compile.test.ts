// The command `compile`: what it writes, read by the package; and its errors.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { type CompiledProvider, webhook } from "../../src/index.ts";
import { file, folder, run, usageError } from "./command.ts";

const DEFINITION = {
  id: "mine",
  title: "Mine",
  signature: { header: "X-Mine", format: "sha256={hex}", algorithms: ["sha256"] },
  envelope: { type: "/type" },
  events: {
    ping: { schema: "ping.schema.json" },
    pong: {
      revisions: [
        { name: "R1", when: "/new", schema: "ping.schema.json" },
        { name: "R0", schema: true },
      ],
    },
  },
};
const definition = file("mine.json", JSON.stringify(DEFINITION));
file(
  "ping.schema.json",
  JSON.stringify({ type: "object", required: ["count"], properties: { count: { minimum: 1 } } }),
);

function assertWorks(compiled: CompiledProvider): void {
  assert.equal(compiled.id, "mine");
  const hook = webhook(compiled, { secrets: ["a secret of the subscription"] });
  assert.equal(hook.verify(hook.sign('{"type":"ping","count":1}')).type, "ping");
  const checked = hook.check(hook.sign('{"type":"ping","count":0}'));
  assert.equal(checked.ok, false);
  assert.equal(!checked.ok && checked.error.issues[0]?.code, "minimum");
  assert.equal(hook.verify(hook.sign('{"type":"pong","new":1,"count":2}')).revision, "R1");
  assert.equal(hook.verify(hook.sign('{"type":"pong"}')).revision, "R0");
}

describe("hookseal compile", () => {
  it("writes an ES module, a CommonJS module or JSON, by the extension", async () => {
    for (const name of ["mine.mjs", "mine.cjs", "mine.compiled.json"]) {
      const { code, out, err } = run(["compile", definition, "--out", name]);
      assert.equal(code, 0, err);
      assert.equal(out, "");
      assert.match(err, new RegExp(`^${name} written, \\d+ bytes\\.`));
    }
    const path = (name: string) => join(folder, name);
    assertWorks((await import(pathToFileURL(path("mine.mjs")).href)).default);
    assertWorks(createRequire(import.meta.url)(path("mine.cjs")));
    assertWorks(JSON.parse(readFileSync(path("mine.compiled.json"), "utf8")));
  });

  it("writes to standard output, and replaces a file of before", () => {
    assert.match(run(["compile", definition]).out, /^\/\/ .*\n.*\nexport default \{\n {2}"hookseal"/);
    assert.match(run(["compile", definition, "--as", "cjs"]).out, /module\.exports = \{/);
    assertWorks(JSON.parse(run(["compile", definition, "--as", "json"]).out));
    file("old.json", "old");
    assert.equal(run(["compile", definition, "--out", "old.json"]).code, 0);
    assertWorks(JSON.parse(readFileSync(join(folder, "old.json"), "utf8")));
  });

  it("compiles a definition of this repository as it is", () => {
    const source = new URL("../../../providers/painchek/provider.json", import.meta.url).pathname;
    const compiled = JSON.parse(run(["compile", source, "--as", "json"]).out);
    const hook = webhook(compiled, { unsigned: "allow" });
    const body = readFileSync(
      new URL("../../../providers/painchek/samples/assessment_add.nrs.json", import.meta.url),
    );
    const delivery = { headers: {}, body };
    assert.deepEqual(hook.inspect(delivery), webhook("painchek", { unsigned: "allow" }).inspect(delivery));
  });

  it("names what is wrong", () => {
    assert.match(usageError(["compile", "none.json"]), /none\.json cannot be read/);
    assert.match(usageError(["compile", definition, "--out", definition]), /is the definition itself/);
    assert.match(
      usageError(["compile", definition, "--out", "mine.txt"]),
      /Expected \.js, \.mjs, \.cjs or \.json/,
    );
    const lost = file(
      "lost.json",
      JSON.stringify({ ...DEFINITION, events: { ping: { schema: "lost.schema.json" } } }),
    );
    assert.match(usageError(["compile", lost]), /lost\.schema\.json cannot be read/);
    const wrong = file(
      "wrong.json",
      JSON.stringify({ ...DEFINITION, events: { ping: { schema: { type: "text" } } } }),
    );
    assert.match(usageError(["compile", wrong]), /\/events\/ping\/schema\/type/);
    assert.match(usageError(["compile", file("empty.json", "")]), /is not valid JSON/);
    assert.match(usageError(["compile", file("null.json", "null")]), /Invalid provider definition/);
  });
});

// A runtime without a feature that the package needs: workerd, which does not compile bytes.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { Running } from "./harness.ts";
import { folder, workerd } from "./hosts.ts";

describe("a worker that loads the package by require()", () => {
  let running: Running;
  before(async () => {
    const project = folder("refused");
    writeFileSync(
      join(project, "worker.js"),
      `import module from "hookseal/core.wasm";
import * as slim from "hookseal/slim";
const { painchek } = require("hookseal");
export default {
  async fetch(request) {
    try {
      const made = request.url.endsWith("/slim") ? (await slim.init(module), slim.painchek) : painchek;
      return new Response(made({ secrets: ["a secret of the subscription"] }).provider);
    } catch (error) {
      return new Response(error.message);
    }
  },
};
`,
    );
    running = await workerd(project, "worker.js");
  });
  after(() => running?.stop());

  const textOf = async (path: string) => await (await fetch(`${running.url}${path}`)).text();

  it("throws an error about forbidden code generation, with the fix", async () => {
    assert.match(await textOf("/"), /does not let hookseal compile WebAssembly.*`import`.*hookseal\/slim/);
  });

  it("works with the fix", async () => {
    assert.equal(await textOf("/slim"), "painchek");
  });
});

// A runtime without a feature that the package needs: workerd, which does not compile bytes.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { EXPLAINED, EXPLAINING_PROGRAM, MISSING } from "../support/explaining.ts";
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

describe("a worker that loads the package by import", () => {
  /** Starts a worker that verifies a delivery, and explains it after a change. */
  const start = async (name: string, imports: string) => {
    const project = folder(name);
    writeFileSync(
      join(project, "worker.js"),
      `${imports}
import { painchek } from "hookseal";
export default {
  async fetch() {
    ${EXPLAINING_PROGRAM}
    return new Response(results.join(" "));
  },
};
`,
    );
    return await workerd(project, "worker.js");
  };
  for (const [name, imports, expected] of [
    ["explains with `hookseal/full`", 'import "hookseal/full";', EXPLAINED],
    ["verifies without it, and names it", "", MISSING],
  ] as const) {
    it(name, async () => {
      const running = await start(imports === "" ? "light" : "full", imports);
      try {
        assert.match(await (await fetch(running.url)).text(), expected);
      } finally {
        await running.stop();
      }
    });
  }
});

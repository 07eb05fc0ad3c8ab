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
    const hook = painchek({ secrets: ["a secret of the subscription"] });
    const uuid = crypto.randomUUID();
    const { headers, body } = hook.create("assessment_add", { uuid, patient: crypto.randomUUID() });
    const verified = hook.verify({ headers, body });
    const changed = new TextDecoder().decode(body).replaceAll('":', '": ');
    let explained;
    try {
      explained = hook.explain({ headers, body: changed }).matches.map(({ code }) => code).join();
    } catch (error) {
      explained = error.code + " " + error.message.includes('import "hookseal/full"');
    }
    const values = [verified.event.data.uuid === uuid, hook.check({ headers, body: changed }).ok, explained];
    return new Response(values.join());
  },
};
`,
    );
    return await workerd(project, "worker.js");
  };
  for (const [name, imports, expected] of [
    ["explains with `hookseal/full`", 'import "hookseal/full";', "true,false,body-compact"],
    ["verifies without it, and names it", "", "true,false,full-missing true"],
  ] as const) {
    it(name, async () => {
      const running = await start(imports === "" ? "light" : "full", imports);
      try {
        assert.equal(await (await fetch(running.url)).text(), expected);
      } finally {
        await running.stop();
      }
    });
  }
});

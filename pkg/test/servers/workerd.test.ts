// A runtime that does not compile bytes, workerd: the package brings the compiled module, by `import` and by `require()`.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { EXPLAINED, EXPLAINING_PROGRAM, MISSING } from "../support/explaining.ts";
import { folder, workerd } from "./hosts.ts";

const IMPORT = 'import { painchek } from "hookseal";\n';
const REQUIRE = 'const { painchek } = require("hookseal");\n';

describe("a worker that loads the package", () => {
  /** Starts a worker that verifies a delivery, and explains it after a change. */
  const start = async (name: string, imports: string) => {
    const project = folder(name);
    writeFileSync(
      join(project, "worker.js"),
      `${imports}
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
    ["explains with `hookseal/full`", `${IMPORT}import "hookseal/full";`, EXPLAINED],
    ["verifies without it, and names it", IMPORT, MISSING],
    ["explains with `hookseal/full`, by require()", `${REQUIRE}require("hookseal/full");`, EXPLAINED],
    ["verifies by require()", REQUIRE, MISSING],
    ["shares one core with what is loaded by the other way", `${IMPORT}require("hookseal/full");`, EXPLAINED],
  ] as const) {
    it(name, async () => {
      const running = await start(name.replace(/\W+/g, "-"), imports);
      try {
        assert.match(await (await fetch(running.url)).text(), expected);
      } finally {
        await running.stop();
      }
    });
  }
});

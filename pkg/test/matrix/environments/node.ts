/** Releases of Node.js: by import, by `require()`, and ES modules by `require()`. */
import type { Environment } from "../environment.ts";
import { check, program } from "../program.ts";

const OPTIONS = { full: true, publicKey: "platform" } as const;

export const NODE: Environment[] = [20, 22, 24, 26].map((major) => ({
  name: `node-${major}`,
  title: `Node.js ${major}`,
  covers: "`import`, `require()`, `require()` of an ES module",
  // The other tests run in one version, which is often 20 or 24.
  isQuick: major === 22 || major === 26,
  async run(project) {
    const version = await project.useNode(major);
    await project.install();
    project.write({
      "esm.mjs": `${program(OPTIONS)}console.log(result());\n`,
      "cjs.cjs": `${program({ ...OPTIONS, isCommonJs: true })}console.log(exports.result());\n`,
      "module.mjs": program(OPTIONS),
      "required.cjs": 'console.log(require("./module.mjs").result());\n',
    });
    for (const script of ["esm.mjs", "cjs.cjs", "required.cjs"]) {
      check(await project.run("node", [script]), OPTIONS);
    }
    return version;
  },
}));

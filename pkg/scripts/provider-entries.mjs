// Writes `hookseal/providers/ID`: one compiled provider each, from the file that has all of them. A bundler takes that one alone.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** @param {string} pkg the folder of the package */
export function providerEntries(pkg) {
  const catalog = readFileSync(join(pkg, "src/generated/catalog.ts"), "utf8");
  const { version } = JSON.parse(readFileSync(join(pkg, "package.json"), "utf8"));
  for (const format of ["esm", "cjs"]) mkdirSync(join(pkg, "dist", format, "providers"), { recursive: true });
  for (const [, id, name] of catalog.matchAll(/^ {2}"([a-z0-9-]+)": (\w+),$/gm)) {
    const provider = `{ hookseal: "${version}", id: "${id}", compiled }`;
    const declared = `import type { CompiledProvider } from "../../cjs/compiled.js";\ndeclare const provider: CompiledProvider<"${id}">;\n`;
    const file = (/** @type {string} */ path) =>
      join(pkg, "dist", path.replace("ID", /** @type {string} */ (id)));
    writeFileSync(
      file("esm/providers/ID.js"),
      `import { ${name} as compiled } from "../generated/catalog.js";\nexport default ${provider};\n`,
    );
    writeFileSync(
      file("cjs/providers/ID.js"),
      `"use strict";\nconst { ${name}: compiled } = require("../generated/catalog.js");\nmodule.exports = ${provider};\n`,
    );
    writeFileSync(file("esm/providers/ID.d.ts"), `${declared}export default provider;\n`);
    writeFileSync(file("cjs/providers/ID.d.ts"), `${declared}export = provider;\n`);
  }
}

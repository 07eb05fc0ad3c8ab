/** The declarations that are published: each file compiles by itself, also those that no entry leads to. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { it } from "node:test";
import { root, run } from "../support/project.ts";

for (const format of ["esm", "cjs"]) {
  it(`compiles every declaration of ${format}, none of which uses an internal name`, () => {
    const folder = join(root, "pkg/dist", format);
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) =>
      file.endsWith(".d.ts"),
    );
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    const strict = ["--ignoreConfig", "--strict", "--noEmit", "--skipLibCheck", "false", "--types", "node"];
    const target = ["--module", "nodenext", "--target", "es2022", "--lib", "es2023,dom"];
    run(process.execPath, [tsc, ...strict, ...target, ...files.map((file) => join(folder, file))], root);
  });
}

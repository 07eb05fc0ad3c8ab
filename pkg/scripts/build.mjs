// Makes pkg/dist from pkg/src: the library, with declarations, and the command in one file.
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { command } from "./command.mjs";
import { consolePage } from "./console.mjs";
import { library } from "./library.mjs";
import { providerEntries } from "./provider-entries.mjs";
import { publishedReadme } from "./readme.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const pkg = join(root, "pkg");
const dist = join(pkg, "dist");

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
await library(pkg);
await build(command(root));
await consolePage(root, join(dist, "console"));
cpSync(join(root, "src/provider/definition.schema.json"), join(dist, "definition.schema.json"));
chmodSync(join(dist, "cli.cjs"), 0o755);

const tsc = spawnSync(
  process.execPath,
  [join(root, "node_modules/typescript/bin/tsc"), "--project", join(pkg, "tsconfig.json")],
  { stdio: "inherit" },
);
if (tsc.status !== 0) process.exit(1);
// All of index.ts has the types of api.ts: a function with the module is the same function.
writeFileSync(join(dist, "cjs", "index.d.ts"), 'export * from "./api.js";\n');
const { entries, published } = declarations(join(dist, "cjs"));
for (const name of readdirSync(join(dist, "cjs"), { recursive: true, encoding: "utf8" }))
  if (name.endsWith(".d.ts") && !published.has(name)) rmSync(join(dist, "cjs", name));
// Each type is declared once, in CommonJS, from which ES modules can export it. The playground imports the core.
for (const name of [...entries, "core.d.ts"])
  writeFileSync(join(dist, "esm", name), `export * from "../cjs/${name.replace(".d.ts", ".js")}";\n`);
providerEntries(pkg);
// What a bundler or a Worker imports from `hookseal/core.wasm`: a module, by the shape that `init` takes.
writeFileSync(
  join(dist, "wasm.d.ts"),
  'import type { CoreModule } from "./cjs/index.js";\ndeclare const module: CoreModule;\nexport default module;\n',
);
writeFileSync(join(dist, "cjs", "package.json"), '{ "type": "commonjs" }\n');

// npm packs only files below the package's folder.
for (const name of ["LICENSE-APACHE", "LICENSE-MIT"]) cpSync(join(root, name), join(pkg, name));
const { repository } = JSON.parse(readFileSync(join(pkg, "package.json"), "utf8"));
writeFileSync(
  join(pkg, "README.md"),
  publishedReadme(
    readFileSync(join(root, "README.md"), "utf8"),
    repository?.url?.replace(/^git\+|\.git$/g, ""),
  ),
);

/** The declarations of the entries, and those that they lead to. @param {string} folder */
function declarations(folder) {
  const { exports } = JSON.parse(readFileSync(join(pkg, "package.json"), "utf8"));
  const entries = Object.values(exports)
    .flatMap((entry) => entry.require?.types ?? [])
    .filter((path) => !path.includes("*"))
    .map((path) => relative(folder, join(pkg, path)));
  /** @type {Set<string>} */
  const published = new Set(entries);
  for (const name of published) {
    const text = readFileSync(join(folder, name), "utf8");
    for (const [, path] of text.matchAll(/\b(?:from|import)\s*\(?"(\.[^"]+)\.js"/g))
      published.add(join(dirname(name), `${path}.d.ts`));
  }
  return { entries, published };
}

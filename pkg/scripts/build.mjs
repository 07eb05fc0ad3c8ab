// Makes pkg/dist from pkg/src: one file each, twice (ES modules and CommonJS), with declarations; and the
// command in one file.
//
// Of the library nothing is bundled. So all entries of one kind share one core, and a bundler sees every edge.
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { command } from "./command.mjs";
import { constants } from "./constants.mjs";
import { publishedReadme } from "./readme.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const pkg = join(root, "pkg");
const dist = join(pkg, "dist");
const src = join(pkg, "src");

/** Entries that import a `.wasm` file: only ES modules can. */
const WASM_ENTRIES = new Set(["workerd.ts", "edge-light.ts"]);

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
for (const name of ["core.wasm", "full.wasm"]) cpSync(join(src, "generated", name), join(dist, name));

const sources = readdirSync(src, { recursive: true, encoding: "utf8" })
  .filter((name) => /\.(ts|js)$/.test(name) && !name.endsWith(".d.ts") && !/^cli[\\/]/.test(name))
  .sort();
for (const format of /** @type {const} */ (["esm", "cjs"])) {
  await build({
    entryPoints: sources
      .filter((name) => format === "esm" || !WASM_ENTRIES.has(name))
      .map((name) => join(src, name)),
    outbase: src,
    outdir: join(dist, format),
    format,
    target: "es2022",
    platform: "neutral",
    legalComments: "none",
    logLevel: "warning",
    plugins: [constants(src)],
  });
}

await build(command(root));
chmodSync(join(dist, "cli.cjs"), 0o755);

const tsc = spawnSync(
  process.execPath,
  [join(root, "node_modules/typescript/bin/tsc"), "--project", join(pkg, "tsconfig.json")],
  { stdio: "inherit" },
);
if (tsc.status !== 0) process.exit(1);
for (const name of readdirSync(join(dist, "esm"), { recursive: true, encoding: "utf8" })) {
  if (name.endsWith(".d.ts")) cpSync(join(dist, "esm", name), join(dist, "cjs", name));
}
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

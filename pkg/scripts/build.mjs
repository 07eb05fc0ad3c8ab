// Makes pkg/dist from pkg/src: one file each, twice (ES modules and CommonJS), with declarations; and the
// command in one file.
//
// Of the library nothing is bundled. So all entries of one kind share one core, and a bundler sees every edge. Both kinds share
// the texts of the modules, which are scripts.
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

/**
 * The module files are beside the folders of the library. In CommonJS, Node loads the text of a module only where there is no
 * such file: elsewhere than in Node, and in bundles.
 * @param {"esm" | "cjs"} format @returns {import("esbuild").Plugin}
 */
function modules(format) {
  const folder = "../text/";
  return {
    name: "modules",
    setup(build) {
      build.onLoad({ filter: /[\\/]src[\\/]beside\.ts$/ }, ({ path }) => {
        let contents = replaceOnce(readFileSync(path, "utf8"), '"./generated/"', '"../"');
        if (format === "cjs") {
          const url =
            'builtin<{ pathToFileURL(path: string): URL }>("node:url")?.pathToFileURL?.(__filename).href';
          contents = replaceOnce(contents, "import.meta.url", url);
        }
        return { contents, loader: "ts" };
      });
      build.onLoad({ filter: /[\\/]src[\\/](core|full)-module\.ts$/ }, ({ path }) => {
        const contents = replaceOnce(readFileSync(path, "utf8"), "./generated/text/", folder);
        if (format === "esm") return { contents, loader: "ts" };
        const [, name] = /(core|full)-module/.exec(path) ?? [];
        return {
          contents: `
            import { fileBeside } from "./beside.js";
            import { moduleOfText } from "./text.js";
            export const loadModule = () => {
              const file = fileBeside("${name}");
              if (file !== undefined) return file;
              require("${folder}${name}.js");
              return moduleOfText("${name}");
            };`,
          loader: "ts",
        };
      });
    },
  };
}

/** @param {string} text @param {string} from @param {string} to */
function replaceOnce(text, from, to) {
  if (text.split(from).length !== 2) throw new Error(`Expected once: ${from}`);
  return text.replace(from, to);
}

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
for (const name of ["core.wasm", "full.wasm"]) cpSync(join(src, "generated", name), join(dist, name));

mkdirSync(join(dist, "text"));
for (const name of ["core.js", "full.js"])
  cpSync(join(src, "generated/text", name), join(dist, "text", name));
writeFileSync(join(dist, "text", "package.json"), '{ "type": "commonjs" }\n');

const sources = readdirSync(src, { recursive: true, encoding: "utf8" })
  .filter(
    (name) =>
      /\.(ts|js)$/.test(name) && !name.endsWith(".d.ts") && !/^(cli|generated[\\/]text)[\\/]/.test(name),
  )
  .sort();
for (const format of /** @type {const} */ (["esm", "cjs"])) {
  await build({
    entryPoints: sources.map((name) => join(src, name)),
    outbase: src,
    outdir: join(dist, format),
    format,
    target: "es2022",
    platform: "neutral",
    legalComments: "none",
    logLevel: "warning",
    plugins: [modules(format), constants(src)],
  });
}

// Cloudflare Workers compile a module when a worker is deployed, and never bytes. Vercel's edge runtime does so, too, and marks
// its modules. Only ES modules can import a module.
for (const [runtime, mark] of [
  ["workerd", ""],
  ["edge-light", "?module"],
]) {
  for (const [entry, name] of [
    ["index", "core"],
    ["full", "full"],
  ]) {
    const code = readFileSync(join(dist, "esm", `${entry}.js`), "utf8");
    const file = `${name}-module.${runtime}.js`;
    writeFileSync(join(dist, "esm", `${entry}.${runtime}.js`), replaceOnce(code, `${name}-module.js`, file));
    writeFileSync(
      join(dist, "esm", file),
      `import module from "../${name}.wasm${mark}";\nexport const loadModule = () => module;\n`,
    );
  }
}

await build(command(root));
chmodSync(join(dist, "cli.cjs"), 0o755);

const tsc = spawnSync(
  process.execPath,
  [join(root, "node_modules/typescript/bin/tsc"), "--project", join(pkg, "tsconfig.json")],
  { stdio: "inherit" },
);
if (tsc.status !== 0) process.exit(1);
// All of index.ts has the types of api.ts: a function with the module is the same function.
writeFileSync(join(dist, "esm", "index.d.ts"), 'export * from "./api.js";\n');
for (const name of ["core", "full"]) rmSync(join(dist, "esm", `${name}-module.d.ts`));
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

// Makes the library of pkg/dist: ES modules, and CommonJS from them. Each entry is a file, and code that several entries need is
// in chunks. So all entries of one kind share one core, a bundler sees what an import needs, and a new process reads few files:
// with a file for each source it took a quarter longer to start.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { build, transform } from "esbuild";
import { constants } from "./constants.mjs";

/** Entries that package.json does not export: the generated files and the playground import them. */
const INTERNAL_ENTRIES = ["core", "loading", "runtime"];

/** Files that are not part of a chunk: those that a runtime replaces, and the glue, which the tests of the playground replace. */
const SEPARATE = /^\.\.?\/((?:index|(?:core|full)-module|generated\/glue)\.js)$/;

/** @param {string} pkg the folder of the package */
export async function library(pkg) {
  const src = join(pkg, "src");
  const dist = join(pkg, "dist");
  const { exports } = JSON.parse(readFileSync(join(pkg, "package.json"), "utf8"));
  const entries = Object.values(exports).flatMap((entry) => entry.import?.default ?? []);
  const names = [...entries.map((path) => basename(path, ".js")), ...INTERNAL_ENTRIES];
  for (const format of /** @type {const} */ (["esm", "cjs"])) {
    const { outputFiles } = await build({
      // The bundler names chunks by paths: from here, wherever the build was started.
      absWorkingDir: pkg,
      entryPoints: names.map((name) => join(src, `${name}.ts`)),
      outbase: src,
      outdir: join(dist, format),
      chunkNames: "chunk-[hash]",
      bundle: true,
      splitting: true,
      write: false,
      format: "esm",
      target: "es2022",
      platform: "neutral",
      external: ["node:*", "bullmq"],
      legalComments: "none",
      logLevel: "warning",
      plugins: [separate(), packageFile(format), constants(src)],
    });
    for (const { path, text } of outputFiles) await write(path, text, format);
    const glue = readFileSync(join(src, "generated/glue.js"), "utf8");
    await write(join(dist, format, "generated/glue.js"), glue, format);
  }
  modules(dist);
}

/** Writes a file of the library. @param {string} path @param {string} code @param {"esm" | "cjs"} format */
async function write(path, code, format) {
  mkdirSync(dirname(path), { recursive: true });
  const options = /** @type {const} */ ({ format, target: "es2022", legalComments: "none" });
  writeFileSync(path, (await transform(code, options)).code);
}

/** Leaves imports of separate files as they are, from the folder of the chunks. @returns {import("esbuild").Plugin} */
function separate() {
  return {
    name: "separate",
    setup(build) {
      build.onResolve({ filter: SEPARATE }, ({ path }) => {
        const [, name] = SEPARATE.exec(path) ?? [];
        return { path: `./${name}`, external: true };
      });
    },
  };
}

/**
 * The modules are in the folder above the library's. CommonJS has no `import.meta`.
 * @param {"esm" | "cjs"} format @returns {import("esbuild").Plugin}
 */
function packageFile(format) {
  return {
    name: "package-file",
    setup(build) {
      build.onLoad({ filter: /[\\/]src[\\/]package-file\.ts$/ }, ({ path }) => {
        const url =
          'builtin<{ pathToFileURL(path: string): URL }>("node:url")?.pathToFileURL?.(__filename).href';
        const contents = replaceOnce(readFileSync(path, "utf8"), '"./generated/"', '"../"');
        return {
          contents: format === "esm" ? contents : replaceOnce(contents, "import.meta.url", url),
          loader: "ts",
        };
      });
    },
  };
}

/** Writes the modules as files and as texts, and the files of the library that load them. @param {string} dist */
function modules(dist) {
  const generated = join(dist, "../src/generated");
  mkdirSync(join(dist, "text"), { recursive: true });
  // The texts are scripts, which ES modules and CommonJS share.
  writeFileSync(join(dist, "text/package.json"), '{ "type": "commonjs" }\n');
  for (const name of ["core", "full"]) {
    cpSync(join(generated, `${name}.wasm`), join(dist, `${name}.wasm`));
    cpSync(join(generated, `text/${name}.js`), join(dist, `text/${name}.js`));
    writeFileSync(
      join(dist, `esm/${name}-module.js`),
      `import "../text/${name}.js";
import { moduleOfText } from "./loading.js";
export const loadModule = () => moduleOfText("${name}");
`,
    );
    // Node loads the text only where there is no such file: in bundles.
    writeFileSync(
      join(dist, `cjs/${name}-module.js`),
      `"use strict";
const { packageFile, moduleOfText } = require("./loading.js");
exports.loadModule = () => {
  const file = packageFile("${name}");
  if (file !== undefined) return file;
  require("../text/${name}.js");
  return moduleOfText("${name}");
};
`,
    );
    // Cloudflare Workers compile a module when a worker is deployed, and never bytes. Vercel's edge runtime does so, too, and
    // marks its modules. Only ES modules can import a module.
    const entry = name === "core" ? "index" : name;
    const code = readFileSync(join(dist, `esm/${entry}.js`), "utf8");
    for (const [runtime, mark] of [
      ["workerd", ""],
      ["edge-light", "?module"],
    ]) {
      const file = `${name}-module.${runtime}.js`;
      writeFileSync(join(dist, `esm/${entry}.${runtime}.js`), replaceOnce(code, `${name}-module.js`, file));
      writeFileSync(
        join(dist, "esm", file),
        `import module from "../${name}.wasm${mark}";\nexport const loadModule = () => module;\n`,
      );
    }
  }
}

/** @param {string} text @param {string} from @param {string} to */
function replaceOnce(text, from, to) {
  if (text.split(from).length !== 2) throw new Error(`Expected once: ${from}`);
  return text.replace(from, to);
}

// Makes the library of pkg/dist: ES modules, and CommonJS from them. Each entry is a file, the sources that entries share are in
// a few shared files, and the rest is in chunks. So all entries of one kind share one core, and a new process reads few files.
// A bundler takes from a shared file what an import needs.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { build, transform } from "esbuild";
import { SAMPLES, samplesScript, sharedSamples } from "./command.mjs";
import { constants } from "./constants.mjs";

/** Entries that package.json does not export: the generated files import them. */
const INTERNAL_ENTRIES = ["loading", "runtime"];

/** Files that are not part of a chunk: those that a runtime replaces, and the glue, which the tests of the playground replace. */
const SEPARATE =
  /^\.\.?\/((?:index|runtime|(?:core|full|public-key|ed25519)-module|generated\/(?:glue|catalog))\.js)$/;

/** @param {string} pkg the folder of the package */
export async function library(pkg) {
  const src = join(pkg, "src");
  const dist = join(pkg, "dist");
  const { exports } = JSON.parse(readFileSync(join(pkg, "package.json"), "utf8"));
  const entries = Object.values(exports)
    .flatMap((entry) => entry.import?.default ?? [])
    .filter((path) => !path.includes("*"));
  const names = [...entries.map((path) => basename(path, ".js")), ...INTERNAL_ENTRIES];
  const shared = await sharedFiles(src);
  for (const format of /** @type {const} */ (["esm", "cjs"])) {
    const options = settings(pkg, format);
    const results = [];
    for (const [file, sources] of shared) {
      const others = new Map([...shared].filter(([name]) => name !== file));
      const contents = sources.map((path) => `export * from ${JSON.stringify(path)};`).join("\n");
      results.push(
        await build({
          ...options,
          stdin: { contents, resolveDir: src },
          outfile: join(dist, format, file),
          plugins: [separate(), fromShared(others), ...options.plugins],
        }),
      );
    }
    results.push(
      await build({
        ...options,
        entryPoints: names.map((name) => join(src, `${name}.ts`)),
        outbase: src,
        outdir: join(dist, format),
        chunkNames: "chunk-[hash]",
        splitting: true,
        plugins: [separate(), fromShared(shared), ...options.plugins],
      }),
    );
    const files = results.flatMap(({ outputFiles }) => outputFiles);
    for (const { path, text } of files) await write(path, text, format, true);
    // The playground calls the core.
    await write(join(dist, format, "core.js"), 'export * from "./webhook.js";\n', format);
    const glue = readFileSync(join(src, "generated/glue.js"), "utf8");
    await write(join(dist, format, "generated/glue.js"), glue, format);
    const catalog = readFileSync(join(src, "generated/catalog.ts"), "utf8");
    const { code } = await transform(catalog, { loader: "ts" });
    await write(join(dist, format, "generated/catalog.js"), code, format);
  }
  writeFileSync(join(dist, SAMPLES), samplesScript(join(pkg, "..")).code);
  modules(dist);
}

/** @param {string} pkg @param {"esm" | "cjs"} format */
function settings(pkg, format) {
  return /** @satisfies {import("esbuild").BuildOptions} */ ({
    // The bundler names chunks by paths: from here, wherever the build was started.
    absWorkingDir: pkg,
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    platform: "neutral",
    external: ["node:*", "bullmq"],
    legalComments: "none",
    // For the second step, which minifies.
    sourcemap: "inline",
    sourcesContent: false,
    logLevel: "warning",
    plugins: [
      packageFile(format),
      constants(join(pkg, "src")),
      sharedSamples(join(pkg, ".."), `../${SAMPLES}`),
    ],
  });
}

/** The sources that nearly every entry needs. They have no side effects, so a bundler drops what is not used. */
const BASE = ["builtin", "bytes", "error", "random", "store"];

/** The shared files, with their sources: what all entries need, and what calls the core. @param {string} src */
async function sharedFiles(src) {
  const base = await sourcesOf(src, BASE);
  const others = await sourcesOf(src, ["memory-store", "runtime"]);
  const api = await sourcesOf(src, ["api"]);
  const isOther = new Set([...base, ...others, join(src, "api.ts")]);
  return new Map([
    ["base.js", base],
    ["webhook.js", api.filter((path) => !isOther.has(path))],
  ]);
}

/** The sources that these sources consist of, without separate files. @param {string} src @param {string[]} names */
async function sourcesOf(src, names) {
  const { metafile } = await build({
    absWorkingDir: src,
    entryPoints: names.map((name) => `${name}.ts`),
    outdir: src,
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "neutral",
    plugins: [separate()],
  });
  return Object.keys(metafile.inputs)
    .map((path) => join(src, path))
    .sort();
}

/** Replaces the imports of sources by imports of the shared files. @param {Map<string, string[]>} shared @returns {import("esbuild").Plugin} */
function fromShared(shared) {
  const files = new Map([...shared].flatMap(([file, sources]) => sources.map((path) => [path, `./${file}`])));
  return {
    name: "from-shared",
    setup(build) {
      build.onResolve({ filter: /^\.\.?\// }, ({ path, resolveDir, kind }) => {
        if (kind === "entry-point") return undefined;
        const file = files.get(join(resolveDir, path).replace(/\.js$/, ".ts"));
        return file === undefined ? undefined : { path: file, external: true };
      });
    },
  };
}

/** What tells bundlers that an unused call can be dropped, and an operand of the same length in its place. */
const PURE = ["/* @__PURE__ */", "/*@__PURE__*/", "PURE$MARKED_*"];

/**
 * Writes a file of the library, minified. What people wrote gets a source map next to it, with the sources' names and lines and
 * without their text: with `--enable-source-maps`, stack traces have names and lines.
 * @param {string} path @param {string} code @param {"esm" | "cjs"} format
 */
async function write(path, code, format, isMapped = false) {
  mkdirSync(dirname(path), { recursive: true });
  const [comment = "", short = "", operand = ""] = PURE;
  // esbuild drops these comments where it removes white space, and keeps an operand where it is.
  const marked = code.replaceAll(comment, operand.padEnd(comment.length));
  const result = await transform(marked, {
    format,
    target: "es2022",
    legalComments: "none",
    minify: true,
    // Node.js prints the line that throws: without a limit, the whole file.
    lineLimit: 400,
    ...(isMapped && { sourcemap: "external", sourcesContent: false, sourcefile: basename(path) }),
  });
  const minified = result.code.replaceAll(operand, short);
  // A file that only exports what others have has no sources.
  if (!isMapped || !result.map.includes('"../../src/')) return writeFileSync(path, minified);
  writeFileSync(path, `${minified}//# sourceMappingURL=${basename(path)}.map\n`);
  // Without an entry for the text of a source, Vite looks for the source, and warns that it is missing.
  const map = JSON.parse(result.map);
  writeFileSync(`${path}.map`, JSON.stringify({ ...map, sourcesContent: map.sources.map(() => "") }));
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
  // The texts are scripts, which ES modules and CommonJS share. PERF: as CommonJS, Node would search each text for exports. Node
  // requires none, since there CommonJS reads the modules themselves.
  writeFileSync(join(dist, "text/package.json"), '{ "type": "module" }\n');
  for (const name of ["core", "full", "public-key", "ed25519"]) {
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
// @vercel/nft, which copies the files of a program, finds the module by this path. A bundle may have no __dirname.
exports.path = typeof __dirname === "string" ? __dirname + "/../${name}.wasm" : undefined;
`,
    );
    // Cloudflare Workers compile a module when a worker is deployed, and never bytes. Vercel's edge runtime does so, too, and
    // marks its modules. Only ES modules can import a module.
    for (const [runtime, mark] of [
      ["workerd", ""],
      ["edge-light", "?module"],
    ]) {
      const file = `${name}-module.${runtime}.js`;
      for (const entry of name === "core" ? ["index", "light"] : [name]) {
        // Without the map, whose columns would be others.
        const code = readFileSync(join(dist, `esm/${entry}.js`), "utf8").replace(
          /\/\/# sourceMappingURL.*\n/,
          "",
        );
        writeFileSync(join(dist, `esm/${entry}.${runtime}.js`), replaceOnce(code, `${name}-module.js`, file));
      }
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

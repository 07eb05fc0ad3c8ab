/** `virtual:engine`: the worker's source as text. The worker is created from a blob, which inherits the page's policy. */
import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { minify } from "terser";
import type { Plugin } from "vite";
import { path as core } from "./core.ts";
import { MINIFIED } from "./minified.ts";
import { samplesModule } from "./samples.ts";

/**
 * Replaces two files of the package that only explain errors to programmers. TypeScript checks the options of the page's
 * calls, and the page tells its user what the browser lacks.
 */
const REPLACED = {
  "options.js": "export const optionMistake = () => undefined;",
  "runtime.js": `export const { TextDecoder, TextEncoder } = globalThis;
    export const checkRuntime = () => {
      if (globalThis.WebAssembly === undefined)
        throw new Error("This browser has no WebAssembly. Safari: turn off Lockdown Mode for this page.");
    };
    export const uncompiled = (cause) => new Error("The core cannot be compiled. Update the browser.", { cause });`,
};

const ID = "virtual:engine";
const entry = fileURLToPath(new URL("../src/engine/worker.ts", import.meta.url));

export function engine(): Plugin {
  return {
    name: "hookseal-engine",
    resolveId: (id) => (id === ID ? `\0${ID}` : undefined),
    async load(id) {
      if (id !== `\0${ID}`) return;
      const { outputFiles, metafile } = await build({
        entryPoints: [entry],
        bundle: true,
        write: false,
        metafile: true,
        format: "iife",
        target: "es2022",
        platform: "browser",
        minify: true,
        legalComments: "none",
        logLevel: "warning",
        plugins: [
          {
            name: "package",
            setup({ onLoad }) {
              // The page's core has more calls than the package's.
              onLoad({ filter: /[\\/]pkg[\\/]dist[\\/]esm[\\/]generated[\\/]glue\.js$/ }, () => ({
                contents: readFileSync(join(dirname(core), "glue.js"), "utf8"),
              }));
              onLoad({ filter: /[\\/]pkg[\\/]dist[\\/]esm[\\/](?:options|runtime)\.js$/ }, ({ path }) => ({
                contents: REPLACED[basename(path) as keyof typeof REPLACED],
              }));
            },
          },
          {
            name: "samples",
            setup({ onResolve, onLoad }) {
              onResolve({ filter: /^virtual:samples$/ }, ({ path }) => ({ path, namespace: "samples" }));
              onLoad({ filter: /.*/, namespace: "samples" }, () => ({ contents: samplesModule() }));
            },
          },
        ],
      });
      for (const path of Object.keys(metafile.inputs)) {
        if (!path.startsWith("samples:")) this.addWatchFile(path);
      }
      const { code } = await minify(outputFiles[0]?.text ?? "", MINIFIED);
      return `export default ${JSON.stringify(code)};`;
    },
  };
}

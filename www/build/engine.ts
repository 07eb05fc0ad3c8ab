/** `virtual:engine`: the worker's source as a text, for a worker made from a blob: only such a one is under the page's policy. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { Plugin } from "vite";
import { minified } from "./minify.ts";

const ID = "virtual:engine";
const entry = fileURLToPath(new URL("../src/engine/worker.ts", import.meta.url));
const seeds = new URL("../../tests/vectors/seeds/", import.meta.url);
const providers = new URL("../../providers/", import.meta.url);

/** The payloads that examples are made of, as texts. */
const SAMPLES = {
  painchek: new URL("painchek.json", seeds),
  painchekPrinted: new URL("painchek-as-printed.txt", seeds),
  xon: new URL("xon.json", seeds),
  severe: new URL("painchek/samples/assessment_add.severe.json", providers),
  nrs: new URL("painchek/samples/assessment_add.nrs.json", providers),
  xonR6: new URL("xon/samples/file-request.files.update.R6.json", providers),
  callsCreate: new URL("xon/samples/calls.user.create.json", providers),
  callsDelete: new URL("xon/samples/calls.user.delete.json", providers),
  caller: new URL("xon/samples/user.caller-details.update.json", providers),
  xonLatest: new URL("xon/samples/file-request.files.update.R9.json", providers),
};

type Described = { properties?: Record<string, { description?: string }>; $defs?: Record<string, Described> };

/**
 * What contracts say of their fields, by provider and by `definition.property`: the package leaves it out, and people
 * want to read it. Revisions of a contract say the same of what they have in common.
 */
function descriptions(): Record<string, Record<string, string>> {
  const all: Record<string, Record<string, string>> = {};
  for (const provider of readdirSync(providers)) {
    const found: Record<string, string> = {};
    all[provider] = found;
    const folder = new URL(`${provider}/`, providers);
    for (const file of readdirSync(folder).filter((name) => name.endsWith(".schema.json"))) {
      const contract = JSON.parse(readFileSync(new URL(file, folder), "utf8")) as Described;
      for (const [name, { properties = {} }] of [
        ["", contract] as const,
        ...Object.entries(contract.$defs ?? {}),
      ])
        for (const [key, { description }] of Object.entries(properties))
          if (description !== undefined) found[`${name}.${key}`] = description;
    }
  }
  return all;
}

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
        minify: false,
        legalComments: "none",
        logLevel: "warning",
        plugins: [
          {
            name: "samples",
            setup({ onResolve, onLoad }) {
              onResolve({ filter: /^virtual:samples$/ }, ({ path }) => ({ path, namespace: "samples" }));
              onLoad({ filter: /.*/, namespace: "samples" }, () => ({
                contents: [
                  ...Object.entries(SAMPLES).map(
                    ([name, url]) => `export const ${name} = ${JSON.stringify(readFileSync(url, "utf8"))};`,
                  ),
                  `export const descriptions = ${JSON.stringify(descriptions())};`,
                ].join("\n"),
              }));
            },
          },
        ],
      });
      for (const path of Object.keys(metafile.inputs)) {
        if (!path.startsWith("samples:")) this.addWatchFile(path);
      }
      return `export default ${JSON.stringify(await minified(outputFiles[0]?.text ?? "", false))};`;
    },
  };
}

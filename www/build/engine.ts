/** `virtual:engine`: the worker's source as a text, for a worker made from a blob: only such a one is under the page's policy. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { minify } from "terser";
import type { Plugin } from "vite";
import { describedProperties } from "../src/engine/descriptions.ts";
import { MINIFIED } from "./minified.ts";

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

/** A sample of each provider that has none above, with its event type: of the events they have most, if there is one. */
function others(): [provider: string, type: string, text: string][] {
  return readdirSync(providers).flatMap((provider) => {
    const folder = new URL(`${provider}/samples/`, providers);
    if (Object.values(SAMPLES).some(({ href }) => href.startsWith(folder.href))) return [];
    const { events } = JSON.parse(readFileSync(new URL("../provider.json", folder), "utf8"));
    const names = readdirSync(folder).sort();
    const typeOf = (name: string) => decodeURIComponent(name.replace(/\.json$/, ""));
    const name = names.find((name) => !Object.hasOwn(events, typeOf(name))) ?? names[0];
    if (name === undefined) return [];
    return [[provider, typeOf(name), readFileSync(new URL(encodeURIComponent(name), folder), "utf8")]];
  });
}

/** What contracts say of their fields, by provider: the package leaves it out, and people want to read it. */
function descriptions(): Record<string, string[]> {
  return Object.fromEntries(
    readdirSync(providers).map((provider) => {
      const folder = new URL(`${provider}/`, providers);
      // With the contracts in the place of their names, as the package has them.
      const { events } = JSON.parse(
        readFileSync(new URL("provider.json", folder), "utf8"),
        (key, value: unknown) =>
          key === "schema" && typeof value === "string"
            ? JSON.parse(readFileSync(new URL(value, folder), "utf8"))
            : value,
      ) as { events: object };
      return [provider, Array.from(describedProperties(events), ({ description }) => description ?? "")];
    }),
  );
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
        minify: true,
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
                  `export const others = ${JSON.stringify(others())};`,
                ].join("\n"),
              }));
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

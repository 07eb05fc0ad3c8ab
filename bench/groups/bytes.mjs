// Bytes that an import adds to a user's bundle, and bytes that the packages take in node_modules.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { brotliCompressSync, constants } from "node:zlib";
import { build } from "esbuild";
import { inRoot, start } from "../children.mjs";
import { kilobytes, megabytes } from "../table.mjs";

/** @param {Uint8Array} bytes */
function weigh(bytes) {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  return { raw: bytes.length, brotli: brotliCompressSync(bytes, { params }).length };
}

/** Imports, each bundled alone. @type {[name: string, isOurs: boolean, source: string][]} */
const IMPORTS = [
  ["{ HooksealError }", true, `export { HooksealError } from "hookseal";`],
  ["{ memoryStore }", true, `export { memoryStore } from "hookseal";`],
  ["hookseal/fetch", true, `export * from "hookseal/fetch";`],
  ["{ painchek }", true, `export { painchek } from "hookseal";`],
  ["all of hookseal", true, `export * from "hookseal";`],
  ["hookseal and hookseal/full", true, `import "hookseal/full"; export * from "hookseal";`],
  ["@octokit/webhooks-methods", false, `export { verify } from "@octokit/webhooks-methods";`],
  ["standardwebhooks", false, `export { Webhook } from "standardwebhooks";`],
  ["svix", false, `export { Webhook } from "svix";`],
  ["stripe", false, `export { default } from "stripe";`],
  ["zod, an object of strings", false, `export { object, string } from "zod";`],
  ["zod, fromJSONSchema", false, `export { fromJSONSchema } from "zod";`],
  [
    "ajv, ajv-formats",
    false,
    `export { Ajv2020 } from "ajv/dist/2020.js"; export { default as formats } from "ajv-formats";`,
  ],
  [
    "ajv, ajv-formats, standardwebhooks",
    false,
    `export { Ajv2020 } from "ajv/dist/2020.js"; export { default as formats } from "ajv-formats"; export { Webhook } from "standardwebhooks";`,
  ],
];

/** @param {string} contents */
async function bundled(contents) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: inRoot("bench") },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "node",
    // Node's own condition, so that the module is text in the bundle.
    conditions: ["module"],
    write: false,
    logLevel: "silent",
  });
  return weigh(outputFiles[0]?.contents ?? new Uint8Array());
}

/** The bytes of a folder's files, without packages inside of it. @param {string} folder @returns {number} */
function unpacked(folder) {
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === "node_modules" ? sum : sum + unpacked(path);
    return sum + statSync(path).size;
  }, 0);
}

/** What npm would publish: the sizes of the tarball and of its files. */
async function packed() {
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const { output, ended } = start(npm, ["pack", "--dry-run", "--json", "--ignore-scripts", inRoot("pkg")]);
  if ((await ended) !== 0) throw new Error(`npm pack failed: ${output.stderr.slice(0, 300)}`);
  const [{ size, unpackedSize }] = JSON.parse(output.stdout);
  return { size, unpackedSize };
}

/** @typedef {{ name: string, isOurs: boolean, raw: number, brotli: number }} Weight */

export const name = "bytes";

export async function measure() {
  /** @type {Weight[]} */
  const imports = [];
  const hasFull = "./full" in JSON.parse(readFileSync(inRoot("pkg/package.json"), "utf8")).exports;
  for (const [name, isOurs, source] of IMPORTS) {
    if (source.includes("hookseal/full") && !hasFull) continue;
    imports.push({ name, isOurs, ...(await bundled(source)) });
  }
  const modules = ["core.wasm", "full.wasm"]
    .filter((file) => existsSync(inRoot(`pkg/dist/${file}`)))
    .map((file) => ({ name: file, isOurs: true, ...weigh(readFileSync(inRoot(`pkg/dist/${file}`))) }));
  const peers = ["@octokit/webhooks-methods", "standardwebhooks", "svix", "stripe", "zod", "ajv"];
  return {
    modules,
    imports,
    packages: peers.map((name) => ({ name, unpacked: unpacked(inRoot(`node_modules/${name}`)) })),
    hookseal: await packed(),
  };
}

/** @typedef {Awaited<ReturnType<typeof measure>>} Data */

/** @param {Data} data @returns {import("../table.mjs").Table[]} */
export function tables({ modules, imports, packages, hookseal }) {
  const row = (/** @type {Weight} */ { name, raw, brotli }) => [name, kilobytes(raw), kilobytes(brotli)];
  return [
    {
      title: "A bundle with one import (esbuild, minified)",
      headings: ["", "raw", "brotli"],
      rows: imports.map(row),
    },
    { title: "WebAssembly modules", headings: ["", "raw", "brotli"], rows: modules.map(row) },
    {
      title: "Packages in node_modules, without their dependencies",
      headings: ["", "unpacked"],
      rows: [
        [`hookseal (tarball: ${megabytes(hookseal.size)})`, megabytes(hookseal.unpackedSize)],
        ...packages.map(({ name, unpacked: bytes }) => [name, megabytes(bytes)]),
      ],
    },
  ];
}

/** @param {Data} data @returns {import("../chart.mjs").Chart[]} */
export const charts = ({ imports }) => [
  {
    kind: "bars",
    name: "bytes",
    title: "Size of a bundle with one import, brotli",
    unit: "KB",
    bars: imports.map(({ name, isOurs, brotli }) => ({ label: name, value: brotli / 1000, isOurs })),
  },
];

/** Checks the compressed size (brotli) of the parts of the built page against their limits: `node weight.mjs`. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";

const KB = 1000;
/** The parts of the page with their limits: their size now, rounded up. Growth is a decision. */
const PARTS = [
  { title: "modes and dialogs, and what else is loaded when the page is idle", max: 19 * KB },
  { title: "the page and its styles", file: /\.(?:html|css|svg)$/, max: 10 * KB },
  { title: "the script of the first view", file: /[\\/]page-/, max: 35.5 * KB },
  { title: "the worker", file: /[\\/]engine-/, max: 38 * KB },
  {
    title: "the editor, loaded after the first view is shown",
    file: /[\\/](?:editor|body)-/,
    max: 68.5 * KB,
  },
  { title: "the module that the page starts with", file: /[\\/]core-/, max: 205.5 * KB },
  { title: "the full module, loaded when the page is idle", file: /[\\/]full-/, max: 492.5 * KB },
  {
    title: "the module of public keys, loaded for a provider that has one",
    file: /[\\/]public-key-/,
    max: 48 * KB,
  },
];

const dist = fileURLToPath(new URL("../dist/", import.meta.url));
const names = readdirSync(dist, { recursive: true, encoding: "utf8" })
  .filter((name) => /\.(html|js|css|svg)$/.test(name))
  .sort();
/** @type {number[]} */
const sizes = PARTS.map(() => 0);
for (const name of names) {
  const bytes = readFileSync(join(dist, name));
  const packed = brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  }).length;
  // The part without a pattern is the first one, with all other files.
  const part = Math.max(
    0,
    PARTS.findIndex(({ file }) => file?.test(name)),
  );
  sizes[part] = (sizes[part] ?? 0) + packed;
  console.log(`${String(packed).padStart(8)}  ${name}`);
}
for (const [index, { title, max }] of PARTS.entries()) {
  const size = sizes[index] ?? 0;
  console.log(`${String(size).padStart(8)}  ${title} (limit ${max})`);
  if (size > 0 && size <= max) continue;
  console.error(size === 0 ? `Missing in the build: ${title}.` : `Over its limit: ${title}.`);
  process.exitCode = 1;
}

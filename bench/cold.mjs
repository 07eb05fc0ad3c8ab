// A process that starts, verifies one delivery and ends: what a cold start costs, over one that does nothing.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { delivered, HEADER, plain, SECRET } from "./contenders.mjs";
import { median } from "./measure.mjs";
import { workloads } from "./workloads.mjs";

const HASH = `import { createHmac, timingSafeEqual } from "node:crypto";
const parsed = ({ headers, body }) => {
  const given = Buffer.from(headers[${JSON.stringify(HEADER)}].slice(5), "hex");
  const made = createHmac("sha1", ${JSON.stringify(SECRET)}).update(body).digest();
  if (!timingSafeEqual(given, made)) throw new Error("wrong signature");
  return JSON.parse(body.toString());
};`;

/** Each ends with an exit code of its own, so that none is counted that did not do the job. */
const DONE = 7;

/** @param {any} schema @returns {[name: string, source: (given: string) => string][]} */
const programs = (schema) => [
  [
    "hookseal",
    (given) => `import { painchek } from "hookseal";
     ${given} const event = painchek({ secrets: [${JSON.stringify(SECRET)}] }).verify(delivery).event;`,
  ],
  [
    "ajv, full formats",
    (given) => `import { Ajv2020 } from "ajv/dist/2020.js"; import addFormats from "ajv-formats"; ${HASH}
     ${given} const ajv = new Ajv2020({ strict: false }); addFormats(ajv, { mode: "full" });
     const event = parsed(delivery);
     if (!ajv.compile(${JSON.stringify(schema)})(event)) throw new Error("invalid");`,
  ],
  [
    "zod 4",
    (given) => `import { fromJSONSchema } from "zod"; ${HASH}
     ${given} const event = fromJSONSchema(${JSON.stringify(plain(schema))}).parse(parsed(delivery));`,
  ],
  ["no validation", (given) => `${HASH} ${given} const event = parsed(delivery);`],
];

/**
 * @param {number} rounds
 * @returns {Promise<{ name: string, milliseconds: number, ratio: number }[]>} medians: of what a process takes longer
 *   than an empty one, and of the ratio first / this one
 */
export async function coldStarts(rounds) {
  const painchek = workloads().find(({ name }) => name === "painchek");
  const [body] = painchek?.bodies ?? [];
  if (painchek === undefined || body === undefined) throw new Error("there is no such workload");
  const { headers } = delivered(body);
  const folder = mkdtempSync(join(tmpdir(), "hookseal-cold-"));
  try {
    const empty = join(folder, "empty.mjs");
    writeFileSync(empty, `process.exitCode = ${DONE};\n`);
    const entries = [];
    for (const [index, [name, source]] of programs(painchek.schema).entries()) {
      const file = join(folder, `${index}.mjs`);
      const given = `const delivery = { headers: ${JSON.stringify(headers)}, body: Buffer.from(${JSON.stringify(body.toString("base64"))}, "base64") };`;
      await build({
        stdin: {
          contents: `${source(given)}\nif (typeof event.data === "object") process.exitCode = ${DONE};`,
          resolveDir: fileURLToPath(new URL(".", import.meta.url)),
        },
        bundle: true,
        minify: true,
        format: "esm",
        platform: "node",
        outfile: file,
        // ajv is CommonJS, and asks for its parts with require.
        banner: {
          js: 'import * as nodeModule from "node:module"; const require = nodeModule.createRequire(import.meta.url);',
        },
      });
      entries.push({ name, file, times: /** @type {number[]} */ ([]) });
    }
    for (let round = 0; round < rounds; round++) {
      const nothing = start(empty);
      for (const { file, times } of entries) times.push(start(file) - nothing);
    }
    const reference = entries[0]?.times ?? [];
    return entries.map(({ name, times }) => ({
      name,
      milliseconds: median(times),
      ratio: median(reference.map((ours, round) => ours / (times[round] ?? Number.NaN))),
    }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} file */
function start(file) {
  const before = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [file], { encoding: "utf8", maxBuffer: 64 << 20 });
  const after = performance.now();
  // The source line that Node prints with an error is all of a bundle.
  if (status !== DONE)
    throw new Error(`a process ended with ${status}: ${stderr.match(/^\w*Error.*/m)?.[0]}`);
  return after - before;
}

// Measures a cold start: a process that starts, verifies one delivery and exits, compared with an empty process.
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
  const received = Buffer.from(headers[${JSON.stringify(HEADER)}].slice(5), "hex");
  const expected = createHmac("sha1", ${JSON.stringify(SECRET)}).update(body).digest();
  if (!timingSafeEqual(received, expected)) throw new Error("wrong signature");
  return JSON.parse(body.toString());
};`;

/** Exit code of a process that did the job. Other processes are not counted. */
const DONE = 7;

/** @param {any} schema @returns {[name: string, source: (setup: string) => string][]} */
const programs = (schema) => [
  [
    "hookseal",
    (setup) => `import { painchek } from "hookseal";
     ${setup} const event = painchek({ secrets: [${JSON.stringify(SECRET)}] }).verify(delivery).event;`,
  ],
  [
    "ajv, full formats",
    (setup) => `import { Ajv2020 } from "ajv/dist/2020.js"; import addFormats from "ajv-formats"; ${HASH}
     ${setup} const ajv = new Ajv2020({ strict: false }); addFormats(ajv, { mode: "full" });
     const event = parsed(delivery);
     if (!ajv.compile(${JSON.stringify(schema)})(event)) throw new Error("invalid");`,
  ],
  [
    "zod 4",
    (setup) => `import { fromJSONSchema } from "zod"; ${HASH}
     ${setup} const event = fromJSONSchema(${JSON.stringify(plain(schema))}).parse(parsed(delivery));`,
  ],
  ["no validation", (setup) => `${HASH} ${setup} const event = parsed(delivery);`],
];

/**
 * @param {number} rounds
 * @returns {Promise<{ name: string, milliseconds: number, ratio: number }[]>} medians: the time over that of an
 *   empty process, and the ratio first / this one
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
      const setup = `const delivery = { headers: ${JSON.stringify(headers)}, body: Buffer.from(${JSON.stringify(body.toString("base64"))}, "base64") };`;
      await build({
        stdin: {
          contents: `${source(setup)}\nif (typeof event.data === "object") process.exitCode = ${DONE};`,
          resolveDir: fileURLToPath(new URL(".", import.meta.url)),
        },
        bundle: true,
        minify: true,
        format: "esm",
        platform: "node",
        outfile: file,
        // ajv is CommonJS and loads its parts with require.
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
  // Node prints the source line of an error. In a bundle that line is the whole program.
  if (status !== DONE)
    throw new Error(`a process ended with ${status}: ${stderr.match(/^\w*Error.*/m)?.[0]}`);
  return after - before;
}

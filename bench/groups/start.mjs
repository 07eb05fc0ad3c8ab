// A cold start: a process that starts, verifies one delivery and exits, compared with an empty process.
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import process from "node:process";
import { build } from "esbuild";
import { bodies, read, SERIES } from "../bodies.mjs";
import { inFolder } from "../children.mjs";
import { delivered, hookOf, SECRET } from "../job.mjs";
import { median } from "../measure.mjs";
import { ms, ratio } from "../table.mjs";
import { plainSchema } from "../validators.mjs";

const HEADER = "x-painchek-wh-signature";

const HASH = `import { createHmac, timingSafeEqual } from "node:crypto";
const parsed = ({ headers, body }) => {
  const received = Buffer.from(headers[${JSON.stringify(HEADER)}].slice(7), "hex");
  const expected = createHmac("sha256", ${JSON.stringify(SECRET)}).update(body).digest();
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
    "zod",
    (setup) => `import { fromJSONSchema } from "zod"; ${HASH}
     ${setup} const event = fromJSONSchema(${JSON.stringify(plainSchema(schema))}).parse(parsed(delivery));`,
  ],
  [
    "ajv, full formats",
    (setup) => `import { Ajv2020 } from "ajv/dist/2020.js"; import formats from "ajv-formats"; ${HASH}
     ${setup} const ajv = new Ajv2020({ strict: false }); (formats.default ?? formats)(ajv, { mode: "full" });
     const event = parsed(delivery);
     if (!ajv.compile(${JSON.stringify(schema)})(event)) throw new Error("invalid");`,
  ],
  ["no check", (setup) => `${HASH} ${setup} const event = parsed(delivery);`],
];

/** Fewer rounds: a process takes a hundred times as long as a call. */
const MAX_STARTS = 25;

export const name = "start";

/** @param {{ rounds: number }} settings */
export const measure = ({ rounds }) =>
  inFolder(async (folder) => {
    const painchek = SERIES.find(({ provider }) => provider === "painchek");
    if (painchek === undefined) throw new Error("there is no series of PainChek");
    const hook = hookOf(painchek);
    const [body = Buffer.alloc(0)] = bodies(painchek, "2.5 KB");
    const { headers } = delivered(hook, body, painchek.type);
    const setup = `const delivery = { headers: ${JSON.stringify(headers)}, body: Buffer.from(${JSON.stringify(body.toString("base64"))}, "base64") };`;
    const empty = join(folder, "empty.mjs");
    writeFileSync(empty, `process.exitCode = ${DONE};\n`);
    /** @type {{ name: string, form: string, file: string, times: number[] }[]} */
    const entries = [];
    for (const [index, [name, source]] of programs(read("painchek/assessment_add.schema.json")).entries()) {
      const file = join(folder, `${index}.mjs`);
      writeFileSync(
        file,
        `${source(setup)}\nif (typeof event.data === "object") process.exitCode = ${DONE};\n`,
      );
      const bundle = join(folder, `${index}.bundle.mjs`);
      await build({
        entryPoints: [file],
        bundle: true,
        minify: true,
        format: "esm",
        platform: "node",
        conditions: ["module"],
        outfile: bundle,
        logLevel: "silent",
        // ajv is CommonJS and loads its parts with require.
        banner: name.startsWith("ajv")
          ? {
              js: 'import * as nodeModule from "node:module"; const require = nodeModule.createRequire(import.meta.url);',
            }
          : {},
      });
      entries.push({ name, form: "node_modules", file, times: [] });
      entries.push({ name, form: "bundled", file: bundle, times: [] });
    }
    for (let round = 0; round < Math.min(rounds, MAX_STARTS); round++) {
      const first = round % entries.length;
      for (const { file, times } of [...entries.slice(first), ...entries.slice(0, first)]) {
        const nothing = run(empty);
        times.push(run(file) - nothing);
      }
    }
    return entries.map(({ name, form, times }) => {
      const ours = entries.find((one) => one.form === form)?.times ?? [];
      return {
        name,
        form,
        milliseconds: median(times),
        ratio: median(ours) / median(times),
      };
    });
  });

/** @param {string} file */
function run(file) {
  const before = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [file], { encoding: "utf8", maxBuffer: 64 << 20 });
  const after = performance.now();
  // Node prints the source line of an error. In a bundle that line is the whole program.
  if (status !== DONE)
    throw new Error(`a process ended with ${status}: ${stderr.match(/^\w*Error.*/m)?.[0]}`);
  return after - before;
}

/** @typedef {Awaited<ReturnType<typeof measure>>} Data */

/** @param {Data} data @returns {import("../table.mjs").Table[]} */
export const tables = (data) => [
  {
    title: "A process that verifies one delivery of PainChek and exits, over an empty one",
    headings: ["", "from node_modules", "hookseal / this", "bundled", "hookseal / this"],
    rows: [...new Set(data.map(({ name }) => name))].map((name) => [
      name,
      ...data.filter((one) => one.name === name).flatMap((one) => [ms(one.milliseconds), ratio(one.ratio)]),
    ]),
  },
];

/** @param {Data} data @returns {import("../chart.mjs").Chart[]} */
export const charts = (data) => [
  {
    kind: "bars",
    name: "start",
    title: "Cold start to the first verified delivery, over an empty process",
    unit: "ms",
    bars: data.map(({ name, form, milliseconds }) => ({
      label: `${name}, ${form === "bundled" ? "bundled" : "from node_modules"}`,
      value: milliseconds,
      isOurs: name === "hookseal",
    })),
  },
];

// `cargo xtask bench [--rounds N] [--clock wall|cpu] [--only NAME] [--limit RATIO] [--sizes] [--json]`:
// compares the whole job with other libraries.
import process from "node:process";
import { parseArgs } from "node:util";
import { coldStarts } from "./cold.mjs";
import { contenders, delivered } from "./contenders.mjs";
import { measure, tellTimeBy } from "./measure.mjs";
import { sizes } from "./sizes.mjs";
import { workloads } from "./workloads.mjs";

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "41" },
    clock: { type: "string", default: "wall" },
    only: { type: "string" },
    limit: { type: "string" },
    sizes: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});
const rounds = Number(options.rounds);
if (!Number.isInteger(rounds) || rounds < 1) throw new Error("--rounds takes a whole number from 1");
tellTimeBy(options.clock);

/** Fewer rounds: a process takes a hundred times as long as a call. */
const MOST_STARTS = 21;

const say = options.json ? () => {} : console.log;
/** @type {{ workload: string, bytes: number, results: ReturnType<typeof measure> }[]} */
const table = [];

if (!options.sizes) {
  say("verify (SHA-1) + check against the contract + an object; median of one call, and of ours / theirs\n");
  for (const workload of workloads()) {
    if (options.only !== undefined && options.only !== workload.name) continue;
    const { ours, theirs } = contenders(workload);
    const deliveries = workload.bodies.map(delivered);
    agree([...ours, ...theirs], deliveries);
    const results = measure([...ours, ...theirs], deliveries, rounds);
    const bytes = Math.round(
      workload.bodies.reduce((sum, body) => sum + body.length, 0) / workload.bodies.length,
    );
    table.push({ workload: workload.name, bytes, results });
    say(`${workload.name} (${bytes} bytes)`);
    for (const { name, microseconds, ratio } of results) {
      say(`  ${name.padEnd(28)} ${microseconds.toFixed(1).padStart(10)} µs   ${ratio.toFixed(3)}`);
    }
  }
}

/** @type {Awaited<ReturnType<typeof coldStarts>>} */
let starts = [];
if (!options.sizes && (options.only === undefined || options.only === "cold")) {
  starts = await coldStarts(Math.min(rounds, MOST_STARTS));
  say(
    "\na process that verifies one delivery of PainChek's and ends, over an empty one; median, and of ours / theirs",
  );
  for (const { name, milliseconds, ratio } of starts) {
    say(`  ${name.padEnd(28)} ${milliseconds.toFixed(1).padStart(10)} ms   ${ratio.toFixed(3)}`);
  }
}

const weights = await sizes();
say(`\n${"".padEnd(36)}${"raw".padStart(10)}${"brotli".padStart(10)}`);
for (const { name, raw, brotli } of weights) {
  say(`${name.padEnd(36)}${String(raw).padStart(10)}${String(brotli).padStart(10)}`);
}
if (options.json)
  console.log(JSON.stringify({ node: process.version, rounds, table, starts, sizes: weights }, null, 2));

if (options.limit !== undefined) {
  const limit = Number(options.limit);
  for (const { workload, results } of table) {
    const ajv = results.find(({ name }) => name.startsWith("ajv"));
    if (ajv === undefined || ajv.ratio > limit) {
      console.error(`${workload}: ${ajv?.ratio.toFixed(3)} of ajv is over the limit of ${limit}`);
      process.exitCode = 1;
    }
  }
}

/**
 * Checks that a contender accepts good deliveries, rejects bad ones and returns the same object. Otherwise its time means
 * nothing.
 * @param {import("./contenders.mjs").Contender[]} all @param {import("./contenders.mjs").Delivery[]} deliveries
 */
function agree(all, deliveries) {
  for (const delivery of deliveries) {
    const expected = delivery.body.toString();
    const event = JSON.stringify(JSON.parse(expected));
    for (const { name, run } of all) {
      const made = run(delivery);
      if (typeof made !== "string" && JSON.stringify(made) !== event)
        throw new Error(`${name} made another object`);
      const body = Buffer.from(delivery.body);
      body.writeUInt8(body.readUInt8(10) ^ 1, 10);
      try {
        run({ ...delivery, body });
      } catch {
        continue;
      }
      throw new Error(`${name} took a changed body`);
    }
  }
}

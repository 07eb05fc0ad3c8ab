// `cargo xtask load [--rounds N] [--amount N] [--connections N] [--only ADAPTER] [--json]`: every receiver under a mix of good,
// duplicate, tampered, unsigned and oversized deliveries, compared with the same framework with node:crypto and JSON.parse.
//
// Uses the loopback interface only, sends a fixed number of requests, and exits.
import process from "node:process";
import { parseArgs } from "node:util";
import { ADAPTERS, load } from "./run.mjs";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "7" },
    amount: { type: "string", default: "3000" },
    connections: { type: "string", default: "16" },
    only: { type: "string" },
    json: { type: "boolean", default: false },
  },
});
for (const name of /** @type {const} */ (["rounds", "amount", "connections"])) {
  if (!/^[1-9]\d{0,5}$/.test(values[name])) throw new Error(`--${name} takes a whole number from 1`);
}
/** The longest permitted run time. */
const MAX_MS = 10 * 60_000;
setTimeout(() => {
  console.error(`the load took longer than ${MAX_MS / 60_000} minutes`);
  process.exit(1);
}, MAX_MS).unref();

const print = values.json ? () => {} : console.log;
print(
  `${values.rounds} rounds of ${values.amount} requests over ${values.connections} connections, to the receiver and to plain\n` +
    "node:crypto + JSON.parse in turn; medians. 60 % good, 20 % duplicates, 10 % tampered, 5 % unsigned, 5 % oversized\n\n" +
    `${"".padEnd(12)}${"requests/s".padStart(12)}${"plain".padStart(10)}${"ratio".padStart(8)}${"p99 ms".padStart(9)}${"plain".padStart(8)}   responses`,
);
const results = [];
for (const adapter of ADAPTERS) {
  if (values.only !== undefined && values.only !== adapter) continue;
  const result = await load(adapter, { ...values, warmUp: "1", mix: "all" });
  results.push(result);
  const { hook, plain, ratio, responses, wrong } = result;
  print(
    adapter.padEnd(12) +
      hook.perSecond.toFixed(0).padStart(12) +
      plain.perSecond.toFixed(0).padStart(10) +
      ratio.toFixed(2).padStart(8) +
      hook.p99.toFixed(1).padStart(9) +
      plain.p99.toFixed(1).padStart(8) +
      `   ${responses}, ${wrong.length === 0 ? "none wrong" : `${wrong.length} WRONG`}`,
  );
  for (const one of new Set(wrong)) console.error(`${adapter}: ${one}`);
}
if (values.json) console.log(JSON.stringify({ node: process.version, ...values, results }, null, 2));
if (results.length === 0 || results.some(({ wrong }) => wrong.length > 0)) process.exitCode = 1;

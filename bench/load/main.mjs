// `cargo xtask load [--rounds N] [--amount N] [--connections N] [--only ADAPTER] [--json]`: every receiver under a mix of good,
// duplicate, tampered, unsigned and oversized deliveries, compared with the same framework with node:crypto and JSON.parse.
//
// Uses the loopback interface only, sends a fixed number of requests, and exits.
import { spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

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

/** @type {Set<import("node:child_process").ChildProcess>} */
const children = new Set();
process.on("exit", () => {
  for (const child of children) child.kill("SIGKILL");
});

/** A script of this folder. @param {string} name @param {string[]} args */
function run(name, args) {
  const script = fileURLToPath(new URL(name, import.meta.url));
  const child = spawn(process.execPath, [script, ...args], { stdio: ["pipe", "pipe", "inherit"] });
  children.add(child);
  let output = "";
  child.stdout.on("data", (part) => {
    output += part;
  });
  /** @type {Promise<number | null>} */
  const ended = new Promise((resolve) => {
    child.once("close", (code) => {
      children.delete(child);
      resolve(code);
    });
  });
  return { child, ended, output: () => output };
}

/** @param {string} adapter */
async function load(adapter) {
  const server = run("server.mjs", [adapter]);
  while (!server.output().includes("listening")) {
    const code = await Promise.race([server.ended, new Promise((resolve) => setTimeout(resolve, 25))]);
    if (code !== undefined) throw new Error(`the server of ${adapter} ended`);
  }
  const url = `http://127.0.0.1:${/listening (\d+)/.exec(server.output())?.[1]}`;
  const generator = run("generator.mjs", [url, values.rounds, values.amount, values.connections]);
  if ((await generator.ended) !== 0) throw new Error(`the load on ${adapter} failed`);
  const counts = await (await fetch(`${url}/counts`)).json();
  server.child.stdin.end();
  await server.ended;

  /** @type {Record<"hook" | "plain", { seconds: number, p99: number, responses: number, wrong: string[] }[]>} */
  const all = JSON.parse(generator.output());
  const wrong = [...all.hook, ...all.plain].flatMap((one) => one.wrong);
  const responses = [...all.hook, ...all.plain].reduce((sum, one) => sum + one.responses, 0);
  const [ours, theirs] = /** @type {const} */ (["hook", "plain"]).map((side) => all[side].slice(1));
  const rate = (/** @type {typeof all.hook} */ side) =>
    median(side.map((one) => one.responses / one.seconds));
  return {
    adapter,
    responses,
    wrong,
    handled: counts.hook,
    hook: { perSecond: rate(ours ?? []), p99: median((ours ?? []).map((one) => one.p99)) },
    plain: { perSecond: rate(theirs ?? []), p99: median((theirs ?? []).map((one) => one.p99)) },
    // The ratio of adjacent runs: other load on the machine affects both.
    ratio: median((ours ?? []).map((one, index) => (theirs?.[index]?.seconds ?? Number.NaN) / one.seconds)),
  };
}

/** @param {number[]} values */
function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

const print = values.json ? () => {} : console.log;
print(
  `${values.rounds} rounds of ${values.amount} requests over ${values.connections} connections, to the receiver and to plain\n` +
    "node:crypto + JSON.parse in turn; medians. 60 % good, 20 % duplicates, 10 % tampered, 5 % unsigned, 5 % oversized\n\n" +
    `${"".padEnd(12)}${"requests/s".padStart(12)}${"plain".padStart(10)}${"ratio".padStart(8)}${"p99 ms".padStart(9)}${"plain".padStart(8)}   responses`,
);
const results = [];
for (const adapter of ["node", "express 5", "express 4", "fastify", "hono"]) {
  if (values.only !== undefined && values.only !== adapter) continue;
  const result = await load(adapter);
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

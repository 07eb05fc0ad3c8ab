// The whole job in workerd, which Cloudflare Workers are: started, called over HTTP, and stopped.
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { bundleWorker } from "../pkg/test/support/worker.mjs";
import { bodies } from "./bodies.mjs";
import { inFolder, inRoot, start } from "./children.mjs";
import { delivered, hookOf } from "./job.mjs";
import { median } from "./measure.mjs";
import { sourceOf } from "./xon.mjs";

/** Starts the worker, bundled as wrangler does. @param {string} folder */
async function serve(folder) {
  const entry = inRoot("bench/programs/worker.mjs");
  const out = join(folder, "worker");
  const args = await bundleWorker({ entry, folder, out, flags: ["nodejs_compat"], date: "2026-01-01" });
  const server = start(inRoot("node_modules/.bin/workerd"), args);
  for (;;) {
    const port = /"port":\s*(\d+)/.exec(server.output.stdout)?.[1];
    if (port !== undefined) return { url: `http://127.0.0.1:${port}`, server };
    const code = await Promise.race([server.ended, new Promise((resolve) => setTimeout(resolve, 25))]);
    if (code !== undefined) throw new Error(`workerd ended: ${server.output.stderr.slice(0, 300)}`);
  }
}

/**
 * @param {import("./bodies.mjs").Series[]} series @param {string[]} sizes @param {number} rounds
 * @returns {Promise<Record<string, { size: string, measured: import("./measure.mjs").Measured[] }[]>>}
 */
export const inWorkerd = (series, sizes, rounds) =>
  inFolder(async (folder) => {
    const { url, server } = await serve(folder);
    /** @param {string} path @param {RequestInit} [options] */
    const ask = async (path, options) => {
      const response = await fetch(`${url}${path}`, options);
      const text = await response.text();
      if (!response.ok) throw new Error(`workerd: ${text.slice(0, 300)}`);
      return text;
    };
    try {
      /** @type {Record<string, { size: string, measured: import("./measure.mjs").Measured[] }[]>} */
      const results = {};
      for (const one of series) {
        results[one.name] = [];
        const source = sourceOf(one);
        const hook = hookOf(source);
        for (const size of one.sizes.filter((size) => sizes.includes(size))) {
          const deliveries = bodies(one, size).map((body) => delivered(hook, body, one.type));
          const signed = deliveries.map(({ headers, body }) => ({ headers, body: body.toString("base64") }));
          await ask("/load", { method: "POST", body: JSON.stringify({ source, signed }) });
          const run = async (/** @type {number} */ contender, /** @type {number} */ calls) => {
            const before = performance.now();
            const events = await ask(`/run?contender=${contender}&calls=${calls}`);
            if (Number(events) !== calls) throw new Error(`workerd: ${events} events of ${calls}`);
            return performance.now() - before;
          };
          results[one.name]?.push({ size, measured: await measureRequests(run, deliveries.length, rounds) });
        }
      }
      return results;
    } finally {
      server.child.kill("SIGKILL");
      await server.ended;
    }
  });

/** Time of one request: enough that its way to the worker and back does not count. */
const REQUEST_MS = 60;

/**
 * @param {(contender: number, calls: number) => Promise<number>} run returns milliseconds
 * @param {number} inputs @param {number} rounds
 * @returns {Promise<import("./measure.mjs").Measured[]>}
 */
async function measureRequests(run, inputs, rounds) {
  const entries = [];
  for (const [contender, name] of ["hookseal", "no check"].entries()) {
    let calls = inputs;
    let spent = await run(contender, calls);
    // Doubles the calls until they take long enough, which also warms up the engine.
    while (spent < REQUEST_MS / 2) {
      calls *= 2;
      spent = await run(contender, calls);
    }
    entries.push({ contender, name, calls, times: /** @type {number[]} */ ([]) });
  }
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? entries : [...entries].reverse();
    for (const { contender, calls, times } of order) times.push((await run(contender, calls)) / calls);
  }
  const reference = entries[0]?.times ?? [];
  return entries.map(({ name, times }) => ({
    name,
    microseconds: median(times) * 1000,
    ratio: median(reference.map((ours, round) => ours / (times[round] ?? Number.NaN))),
  }));
}

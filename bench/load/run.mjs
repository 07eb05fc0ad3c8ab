// One server under load: started, loaded by the generator in a process of its own, and stopped.
import { inRoot, start } from "../children.mjs";
import { median } from "../measure.mjs";

export const ADAPTERS = ["node", "express 5", "express 4", "fastify", "hono"];

/** A script of this folder. @param {string} name @param {string[]} args */
const run = (name, args) =>
  start(process.execPath, [inRoot(`bench/load/${name}`), ...args], { stdin: "pipe" });

/**
 * @typedef {object} Load
 * @property {string} rounds
 * @property {string} amount requests of one round
 * @property {string} connections
 * @property {"all" | "good"} mix all kinds of deliveries, or only good ones
 */

/** @param {string} adapter @param {Load} load */
export async function load(adapter, { rounds, amount, connections, mix }) {
  const server = run("server.mjs", [adapter]);
  while (!server.output.stdout.includes("listening")) {
    const code = await Promise.race([server.ended, new Promise((resolve) => setTimeout(resolve, 25))]);
    if (code !== undefined)
      throw new Error(`the server of ${adapter} ended: ${server.output.stderr.slice(0, 300)}`);
  }
  const url = `http://127.0.0.1:${/listening (\d+)/.exec(server.output.stdout)?.[1]}`;
  const generator = run("generator.mjs", [url, rounds, amount, connections, mix]);
  if ((await generator.ended) !== 0)
    throw new Error(`the load on ${adapter} failed: ${generator.output.stderr.slice(0, 300)}`);
  const { hook: handled } = await (await fetch(`${url}/counts`)).json();
  server.child.stdin?.end();
  await server.ended;

  /** @type {Record<"hook" | "plain", { seconds: number, cpu: number, p99: number, responses: number, wrong: string[] }[]>} */
  const all = JSON.parse(generator.output.stdout);
  const wrong = [...all.hook, ...all.plain].flatMap((one) => one.wrong);
  const responses = [...all.hook, ...all.plain].reduce((sum, one) => sum + one.responses, 0);
  // The first round is a warm-up.
  const [ours, theirs] = [all.hook.slice(1), all.plain.slice(1)];
  const side = (/** @type {typeof all.hook} */ measured) => ({
    perSecond: median(measured.map((one) => one.responses / one.seconds)),
    p99: median(measured.map((one) => one.p99)),
    cpuMicroseconds: median(measured.map((one) => one.cpu / one.responses)),
  });
  // The ratio of adjacent runs: other load on the machine affects both.
  const paired = (/** @type {"seconds" | "cpu"} */ what) =>
    median(ours.map((one, index) => (theirs[index]?.[what] ?? Number.NaN) / one[what]));
  return {
    adapter,
    responses,
    wrong,
    handled,
    hook: side(ours),
    plain: side(theirs),
    ratio: paired("seconds"),
    cpuRatio: paired("cpu"),
  };
}

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
 * @property {string} warmUp rounds that are not counted: an engine compiles a receiver until about the 20 000th request
 * @property {string} amount requests of one round
 * @property {string} connections
 * @property {"all" | "good"} mix all kinds of deliveries, or only good ones
 */

/** Starts the server of an adapter, and returns its URL. @param {string} adapter */
async function serve(adapter) {
  const server = run("server.mjs", [adapter]);
  while (!server.output.stdout.includes("listening")) {
    const code = await Promise.race([server.ended, new Promise((resolve) => setTimeout(resolve, 25))]);
    if (code !== undefined)
      throw new Error(`the server of ${adapter} ended: ${server.output.stderr.slice(0, 300)}`);
  }
  const url = `http://127.0.0.1:${/listening (\d+)/.exec(server.output.stdout)?.[1]}`;
  const stop = async () => {
    server.child.stdin?.end();
    await server.ended;
  };
  return { url, stop };
}

/** @param {string} adapter @param {Load} load */
export async function load(adapter, { rounds, warmUp, amount, connections, mix }) {
  // A process for each side: the entries of a store make the collections of a process longer, and the engine's own threads
  // count for the process in which they run.
  const [hook, plain] = [await serve(adapter), await serve(adapter)];
  const args = [hook.url, plain.url, `${Number(rounds) + Number(warmUp)}`, amount, connections, mix];
  const generator = run("generator.mjs", args);
  if ((await generator.ended) !== 0)
    throw new Error(`the load on ${adapter} failed: ${generator.output.stderr.slice(0, 300)}`);
  const { hook: handled } = await (await fetch(`${hook.url}/counts`)).json();
  await Promise.all([hook.stop(), plain.stop()]);

  /** @type {Record<"hook" | "plain", { seconds: number, cpu: number, p99: number, responses: number, wrong: string[] }[]>} */
  const all = JSON.parse(generator.output.stdout);
  const wrong = [...all.hook, ...all.plain].flatMap((one) => one.wrong);
  const responses = [...all.hook, ...all.plain].reduce((sum, one) => sum + one.responses, 0);
  const [ours, theirs] = [all.hook.slice(Number(warmUp)), all.plain.slice(Number(warmUp))];
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

// The receiver of each adapter under load, beside the same server with node:crypto and JSON.parse. autocannon sends, from a
// process of its own, good deliveries over the loopback interface.
import { ADAPTERS, load } from "../load/run.mjs";
import { ms, ratio, us, whole } from "../table.mjs";

export const name = "receivers";

/** @param {{ rounds: number, isShort: boolean }} settings */
export async function measure({ rounds, isShort }) {
  const settings = isShort
    ? { rounds: "1", amount: "300", connections: "8" }
    : { rounds: `${Math.min(rounds, 9)}`, amount: "4000", connections: "16" };
  const results = [];
  for (const adapter of isShort ? ADAPTERS.slice(0, 1) : ADAPTERS) {
    const { wrong, ...result } = await load(adapter, { ...settings, mix: "good" });
    if (wrong.length > 0) throw new Error(`${adapter}: ${wrong.length} wrong responses: ${wrong[0]}`);
    results.push(result);
  }
  return results;
}

/** @typedef {Awaited<ReturnType<typeof measure>>} Data */

const TITLES = /** @type {Record<string, string>} */ ({ node: "node:http", hono: "fetch, in Hono" });

/** @param {Data} data @returns {import("../table.mjs").Table[]} */
export const tables = (data) => [
  {
    title: "Requests per second of a receiver, over the same server with node:crypto and JSON.parse",
    headings: ["", "receiver", "plain", "receiver / plain", "processor time", "plain", "p99", "plain"],
    rows: data.map(({ adapter, hook, plain, ratio: over }) => [
      TITLES[adapter] ?? adapter,
      whole(hook.perSecond),
      whole(plain.perSecond),
      ratio(over),
      us(hook.cpuMicroseconds),
      us(plain.cpuMicroseconds),
      ms(hook.p99),
      ms(plain.p99),
    ]),
  },
];

/** @param {Data} data @returns {import("../chart.mjs").Chart[]} */
export const charts = (data) => [
  {
    kind: "bars",
    name: "receivers",
    title: "Requests per second of a receiver, and of the same server with node:crypto and JSON.parse",
    unit: "/s",
    bars: data.flatMap(({ adapter, hook, plain }) => [
      { label: TITLES[adapter] ?? adapter, value: hook.perSecond, isOurs: true },
      { label: `${TITLES[adapter] ?? adapter}, plain`, value: plain.perSecond, isOurs: false },
    ]),
  },
];

// The receiver of each adapter under load, next to the same server with node:crypto and JSON.parse. autocannon sends, from a
// process of its own, good deliveries over the loopback interface.
import { ADAPTERS, load } from "../load/run.mjs";
import { ms, ratio, us, whole } from "../table.mjs";

export const name = "receivers";

/** @param {{ rounds: number, isShort: boolean }} settings */
export async function measure({ rounds, isShort }) {
  const settings = isShort
    ? { rounds: "1", warmUp: "0", amount: "300", connections: "8" }
    : { rounds: `${Math.min(rounds, 7)}`, warmUp: "4", amount: "5000", connections: "16" };
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
    title: "A receiver, over the same server with node:crypto and JSON.parse",
    headings: [
      "",
      "processor time of a request",
      "plain",
      "plain / receiver",
      "requests/s",
      "plain",
      "receiver / plain",
      "p99",
      "plain",
    ],
    rows: data.map(({ adapter, hook, plain, ratio: over, cpuRatio }) => [
      TITLES[adapter] ?? adapter,
      us(hook.cpuMicroseconds),
      us(plain.cpuMicroseconds),
      ratio(cpuRatio),
      whole(hook.perSecond),
      whole(plain.perSecond),
      ratio(over),
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
    title: "Processor time of one request, with a receiver and with node:crypto and JSON.parse",
    unit: "µs",
    bars: data.flatMap(({ adapter, hook, plain }) => [
      { label: TITLES[adapter] ?? adapter, value: hook.cpuMicroseconds, isOurs: true },
      { label: `${TITLES[adapter] ?? adapter}, plain`, value: plain.cpuMicroseconds, isOurs: false },
    ]),
  },
];

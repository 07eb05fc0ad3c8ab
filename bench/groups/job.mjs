// The whole job (verify, check, an object) over node:crypto and JSON.parse without any check, in Node.
import { SERIES, SIZES } from "../bodies.mjs";
import { program } from "../children.mjs";
import { ratio, us } from "../table.mjs";

export const name = "job";

/**
 * @typedef {{ size: string, bytes: number, measured: import("../measure.mjs").Measured[] }} Point
 * @typedef {{ name: string, isNamed: boolean, isAscii: boolean, points: Point[] }} Line
 */

/** @param {{ rounds: number, clock: string, isShort: boolean }} settings @returns {Promise<Line[]>} */
export async function measure({ rounds, clock, isShort }) {
  /** @type {Line[]} */
  const lines = [];
  const sizes = isShort ? ["1 KB"] : Object.keys(SIZES);
  for (const { name, isNamed, isAscii } of SERIES) {
    // A process each: the engine's knowledge of one provider's objects must not help or slow another.
    const points = await program("job.mjs", { name, sizes, rounds, clock, withEventUnread: true });
    lines.push({ name, isNamed, isAscii, points });
  }
  return lines;
}

/** @param {Line} line @param {string} size @param {string} contender */
const of = ({ points }, size, contender) =>
  points.find((point) => point.size === size)?.measured.find(({ name }) => name === contender);

/** @param {Line[]} lines @returns {import("../table.mjs").Table[]} */
export const tables = (lines) => [
  {
    title: "Verify, check and an object, over node:crypto and JSON.parse without a check",
    headings: ["", "keys in the schema", ...Object.keys(SIZES)],
    rows: lines.map((line) => [
      line.name,
      line.isNamed ? "all" : "few",
      ...Object.keys(SIZES).map((size) => ratio(of(line, size, "no check")?.ratio)),
    ]),
  },
  {
    title: "Time of one delivery in Hookseal (without reading the event)",
    headings: ["", ...Object.keys(SIZES)],
    rows: lines.map((line) => [
      line.name,
      ...Object.keys(SIZES).map((size) => {
        const [whole, unread] = [of(line, size, "hookseal"), of(line, size, "hookseal, event not read")];
        if (whole === undefined || unread === undefined) return "–";
        return `${us(whole.microseconds)} (${us(unread.microseconds)})`;
      }),
    ]),
  },
];

/** @param {Line[]} lines @returns {import("../chart.mjs").Chart[]} */
export const charts = (lines) => [
  {
    kind: "lines",
    name: "job",
    title: "Verify, check and an object, over node:crypto and JSON.parse without a check",
    unit: "ratio",
    ticks: Object.keys(SIZES),
    lines: lines.map((line) => ({
      label: line.name,
      isDashed: !line.isAscii,
      values: Object.keys(SIZES).map((size) => of(line, size, "no check")?.ratio),
    })),
  },
];

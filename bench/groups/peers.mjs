// The libraries of providers, which verify and parse, next to Hookseal, which also checks the contract.
import { program } from "../children.mjs";
import { ratio } from "../table.mjs";

export const name = "peers";

const KILOBYTES = [0.5, 2, 16, 64];
const PEERS = [
  "stripe-node",
  "standardwebhooks",
  "svix",
  "@octokit/webhooks-methods",
  "discord-interactions",
  "@sendgrid/eventwebhook",
  "jose, as Plaid documents",
];

/** @param {{ rounds: number, clock: string, isShort: boolean }} settings */
export async function measure({ rounds, clock, isShort }) {
  /** @type {{ peer: string, points: { kilobytes: number, bytes: number, measured: import("../measure.mjs").Measured[] }[] }[]} */
  const lines = [];
  const kilobytes = isShort ? KILOBYTES.slice(0, 1) : KILOBYTES;
  for (const peer of PEERS)
    lines.push({ peer, points: await program("peers.mjs", { peer, kilobytes, rounds, clock }) });
  return lines;
}

/** @typedef {Awaited<ReturnType<typeof measure>>} Data */

/** @param {Data[number]} line @param {number} kilobytes */
const of = ({ points }, kilobytes) =>
  points.find((point) => point.kilobytes === kilobytes)?.measured[1]?.ratio;

/** @param {Data} lines @returns {import("../table.mjs").Table[]} */
export const tables = (lines) => [
  {
    title: "Verify, check and an object, over a provider's library that verifies and parses",
    headings: ["", ...KILOBYTES.map((size) => `${size} KB`)],
    rows: lines.map((line) => [line.peer, ...KILOBYTES.map((size) => ratio(of(line, size)))]),
  },
];

/** @param {Data} lines @returns {import("../chart.mjs").Chart[]} */
export const charts = (lines) => [
  {
    kind: "lines",
    name: "peers",
    title: "Verify, check and an object, over a provider's library that verifies and parses",
    unit: "ratio",
    ticks: KILOBYTES.map((size) => `${size} KB`),
    lines: lines.map((line) => ({
      label: line.peer,
      isDashed: false,
      values: KILOBYTES.map((size) => of(line, size)),
    })),
  },
];

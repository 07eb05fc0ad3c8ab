// The playground in Chromium: what a first visit transfers, when it is painted, and how long a verdict takes.
import { median } from "../measure.mjs";
import { afterKeys, afterOpening, DEVICES, visit } from "../playground/visits.mjs";
import { kilobytes, whole } from "../table.mjs";

export const name = "playground";

const BODIES = { "100 kB": 100_000, "1 MB": 1_000_000 };
const ARCHIVE_BYTES = 50_000_000;
/** @typedef {{ median: number, min: number, max: number }} Spread */

/** @param {number[]} values @returns {Spread} */
const spread = (values) => ({
  median: median(values),
  min: Math.min(...values),
  max: Math.max(...values),
});

/** The spreads of the members of several measurements. @param {Record<string, number>[]} all @returns {Record<string, any>} */
const spreads = (all) =>
  Object.fromEntries(
    Object.keys(all[0] ?? {}).map((key) => [key, spread(all.map((one) => one[key] ?? Number.NaN))]),
  );

/** @param {string} path @returns {"html and css" | "scripts" | "core" | "later"} */
function kindOf(path) {
  if (/\/(?:full|public-key)-/.test(path)) return "later";
  if (/\/core-/.test(path)) return "core";
  return path.endsWith(".js") ? "scripts" : "html and css";
}

/** @param {{ rounds: number, isShort: boolean }} settings */
export async function measure({ rounds, isShort }) {
  const visits = Math.min(rounds, 7);
  /** @type {Record<string, any>} */
  const devices = {};
  /** The processor times of the tasks of each visit on a desktop. @type {number[][]} */
  let tasks = [];
  for (const device of /** @type {(keyof typeof DEVICES)[]} */ (Object.keys(DEVICES))) {
    const all = [];
    for (let round = 0; round < visits; round++) all.push(await visit(device));
    if (device === "desktop") tasks = all.map((one) => one.tasks);
    const { processor } = DEVICES[device];
    const longest = tasks.map((one) => processor * Math.max(...one));
    const blocked = tasks.map((one) =>
      one.reduce((sum, task) => sum + Math.max(0, processor * task - 50), 0),
    );
    devices[device] = {
      times: {
        ...spreads(all.map(({ times }) => times)),
        longest: spread(longest),
        blocked: spread(blocked),
      },
      largestOf: all[0]?.largestOf,
      browser: all[0]?.browser,
      transfers: all[0]?.transfers,
    };
  }
  /** @type {Record<string, any>} */
  const keys = {};
  for (const [size, bytes] of Object.entries(isShort ? { "100 kB": 100_000 } : BODIES))
    keys[size] = spreads(await afterKeys(bytes, Math.min(rounds, 9)));
  const bytes = isShort ? 1_000_000 : ARCHIVE_BYTES;
  const opened = await afterOpening(bytes, Math.min(rounds, 3));
  const archive = { bytes, deliveries: opened.deliveries, times: spreads(opened.rounds) };
  return { visits, devices, keys, archive };
}

/** @param {Spread} times */
const time = ({ median: middle, min, max }) => `${whole(middle)} ms (${whole(min)} – ${whole(max)})`;

/** @param {Awaited<ReturnType<typeof measure>>} data @returns {import("../table.mjs").Table[]} */
export function tables({ visits, devices, keys, archive }) {
  const { transfers } = devices.desktop;
  /** @type {(kind: string, isFirst: boolean) => number} */
  const sum = (kind, isFirst) =>
    transfers
      .filter(
        (/** @type {{ path: string, isFirst: boolean }} */ one) =>
          one.isFirst === isFirst && kindOf(one.path) === kind,
      )
      .reduce((/** @type {number} */ all, /** @type {{ bytes: number }} */ { bytes }) => all + bytes, 0);
  return [
    {
      title: "What a first visit transfers, brotli",
      headings: ["", "until the page can be used", "when it is idle"],
      rows: ["html and css", "scripts", "core", "later"].map((kind) => [
        kind === "later" ? "the full module" : kind,
        kilobytes(sum(kind, true)),
        kilobytes(sum(kind, false)),
      ]),
    },
    {
      title: "A first visit with an empty cache",
      headings: [
        "",
        "first paint",
        "largest paint (LCP)",
        "can be used",
        "blocked (TBT)",
        "longest task",
        "shift (CLS)",
      ],
      rows: Object.entries(devices).map(([device, { times }]) => [
        device,
        time(times.paint),
        time(times.largest),
        time(times.ready),
        time(times.blocked),
        time(times.longest),
        `${times.shift.max.toFixed(3)}`,
      ]),
      note: `${devices.desktop.browser}. Medians of ${visits} visits, with the lowest and the highest. Tasks, and what blocks, are processor time; those of the mobile are four times those of the desktop. Desktop: 10 Mbit/s, 40 ms. Mobile: 412 × 823, a processor slowed down 4 times, 1.44 Mbit/s, 562 ms before each response, as Lighthouse applies its slow 4G by DevTools.`,
    },
    {
      title: "After a key in a signed body, desktop",
      headings: [
        "",
        "verdict painted",
        "its processor time",
        "explanation painted",
        "its processor time",
        "longest task",
      ],
      rows: Object.entries(keys).map(([size, { verdict, verdictProcessor, all, allProcessor, longest }]) => [
        size,
        ...[verdict, verdictProcessor, all, allProcessor, longest].map(time),
      ]),
    },
    {
      title: `A HAR file of ${archive.bytes / 1e6} MB with ${whole(archive.deliveries)} deliveries, desktop`,
      headings: [
        "",
        "list can be used",
        "its processor time",
        "all are checked",
        "its processor time",
        "longest task",
      ],
      rows: [
        [
          "opened",
          ...["list", "listProcessor", "all", "allProcessor", "longest"].map((key) =>
            time(archive.times[key]),
          ),
        ],
      ],
    },
  ];
}

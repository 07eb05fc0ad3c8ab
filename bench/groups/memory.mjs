// Memory: what a kept id or text pins, and the memory of the module over many deliveries.
import { program } from "../children.mjs";
import { megabytes, whole } from "../table.mjs";

export const name = "memory";

const KEPT = /** @type {const} */ ([
  ["GitHub", "id", "`id` of a header"],
  ["Stripe", "id", "`id` of the body"],
  ["Stripe, not ASCII", "id", "`id` of the body"],
  ["Stripe", "type", "`type` of the body"],
  ["GitHub", "deliveryId", "`deliveryId` of a header"],
  ["GitHub", "text", "a text of the event"],
  ["GitHub, not ASCII", "text", "a text of the event"],
  ["X-on", "text", "a text of the event"],
  ["X-on, not ASCII", "text", "a text of the event"],
  ["Stripe", "copy", "for comparison: a copy of `id`"],
]);

/** @param {{ isShort: boolean, isLong: boolean }} settings */
export async function measure({ isShort, isLong }) {
  const amount = isShort ? 50 : 3000;
  const kept = [];
  for (const [name, field, title] of isShort ? KEPT.slice(0, 2) : KEPT) {
    const result = await program("kept.mjs", { name, field, amount }, { flags: ["--expose-gc"] });
    kept.push({ name, title, ...result });
  }
  /** @type {{ deliveries: number, bytes: number, rss: number }[]} */
  const instance = await program(
    "instance.mjs",
    { amount: isShort ? 10_000 : isLong ? 10_000_000 : 1_000_000 },
    isLong ? { maxMs: 60 * 60_000 } : {},
  );
  checkFlat(instance);
  return { amount, kept, instance };
}

/**
 * Fails if the module's memory grows after a quarter of the deliveries, when those of every size have been verified. A tenth more
 * is allowed, since free memory is divided differently over time. One byte a delivery is more than that in ten million.
 * @param {{ deliveries: number, bytes: number }[]} points
 */
export function checkFlat(points) {
  const [early, last] = [points[2], points.at(-1)];
  if (early === undefined || last === undefined) throw new Error("the memory was not measured");
  if (last.bytes > early.bytes * 1.1)
    throw new Error(
      `the module's memory grew from ${megabytes(early.bytes)} after ${whole(early.deliveries)} deliveries to ${megabytes(last.bytes)} after ${whole(last.deliveries)}`,
    );
}

/** @typedef {Awaited<ReturnType<typeof measure>>} Data */

/** @param {Data} data @returns {import("../table.mjs").Table[]} */
export const tables = ({ amount, kept, instance }) => [
  {
    title: `Memory that one kept text takes, of ${whole(amount)} deliveries of 16 to 64 KB`,
    headings: ["", "kept", "characters", "bytes"],
    rows: kept.map(({ name, title, length, bytes }) => [
      name,
      title,
      length.toFixed(0),
      whole(Math.max(bytes, 0)),
    ]),
  },
  {
    title: "Memory of the module over many deliveries of 1 KB to 1 MB",
    headings: ["after", "module", "process"],
    rows: instance.map(({ deliveries, bytes, rss }) => [whole(deliveries), megabytes(bytes), megabytes(rss)]),
  },
];

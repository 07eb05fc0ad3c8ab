// `node --expose-gc kept.mjs '{ "series": …, "field": …, "amount": … }'`: the heap that one field of an accepted delivery keeps,
// in bodies of 16 to 64 KB. Prints one line of JSON.
import process from "node:process";
import { SERIES } from "../bodies.mjs";
import { delivered, hookOf } from "../job.mjs";
import { sourceOf } from "../xon.mjs";

const { name, field, amount } = JSON.parse(process.argv[2] ?? "");
const series = SERIES.find((one) => one.name === name);
if (series === undefined) throw new Error(`there is no series ${name}`);
const hook = hookOf(sourceOf(series));

/** The texts of an event, of which one is kept. @type {Record<string, (event: any) => string>} */
const TEXTS = {
  github: ({ commits }) => commits[3].message,
  stripe: ({ data }) => data.object.lines.data[3].description,
  xon: ({ event }) => event.fileRequest.files[3].originalName,
};
/** @type {Record<string, (verified: import("hookseal").Verified) => unknown>} */
const FIELDS = {
  id: ({ id }) => id,
  type: ({ type }) => type,
  deliveryId: ({ deliveryId }) => deliveryId,
  text: ({ event }) => TEXTS[series.provider]?.(event),
  // A list of equally long texts that share nothing: what a kept text needs at least.
  copy: ({ id }) => Buffer.from(id).toString("latin1"),
};
const fieldOf = FIELDS[field];
if (fieldOf === undefined) throw new Error(`there is no field ${field}`);

const collect = /** @type {() => void} */ (globalThis.gc);
function heap() {
  for (let turn = 0; turn < 3; turn++) collect();
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return heapUsed + external + arrayBuffers;
}

/** @param {number} index */
function one(index) {
  const body = Buffer.from(series?.make(16 + (index % 4) * 16, index) ?? "");
  const kept = fieldOf?.(hook.verify(delivered(hook, body, series?.type ?? "")));
  if (typeof kept !== "string" || kept === "") throw new Error(`there is no ${field}`);
  return kept;
}

/** The bytes that the heap grows by, for each of many deliveries. @param {boolean} isKept */
function growth(isKept) {
  const kept = Array.from({ length: amount }, () => "");
  const before = heap();
  for (let index = 0; index < amount; index++) {
    const text = one(index);
    if (isKept) kept[index] = text;
  }
  return {
    bytes: (heap() - before) / amount,
    length: kept.reduce((sum, text) => sum + text.length, 0) / amount,
  };
}

// The engine and the module have their final size before the first measurement.
for (let index = 0; index < 2 * amount; index++) one(index);
const nothing = growth(false).bytes;
const { bytes, length } = growth(true);
console.log(JSON.stringify({ bytes: bytes - nothing, nothing, length }));

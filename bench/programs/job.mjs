// `job.mjs '{ "series": …, "sizes": …, "rounds": … }'`: the whole job for bodies of one series, in this runtime. Prints
// the medians as one line of JSON.
import process from "node:process";
import { bodies, SERIES } from "../bodies.mjs";
import { agree, contenders, delivered, hookOf } from "../job.mjs";
import { measure, tellTimeBy } from "../measure.mjs";
import { sourceOf } from "../xon.mjs";

const { name, sizes, rounds, clock, withEventUnread } = JSON.parse(process.argv[2] ?? "");
tellTimeBy(clock);
const series = SERIES.find((one) => one.name === name);
if (series === undefined) throw new Error(`there is no series ${name}`);
const source = sourceOf(series);
const hook = hookOf(source);
const all = contenders(source, hook);
const results = [];
for (const size of series.sizes.filter((one) => sizes.includes(one))) {
  const deliveries = bodies(series, size).map((body) => delivered(hook, body, series.type));
  await agree(all, deliveries);
  const bytes = Math.round(deliveries.reduce((sum, { body }) => sum + body.length, 0) / deliveries.length);
  const measured = await measure(withEventUnread ? all : all.slice(0, 2), deliveries, rounds);
  results.push({ size, bytes, measured });
}
console.log(JSON.stringify(results));

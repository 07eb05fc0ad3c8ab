// `validators.mjs '{ "series": …, "sizes": …, "rounds": …, "clock": … }'`: the whole job next to validators with the same schema.
// Prints the medians as one line of JSON.
import process from "node:process";
import { bodies, read, SERIES } from "../bodies.mjs";
import { agree, contenders, delivered, hookOf } from "../job.mjs";
import { measure, tellTimeBy } from "../measure.mjs";
import { validators } from "../validators.mjs";
import { sourceOf } from "../xon.mjs";

const { name, schema, sizes, rounds, clock } = JSON.parse(process.argv[2] ?? "");
tellTimeBy(clock);
const series = SERIES.find((one) => one.name === name);
if (series === undefined) throw new Error(`there is no series ${name}`);
const source = sourceOf(series);
const hook = hookOf(source);
const all = [...contenders(source, hook).slice(0, 1), ...validators(series.provider, read(schema))];
const results = [];
for (const size of series.sizes.filter((one) => sizes.includes(one))) {
  const deliveries = bodies(series, size).map((body) => delivered(hook, body, series.type));
  await agree(all, deliveries);
  results.push({ size, measured: await measure(all, deliveries, rounds) });
}
console.log(JSON.stringify(results));

// `instance.mjs '{ "amount": … }'`: the memory of the module over many deliveries of changing sizes. Prints one line of JSON.
import process from "node:process";

/** The memories of all instances. @type {Set<WebAssembly.Memory>} */
const memories = new Set();
const { Instance } = WebAssembly;
WebAssembly.Instance = /** @type {typeof Instance} */ (
  new Proxy(Instance, {
    construct(target, [module, imports]) {
      const instance = new target(module, imports);
      for (const value of Object.values(instance.exports))
        if (value instanceof WebAssembly.Memory) memories.add(value);
      return instance;
    },
  })
);

const { bodies, SERIES } = await import("../bodies.mjs");
const { delivered, hookOf } = await import("../job.mjs");

const { amount } = JSON.parse(process.argv[2] ?? "");
const all = SERIES.filter(({ provider }) => provider !== "xon").map((series) => {
  const hook = hookOf(series);
  const of = (/** @type {import("../bodies.mjs").Size} */ size) =>
    series.sizes.includes(size) ? bodies(series, size).map((body) => delivered(hook, body, series.type)) : [];
  return { series, hook, small: [...of("1 KB"), ...of("2.5 KB")], large: of("64 KB"), huge: of("1 MB") };
});
const bytes = () => [...memories].reduce((sum, { buffer }) => sum + buffer.byteLength, 0);

/** The timestamps of Stripe's deliveries are checked as of when they were signed. */
const now = new Date();
/** @type {{ deliveries: number, bytes: number, rss: number }[]} */
const points = [];
const marks = [1, 10, 25, 50, 75, 100].map((percent) => Math.round((amount * percent) / 100));
let read = 0;
for (let index = 1; index <= amount; index++) {
  const one = all[index % all.length];
  if (one === undefined) break;
  const { hook, small, large, huge } = one;
  // Mostly small ones, some of 64 KB, and a few of 1 MB.
  const list = index % 50_000 <= all.length ? huge : index % 500 <= all.length ? large : small;
  const delivery = list[index % (list.length || 1)] ?? small[index % small.length];
  if (delivery === undefined) break;
  const verified = hook.verify(delivery, { now });
  // Every second event is read.
  if (index % 2 === 0 && typeof verified.event === "object") read += 1;
  if (index === marks[points.length])
    points.push({ deliveries: index, bytes: bytes(), rss: process.memoryUsage.rss() });
}
if (read !== Math.floor(amount / 2)) throw new Error("not all events were read");
console.log(JSON.stringify(points));

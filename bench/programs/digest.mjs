// `digest.mjs '{ "rounds": …, "clock": … }'`: the check, with and without the digest of the body, and a whole receiver without
// a server. Prints the medians as one line of JSON.
import process from "node:process";
import { memoryStore } from "hookseal";
import { receiver } from "hookseal/lambda";
import { bodies, SERIES } from "../bodies.mjs";
import { delivered, hookOf } from "../job.mjs";
import { measure, tellTimeBy } from "../measure.mjs";

const { rounds, clock } = JSON.parse(process.argv[2] ?? "");
tellTimeBy(clock);
const series = SERIES.find(({ provider }) => provider === "painchek");
if (series === undefined) throw new Error("there is no series of PainChek");
const hook = hookOf(series);
const deliveries = bodies(series, "1 KB").map((body) => delivered(hook, body, series.type));
const bytes = deliveries[0]?.body.length ?? 0;

/** @param {import("../job.mjs").Delivery} delivery @param {{ digest?: boolean }} [options] */
function checked(delivery, options) {
  const result = hook.check(delivery, options);
  if (!result.ok) throw result.error;
  return result.value;
}

for (const delivery of deliveries) {
  const digests = [checked(delivery).digest, checked(delivery, { digest: true }).digest];
  if (!/^[0-9a-f]{64}$/.test(digests[0] ?? "") || digests[0] !== digests[1]) throw new Error("not a digest");
}

// Each delivery is new to the stores, as to real ones: to the first since all that it knew is past its retention.
const DAY = 24 * 60 * 60 * 1000;
let days = 0;
const receiveInMemory = receiver(hook, async () => {}, {
  store: memoryStore({ retention: DAY, now: () => days * DAY }),
});
const store = {
  claim: async () => /** @type {const} */ ("new"),
  done: async () => {},
  release: async () => {},
};
const receive = receiver(hook, async () => {}, { store });
const events = new Map(
  deliveries.map((delivery) => [
    delivery,
    {
      headers: delivery.headers,
      body: delivery.body.toString(),
      isBase64Encoded: false,
      rawPath: "/hook",
      requestContext: { http: { method: "POST" } },
    },
  ]),
);
/** @param {(event: any) => Promise<{ statusCode: number, body: string }>} receive @param {import("../job.mjs").Delivery} delivery */
async function received(receive, delivery) {
  days += 2;
  const { statusCode, body } = await receive(events.get(delivery) ?? {});
  if (statusCode !== 200 || body.includes("duplicate"))
    throw new Error(`the receiver answered ${statusCode} ${body}`);
}

const measured = await measure(
  [
    { name: "check", run: (delivery) => checked(delivery).type },
    { name: "check and digest", run: (delivery) => checked(delivery, { digest: true }).digest },
    { name: "check, digest read later", run: (delivery) => checked(delivery).digest },
    {
      name: "receiver of hookseal/lambda, memoryStore",
      run: (delivery) => received(receiveInMemory, delivery),
      isAsync: true,
    },
    {
      name: "receiver of hookseal/lambda, a store with promises",
      run: (delivery) => received(receive, delivery),
      isAsync: true,
    },
  ],
  deliveries,
  rounds,
);
console.log(JSON.stringify({ bytes, measured }));

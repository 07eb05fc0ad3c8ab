// `peers.mjs '{ "peer": …, "kilobytes": …, "rounds": …, "clock": … }'`: a provider's own library next to Hookseal's webhook of
// that provider, which checks the contract as well. Prints the medians as one line of JSON.
import process from "node:process";
import { verify } from "@octokit/webhooks-methods";
import { Webhook as StandardWebhook } from "standardwebhooks";
import Stripe from "stripe";
import { Webhook as SvixWebhook } from "svix";
import { SERIES } from "../bodies.mjs";
import { agree, delivered, hookOf, SECRET } from "../job.mjs";
import { measure, tellTimeBy } from "../measure.mjs";

const { peer, kilobytes, rounds, clock } = JSON.parse(process.argv[2] ?? "");
tellTimeBy(clock);

const stripe = new Stripe("sk_test_example");
const standard = new StandardWebhook(SECRET);
const svix = new SvixWebhook(SECRET);

/** @typedef {import("../job.mjs").Delivery} Delivery */
/** @type {Record<string, { provider: string, type: string, isAsync?: boolean, run: (delivery: Delivery) => unknown }>} */
const PEERS = {
  "stripe-node": {
    provider: "stripe",
    type: "invoice.paid",
    run: ({ headers, body }) =>
      stripe.webhooks.constructEvent(body, headers["stripe-signature"] ?? "", SECRET),
  },
  standardwebhooks: {
    provider: "standard-webhooks",
    type: "invoice.paid",
    run: ({ headers, body }) => standard.verify(body, headers),
  },
  svix: { provider: "svix", type: "invoice.paid", run: ({ headers, body }) => svix.verify(body, headers) },
  "@octokit/webhooks-methods": {
    provider: "github",
    type: "push",
    isAsync: true,
    run: async ({ headers, body }) => {
      const text = body.toString();
      if (!(await verify(SECRET, text, headers["x-hub-signature-256"] ?? "")))
        throw new Error("wrong signature");
      return JSON.parse(text);
    },
  },
};

const one = PEERS[peer];
if (one === undefined) throw new Error(`there is no peer ${peer}`);
const { provider, type, run, isAsync = false } = one;
const hook = hookOf({ provider, type });
const series = SERIES.find((series) => series.provider === (provider === "github" ? "github" : "stripe"));
if (series === undefined) throw new Error(`there is no series for ${provider}`);

/** Stripe's events, in the envelope of Standard Webhooks where the peer expects it. @param {string} text */
function enveloped(text) {
  if (provider === "github" || provider === "stripe") return text;
  const { type, data } = JSON.parse(text);
  return JSON.stringify({ type, timestamp: "2026-01-01T09:30:00Z", data: data.object });
}

/** @type {import("../job.mjs").Contender[]} */
const contenders = [
  { name: "hookseal", run: (delivery) => hook.verify(delivery).event },
  { name: peer, run, isAsync },
];
const results = [];
for (const size of kilobytes) {
  // Signed now: the libraries accept no old timestamp.
  const deliveries = Array.from({ length: 8 }, (_, variant) =>
    delivered(hook, Buffer.from(enveloped(series.make(size, variant))), type),
  );
  await agree(contenders, deliveries);
  const bytes = Math.round(deliveries.reduce((sum, { body }) => sum + body.length, 0) / deliveries.length);
  results.push({ kilobytes: size, bytes, measured: await measure(contenders, deliveries, rounds) });
}
console.log(JSON.stringify(results));

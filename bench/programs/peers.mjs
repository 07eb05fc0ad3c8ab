// `peers.mjs '{ "peer": …, "kilobytes": …, "rounds": …, "clock": … }'`: a provider's own library next to Hookseal's webhook of
// that provider, which checks the contract as well. Prints the medians as one line of JSON.
import { createHash, generateKeyPairSync, sign, timingSafeEqual } from "node:crypto";
import process from "node:process";
import { verify } from "@octokit/webhooks-methods";
import { EventWebhook } from "@sendgrid/eventwebhook";
import { verifyKey } from "discord-interactions";
import { webhook } from "hookseal";
import { decodeProtectedHeader, jwtVerify } from "jose";
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

/** A made-up key of a provider that signs with one. */
const ed25519 = generateKeyPairSync("ed25519");
const discordKey = ed25519.publicKey.export({ format: "der", type: "spki" }).subarray(-32).toString("hex");

const p256 = generateKeyPairSync("ec", { namedCurve: "P-256" });
const sendgridKey = p256.publicKey.export({ format: "der", type: "spki" }).toString("base64");
const sendgrid = new EventWebhook();
const sendgridPublicKey = sendgrid.convertPublicKeyToECDSA(sendgridKey);

/** @typedef {import("../job.mjs").Delivery} Delivery */
/**
 * @typedef {object} Peer
 * @property {string} provider
 * @property {string} type
 * @property {boolean} [isAsync]
 * @property {(delivery: Delivery) => unknown} run
 * @property {string} [key] the public key, where the provider signs with a private one
 * @property {(body: Buffer) => Record<string, string>} [sign] the headers that the provider sends then
 */
/** @type {Record<string, Peer>} */
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
  "discord-interactions": {
    provider: "discord",
    type: "APPLICATION_AUTHORIZED",
    isAsync: true,
    key: discordKey,
    sign: (body) => {
      const time = `${Math.floor(Date.now() / 1000)}`;
      const signed = Buffer.concat([Buffer.from(time), body]);
      return {
        "x-signature-timestamp": time,
        "x-signature-ed25519": sign(null, signed, ed25519.privateKey).toString("hex"),
      };
    },
    run: async ({ headers, body }) => {
      const [signature = "", time = ""] = ["x-signature-ed25519", "x-signature-timestamp"].map(
        (name) => headers[name],
      );
      if (!(await verifyKey(body, signature, time, discordKey))) throw new Error("wrong signature");
      return JSON.parse(body.toString());
    },
  },
  "@sendgrid/eventwebhook": {
    provider: "sendgrid",
    type: "batch",
    key: sendgridKey,
    sign: (body) => {
      const time = `${Math.floor(Date.now() / 1000)}`;
      const signed = Buffer.concat([Buffer.from(time), body]);
      return {
        "x-twilio-email-event-webhook-timestamp": time,
        "x-twilio-email-event-webhook-signature": sign("sha256", signed, p256.privateKey).toString("base64"),
      };
    },
    run: ({ headers, body }) => {
      const [signature = "", time = ""] = ["signature", "timestamp"].map(
        (name) => headers[`x-twilio-email-event-webhook-${name}`],
      );
      if (!sendgrid.verifySignature(sendgridPublicKey, body, signature, time))
        throw new Error("wrong signature");
      return JSON.parse(body.toString());
    },
  },
  // Plaid's library verifies no webhooks. These are the steps of its documentation, with a key that was fetched before.
  "jose, as Plaid documents": {
    provider: "plaid",
    type: "ITEM.ERROR",
    isAsync: true,
    key: p256.publicKey.export({ format: "pem", type: "spki" }).toString(),
    sign: (body) => {
      const claims = {
        iat: Math.floor(Date.now() / 1000),
        request_body_sha256: createHash("sha256").update(body).digest("hex"),
      };
      const parts = [{ alg: "ES256", kid: "key-1", typ: "JWT" }, claims].map((part) =>
        Buffer.from(JSON.stringify(part)).toString("base64url"),
      );
      const signed = Buffer.from(parts.join("."));
      const tag = sign("sha256", signed, { key: p256.privateKey, dsaEncoding: "ieee-p1363" });
      return { "plaid-verification": `${parts.join(".")}.${tag.toString("base64url")}` };
    },
    run: async ({ headers, body }) => {
      const token = headers["plaid-verification"] ?? "";
      const { alg, kid } = decodeProtectedHeader(token);
      if (alg !== "ES256" || kid !== "key-1") throw new Error("unknown key");
      const { payload } = await jwtVerify(token, p256.publicKey, { maxTokenAge: "5 min" });
      const digest = createHash("sha256").update(body).digest("hex");
      const expected = `${payload.request_body_sha256}`;
      if (expected.length !== digest.length || !timingSafeEqual(Buffer.from(digest), Buffer.from(expected)))
        throw new Error("wrong digest");
      return JSON.parse(body.toString());
    },
  },
};

const one = PEERS[peer];
if (one === undefined) throw new Error(`there is no peer ${peer}`);
const { provider, type, run, isAsync = false, key } = one;
const hook = key === undefined ? hookOf({ provider, type }) : webhook(provider, { secrets: [key] });
const series = SERIES.find((series) => series.provider === (provider === "github" ? "github" : "stripe"));
if (series === undefined) throw new Error(`there is no series for ${provider}`);

/** Stripe's events, in the envelope that the peer expects. @param {string} text */
function enveloped(text) {
  if (provider === "github" || provider === "stripe") return text;
  const { type, data } = JSON.parse(text);
  const timestamp = "2026-01-01T09:30:00Z";
  if (provider === "discord")
    return JSON.stringify({ version: 1, type: 1, event: { type: one?.type, timestamp, data: data.object } });
  if (provider === "sendgrid")
    return JSON.stringify([
      {
        event: "delivered",
        email: "person@example.com",
        sg_event_id: "1",
        timestamp: 1767259800,
        data: data.object,
      },
    ]);
  if (provider === "plaid")
    return JSON.stringify({ webhook_type: "ITEM", webhook_code: "ERROR", item_id: "1", data: data.object });
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
  const deliveries = Array.from({ length: 8 }, (_, variant) => {
    const body = Buffer.from(enveloped(series.make(size, variant)));
    return one.sign === undefined ? delivered(hook, body, type) : { headers: one.sign(body), body };
  });
  await agree(contenders, deliveries);
  const bytes = Math.round(deliveries.reduce((sum, { body }) => sum + body.length, 0) / deliveries.length);
  results.push({ kilobytes: size, bytes, measured: await measure(contenders, deliveries, rounds) });
}
console.log(JSON.stringify(results));

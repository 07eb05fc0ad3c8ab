// The whole job: verify the signature over the raw body, check the payload, and return the event as an object. Runs in every
// runtime: reads no file, and imports only modules that all of them have.
import { Buffer } from "node:buffer";
import { createHmac, timingSafeEqual } from "node:crypto";
import { webhook } from "hookseal";

/** A made-up secret in the form of Standard Webhooks, which the other providers take as text. */
export const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/**
 * @typedef {{ headers: Record<string, string>, body: Buffer }} Delivery
 * @typedef {{ name: string, run: (delivery: Delivery) => unknown, isAsync?: boolean }} Contender
 * @typedef {import("hookseal").Webhook<Record<string, unknown>>} Webhook
 * @typedef {{ provider: string, type: string, definition?: any }} Source
 */

/** @param {Source} source @returns {Webhook} */
export const hookOf = ({ provider, definition }) =>
  /** @type {Webhook} */ (webhook(definition ?? provider, { secrets: [SECRET], maxBytes: 4 << 20 }));

/** A signed delivery. Node has the names of headers in lower case. @param {Webhook} hook @param {Uint8Array} body @param {string} type @returns {Delivery} */
export function delivered(hook, body, type) {
  const { headers } = hook.sign(body, { type });
  /** @type {Record<string, string>} */
  const all = { host: "receiver.example", "user-agent": "Example/1.0", "content-length": `${body.length}` };
  for (const [name, value] of Object.entries(headers)) all[name.toLowerCase()] = value;
  return { headers: all, body: Buffer.from(body) };
}

/** The usual code without a library, by provider. X-on's events are signed as PainChek signs. @param {string} provider @returns {(delivery: Delivery) => any} */
export function plain(provider) {
  switch (provider) {
    case "github":
      return ({ headers, body }) =>
        parsed(headers["x-hub-signature-256"]?.slice("sha256=".length), "hex", body);
    case "stripe":
      return ({ headers, body }) => {
        const [, timestamp, signature] =
          /^t=(\d+),v1=([0-9a-f]+)$/.exec(headers["stripe-signature"] ?? "") ?? [];
        if (Math.abs(Date.now() / 1000 - Number(timestamp)) > 300) throw new Error("outside the tolerance");
        return parsed(signature, "hex", body, `${timestamp}.`);
      };
    default:
      return ({ headers, body }) =>
        parsed(headers["x-painchek-wh-signature"]?.slice("sha256=".length), "hex", body);
  }
}

/** @param {string | undefined} signature @param {BufferEncoding} encoding @param {Buffer} body @param {string} before signed in front of the body */
function parsed(signature, encoding, body, before = "") {
  const hmac = createHmac("sha256", SECRET);
  if (before !== "") hmac.update(before);
  const expected = hmac.update(body).digest();
  const received = Buffer.from(signature ?? "", encoding);
  if (received.length !== expected.length || !timingSafeEqual(received, expected))
    throw new Error("wrong signature");
  return JSON.parse(body.toString());
}

/** @param {Source} source @param {Webhook} hook @returns {Contender[]} */
export function contenders({ provider }, hook) {
  return [
    { name: "hookseal", run: (delivery) => hook.verify(delivery).event },
    { name: "no check", run: plain(provider) },
    { name: "hookseal, event not read", run: (delivery) => hook.verify(delivery).type },
  ];
}

/**
 * Checks that a contender accepts good deliveries, rejects changed ones, and returns the same object. Otherwise its time
 * means nothing.
 * @param {Contender[]} all @param {Delivery[]} deliveries
 */
export async function agree(all, deliveries) {
  for (const delivery of deliveries) {
    const event = JSON.stringify(JSON.parse(delivery.body.toString()));
    const body = Buffer.from(delivery.body);
    body.writeUInt8(body.readUInt8(10) ^ 1, 10);
    for (const { name, run } of all) {
      const made = await run(delivery);
      if (typeof made !== "string" && JSON.stringify(made) !== event)
        throw new Error(`${name} made another object`);
      let isAccepted = true;
      try {
        await run({ ...delivery, body });
      } catch {
        isAccepted = false;
      }
      if (isAccepted) throw new Error(`${name} accepted a changed body`);
    }
  }
}

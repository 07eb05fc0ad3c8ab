// An independent signer: what each provider documents, by Node's crypto only.
import { createHash, createHmac } from "node:crypto";

/** The time of all deliveries: 2026-01-01T00:00:00Z. */
export const TIME = 1_767_225_600;
export const MESSAGE_ID = "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W";

/**
 * @typedef {object} Signed what one provider signs, and how it writes it
 * @property {string} header
 * @property {string} [timestampHeader]
 * @property {string} [idHeader]
 * @property {(body: Buffer, timestamp: number | string, id: string) => Buffer} content
 * @property {"hex" | "base64"} encoding
 * @property {(signature: string, timestamp: number | string) => string} format
 * @property {Record<string, string>} extra
 * @property {string[]} secrets of the documented form
 * @property {(secret: string) => string | Buffer} key
 * @property {Record<string, unknown>} [definition] of a provider that is not built in
 */

/** @param {...(string | number | Buffer)} parts */
export const joined = (...parts) =>
  Buffer.concat(parts.map((part) => (Buffer.isBuffer(part) ? part : Buffer.from(String(part)))));

const TEXT_SECRETS = [
  "a-secret-for-tests-0123456789",
  "S3cret!with$signs",
  "4f1d7c0b9a8e6f5d4c3b2a1908f7e6d5",
  "It is a longer passphrase / with words",
];
const plain = (/** @type {string} */ secret) => secret;
const body = (/** @type {Buffer} */ bytes) => bytes;

/** @type {Record<string, Signed>} */
export const PROVIDERS = {
  github: {
    header: "X-Hub-Signature-256",
    content: body,
    encoding: "hex",
    format: (signature) => `sha256=${signature}`,
    extra: { "X-GitHub-Event": "push", "X-GitHub-Delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958" },
    secrets: TEXT_SECRETS,
    key: plain,
  },
  painchek: {
    header: "X-PainChek-WH-Signature",
    content: body,
    encoding: "hex",
    format: (signature) => `sha256=${signature}`,
    extra: { "X-PainChek-Webhook-Id": "17" },
    secrets: TEXT_SECRETS,
    key: plain,
  },
  shopify: {
    header: "X-Shopify-Hmac-SHA256",
    content: body,
    encoding: "base64",
    format: (signature) => signature,
    extra: {
      "X-Shopify-Topic": "orders/create",
      "X-Shopify-Webhook-Id": "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
    },
    secrets: [
      "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",
      "4f1d7c0b9a8e6f5d4c3b2a1908f7e6d54f1d7c0b9a8e6f5d4c3b2a1908f7e6d5",
    ],
    key: plain,
  },
  slack: {
    header: "X-Slack-Signature",
    timestampHeader: "X-Slack-Request-Timestamp",
    content: (bytes, timestamp) => joined(`v0:${timestamp}:`, bytes),
    encoding: "hex",
    format: (signature) => `v0=${signature}`,
    extra: {},
    secrets: ["8f742231b10e8888abcd99yyyzzz85a5", "4f1d7c0b9a8e6f5d4c3b2a1908f7e6d5"],
    key: plain,
  },
  stripe: {
    header: "Stripe-Signature",
    content: (bytes, timestamp) => joined(`${timestamp}.`, bytes),
    encoding: "hex",
    format: (signature, timestamp) => `t=${timestamp},v1=${signature}`,
    extra: {},
    secrets: ["whsec_5f4dcc3b5aa765d61d8327deb882cf99", "whsec_abcdefghijklmnopqrstuvwxyz012345"],
    key: plain,
  },
  "standard-webhooks": {
    header: "webhook-signature",
    timestampHeader: "webhook-timestamp",
    idHeader: "webhook-id",
    content: (bytes, timestamp, id) => joined(`${id}.${timestamp}.`, bytes),
    encoding: "base64",
    format: (signature) => `v1,${signature}`,
    extra: {},
    secrets: ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDC2FVsBQIhrs="],
    key: (secret) => Buffer.from(secret.replace(/^whsec_/, ""), "base64"),
  },
};

export const PROVIDER_IDS = Object.keys(PROVIDERS);

/** @param {string} id @returns {Signed} */
export const provider = (id) => {
  const entry = PROVIDERS[id];
  if (entry === undefined) throw new Error(`the corpus has no provider ${id}`);
  return entry;
};

/**
 * What a sender does in another way than the provider documents.
 * @typedef {object} Deviation
 * @property {string | Buffer} [key]
 * @property {Signed["content"]} [content]
 * @property {string} [algorithm]
 * @property {"plain" | "prefixed" | "suffixed"} [hash] a hash without HMAC; before or after the content: the secret
 * @property {"hex" | "base64" | "base64url"} [encoding]
 * @property {(signature: string) => string} [edit] of the encoded signature
 * @property {(value: string) => string | string[]} [value] of the header
 * @property {number | string} [timestamp] of the header
 * @property {boolean} [length] with the Content-Length of the signed body
 * @property {Record<string, string>} [extra]
 */

/**
 * The headers of a signed delivery.
 * @param {string} id @param {string} secret @param {Buffer} bytes @param {Deviation} deviation
 * @returns {Record<string, string | string[]>}
 */
export function signedHeaders(id, secret, bytes, deviation = {}) {
  const entry = provider(id);
  const timestamp = deviation.timestamp ?? TIME;
  const content = (deviation.content ?? entry.content)(bytes, timestamp, MESSAGE_ID);
  const key = deviation.key ?? entry.key(secret);
  const algorithm = deviation.algorithm ?? "sha256";
  const before = deviation.hash === "prefixed" ? key : "";
  const after = deviation.hash === "suffixed" ? key : "";
  const digest =
    deviation.hash === undefined
      ? createHmac(algorithm, key).update(content).digest()
      : createHash(algorithm)
          .update(joined(before, content, after))
          .digest();
  const encoded = digest.toString(deviation.encoding ?? entry.encoding);
  const value = entry.format(deviation.edit?.(encoded) ?? encoded, timestamp);
  return {
    "Content-Type": "application/json",
    ...(deviation.length ? { "Content-Length": String(bytes.length) } : {}),
    ...entry.extra,
    ...deviation.extra,
    ...(entry.timestampHeader === undefined ? {} : { [entry.timestampHeader]: String(timestamp) }),
    ...(entry.idHeader === undefined ? {} : { [entry.idHeader]: MESSAGE_ID }),
    [entry.header]: deviation.value?.(value) ?? value,
  };
}

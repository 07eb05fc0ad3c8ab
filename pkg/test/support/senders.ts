// Every built-in provider that signs: how it signs a body by its own library, or as its documentation describes. And
// signatures that providers published, or that their libraries accept.
import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign as signWithKey,
} from "node:crypto";
import { crc32 } from "node:zlib";
import { sign as signGitHub } from "@octokit/webhooks-methods";
import { Webhook as StandardWebhook } from "standardwebhooks";
import Stripe from "stripe";
import { Webhook as SvixWebhook } from "svix";
import { type Delivery, providerDefinition } from "../../src/index.ts";
import { samplesOf, schemeOf, text } from "./fixtures.ts";

/** The time of all deliveries, in milliseconds. */
export const now = Date.UTC(2026, 0, 1);
export const at = now / 1000;

const SECRET = "whsec_not-a-real-secret";
const STANDARD_SECRET = `whsec_${Buffer.from("thirty-two bytes of a made-up key").toString("base64")}`;
const BASE64_SECRET = Buffer.from("thirty-two bytes of a made-up key").toString("base64");
const BASIC_SECRET = "example-user:example-password";
const BASIC = `Basic ${Buffer.from(BASIC_SECRET).toString("base64")}`;
const HEX_SECRET = Buffer.from("thirty-two bytes of a made-up key").toString("hex");

/** A made-up key pair of Ed25519, from 32 bytes. RFC 8410, section 7: what precedes them in PKCS#8. */
function ed25519(seed: string) {
  const key = createPrivateKey({
    key: Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), Buffer.from(seed)]),
    format: "der",
    type: "pkcs8",
  });
  const publicKey = createPublicKey(key).export({ format: "der", type: "spki" }).subarray(-32);
  return {
    publicKey,
    sign: (message: string, encoding: "hex" | "base64") =>
      signWithKey(null, Buffer.from(message), key).toString(encoding),
  };
}

const ED25519 = ed25519("thirty-two bytes of a made-up ke");
/** A made-up key pair of P-256, from 32 bytes. RFC 5958 and RFC 5915: what precedes them in PKCS#8. */
function p256(seed: string) {
  const prefix = "3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420";
  const key = createPrivateKey({
    key: Buffer.concat([Buffer.from(prefix, "hex"), Buffer.from(seed)]),
    format: "der",
    type: "pkcs8",
  });
  const spki = createPublicKey(key).export({ format: "der", type: "spki" });
  return {
    key,
    publicKey: spki.toString("base64"),
    pem: createPublicKey(key).export({ format: "pem", type: "spki" }) as string,
  };
}

const P256 = p256("thirty-two bytes of a made-up ke");
const OTHER_P256 = p256("another key of thirty-two bytes.");

/** Key pairs of RSA, which cannot be made of a few bytes: others in each run. */
const [RSA, OTHER_RSA] = [0, 1].map(() => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const sign = (message: string) =>
    signWithKey("sha256", Buffer.from(message), privateKey).toString("base64");
  return { sign, privateKey, publicKey: publicKey.export({ format: "pem", type: "spki" }) as string };
}) as [RsaPair, RsaPair];

interface RsaPair {
  sign: (message: string) => string;
  privateKey: ReturnType<typeof createPrivateKey>;
  publicKey: string;
}

const OTHER_ED25519 = ed25519("another key of thirty-two bytes.");

export function hmac(
  message: string,
  encoding: "hex" | "base64",
  key: string | Buffer = SECRET,
  algorithm = "sha256",
): string {
  return createHmac(algorithm, key).update(message).digest(encoding);
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

/** A JSON Web Token that a private key signs. */
function signedJwt(alg: "ES256" | "RS256", key: ReturnType<typeof createPrivateKey>, claims: object): string {
  const parts = [{ alg, kid: "key-1" }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString("base64url"),
  );
  const tag = signWithKey("sha256", Buffer.from(parts.join(".")), { key, dsaEncoding: "ieee-p1363" });
  return `${parts.join(".")}.${tag.toString("base64url")}`;
}

/** The headers of a form. */
const FORM = { "Content-Type": "application/x-www-form-urlencoded" };

/** What Amazon SNS signs, as the list of members in its documentation says. */
export function snsContent(message: Record<string, string>): string {
  const members = [
    "Message",
    "MessageId",
    "Subject",
    "SubscribeURL",
    "Timestamp",
    "Token",
    "TopicArn",
    "Type",
  ];
  return members
    .filter((name) => message[name] !== undefined)
    .map((name) => `${name}\n${message[name]}\n`)
    .join("");
}

const digestOf = (text: string, encoding: "base64" | "base64url") =>
  createHash("sha256").update(text).digest(encoding);

/** A JSON Web Token with these claims. */
function jwt(claims: object): string {
  const parts = [{ alg: "HS256", typ: "JWT" }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString("base64url"),
  );
  return `${parts.join(".")}.${createHmac("sha256", SECRET).update(parts.join(".")).digest("base64url")}`;
}

const stripe = new Stripe("sk_test_unused");

type SentHeaders = Record<string, string>;

export interface Sender {
  /** The headers of a body. */
  headers: (body: string, type: string) => SentHeaders | Promise<SentHeaders>;
  /** The made-up secret, where its format matters. */
  secret?: string;
  /** The URL of the requests, where it is signed. */
  url?: string;
  /** The body of a sample, where it is not the JSON of the sample. */
  body?: (sample: string) => string;
}

/** What a provider sends that uses Hook0. */
const hook0: Sender = {
  headers: (body, type) => ({
    "content-type": "application/json",
    "X-Event-Id": "event-1",
    "X-Event-Type": type,
    "X-Hook0-Signature": `t=${at},h=content-type x-event-id x-event-type,v1=${hmac(
      `${at}.content-type x-event-id x-event-type.application/json.event-1.${type}.${body}`,
      "hex",
    )}`,
  }),
};

/** The fields of a form as some providers sign them: sorted by their names, names and values joined. */
const sortedFields = (form: string) =>
  [...new URLSearchParams(form)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flat()
    .join("");

/** What a provider sends that uses the library of Svix, or of Standard Webhooks. */
const svix: Sender = {
  secret: STANDARD_SECRET,
  headers: (body) => ({
    "svix-id": "msg_1",
    "svix-timestamp": `${at}`,
    "svix-signature": new SvixWebhook(STANDARD_SECRET).sign("msg_1", new Date(now), body),
  }),
};
const standard =
  (secret: string): Sender["headers"] =>
  (body) => ({
    "webhook-id": "msg_1",
    "webhook-timestamp": `${at}`,
    "webhook-signature": new StandardWebhook(secret).sign("msg_1", new Date(now), body),
  });
const standardWebhooks: Sender = { secret: STANDARD_SECRET, headers: standard(STANDARD_SECRET) };
const plainStandard: Sender = { headers: standard(Buffer.from(SECRET).toString("base64")) };

export const SENDERS: Record<string, Sender> = {
  adyen: {
    secret: HEX_SECRET,
    body: (sample) => {
      const payload = JSON.parse(sample);
      for (const { NotificationRequestItem: item } of payload.notificationItems) {
        const { pspReference, originalReference = "", merchantAccountCode, merchantReference } = item;
        const { amount, eventCode, success } = item;
        const fields = [pspReference, originalReference, merchantAccountCode, merchantReference];
        const content = [...fields, amount.value, amount.currency, eventCode, success].join(":");
        item.additionalData.hmacSignature = hmac(content, "base64", Buffer.from(HEX_SECRET, "hex"));
      }
      return JSON.stringify(payload);
    },
    headers: () => ({}),
  },
  "adyen-platform": {
    secret: HEX_SECRET,
    headers: (body) => ({ HmacSignature: hmac(body, "base64", Buffer.from(HEX_SECRET, "hex")) }),
  },
  airtable: {
    secret: BASE64_SECRET,
    headers: (body) => ({
      "X-Airtable-Content-MAC": `hmac-sha256=${hmac(body, "hex", Buffer.from(BASE64_SECRET, "base64"))}`,
    }),
  },
  anthropic: standardWebhooks,
  asana: { headers: (body) => ({ "X-Hook-Signature": hmac(body, "hex") }) },
  attio: {
    headers: (body) => ({
      "Idempotency-Key": "delivery-1",
      "Attio-Signature": hmac(body, "hex"),
      "X-Attio-Signature": hmac(body, "hex"),
    }),
  },
  auth0: { headers: () => ({ Authorization: SECRET }) },
  "aws-sns": {
    secret: RSA.publicKey,
    body: (sample) => {
      const message = JSON.parse(sample);
      const hash = message.SignatureVersion === "1" ? "sha1" : "sha256";
      const tag = signWithKey(hash, Buffer.from(snsContent(message)), RSA.privateKey);
      return JSON.stringify({ ...message, Signature: tag.toString("base64") });
    },
    headers: (body, type) => ({
      "Content-Type": "text/plain; charset=UTF-8",
      "x-amz-sns-message-type": type,
      "x-amz-sns-message-id": JSON.parse(body).MessageId,
    }),
  },
  "azure-event-grid": {
    url: `https://example.com/hook?code=${SECRET}`,
    headers: () => ({ "aeg-event-type": "Notification", "aeg-subscription-name": "EXAMPLE" }),
  },
  // The key is the client secret of the app, encoded in base64 for the library of Standard Webhooks.
  bigcommerce: plainStandard,
  bitbucket: {
    headers: (body, type) => ({
      "X-Event-Key": type,
      "X-Hook-UUID": "hook-1",
      "X-Request-UUID": "delivery-1",
      "X-Hub-Signature": `sha256=${hmac(body, "hex")}`,
    }),
  },
  box: {
    headers: (body) => ({
      "BOX-DELIVERY-ID": "delivery-1",
      "BOX-DELIVERY-TIMESTAMP": "2025-12-31T16:00:00-08:00",
      "BOX-SIGNATURE-VERSION": "1",
      "BOX-SIGNATURE-ALGORITHM": "HmacSHA256",
      "BOX-SIGNATURE-PRIMARY": hmac(`${body}2025-12-31T16:00:00-08:00`, "base64"),
      "BOX-SIGNATURE-SECONDARY": hmac(`${body}2025-12-31T16:00:00-08:00`, "base64", "another secret"),
    }),
  },
  braintree: {
    body: (sample) => {
      const { bt_payload } = JSON.parse(sample);
      const key = createHash("sha1").update(SECRET).digest();
      const bt_signature = `example_public_key|${hmac(bt_payload, "hex", key, "sha1")}`;
      return `${new URLSearchParams({ bt_signature, bt_payload })}`;
    },
    headers: () => FORM,
  },
  brex: standardWebhooks,
  buildkite: {
    headers: (body, type) => ({
      "X-Buildkite-Event": type,
      "X-Buildkite-Request": "delivery-1",
      "X-Buildkite-Signature": `timestamp=${at},signature=${hmac(`${at}.${body}`, "hex")}`,
    }),
  },
  "cal-com": { headers: (body) => ({ "X-Cal-Signature-256": hmac(body, "hex") }) },
  calendly: {
    headers: (body) => ({ "Calendly-Webhook-Signature": `t=${at},v1=${hmac(`${at}.${body}`, "hex")}` }),
  },
  cashfree: {
    headers: (body) => ({
      "x-idempotency-key": "delivery-1",
      "x-webhook-timestamp": `${now}`,
      "x-webhook-signature": hmac(`${now}${body}`, "base64"),
    }),
  },
  chargebee: { secret: BASIC_SECRET, headers: () => ({ Authorization: BASIC }) },
  "checkout-com": { headers: (body) => ({ "Cko-Signature": hmac(body, "hex") }) },
  circleci: { headers: (body) => ({ "circleci-signature": `v1=${hmac(body, "hex")}` }) },
  clerk: svix,
  clickup: { headers: (body) => ({ "X-Signature": hmac(body, "hex") }) },
  close: {
    secret: HEX_SECRET,
    headers: (body) => ({
      "close-sig-timestamp": `${at}`,
      "close-sig-hash": hmac(`${at}${body}`, "hex", Buffer.from(HEX_SECRET, "hex")),
    }),
  },
  "cloudflare-stream": {
    headers: (body) => ({ "Webhook-Signature": `time=${at},sig1=${hmac(`${at}.${body}`, "hex")}` }),
  },
  "coinbase-cdp": hook0,
  "coinbase-commerce": { headers: (body) => ({ "X-CC-Webhook-Signature": hmac(body, "hex") }) },
  contentful: {
    url: "https://example.com/hook",
    headers: (body, type) => {
      const list = "x-contentful-signed-headers,x-contentful-timestamp,x-contentful-topic";
      const headers = {
        "x-contentful-signed-headers": list,
        "x-contentful-timestamp": `${now}`,
        "x-contentful-topic": type,
      };
      const pairs = Object.entries(headers).map((pair) => pair.join(":"));
      return {
        ...headers,
        "x-contentful-signature": hmac(`POST\n/hook\n${pairs.join(";")}\n${body}`, "hex"),
      };
    },
  },
  crisp: {
    headers: (body) => ({
      "X-Crisp-Delivery-ID": "delivery-1",
      "X-Crisp-Request-Timestamp": `${now}`,
      "X-Crisp-Signature": hmac(`[${now};${body}]`, "hex"),
    }),
  },
  "customer-io": {
    headers: (body) => ({
      "X-CIO-Timestamp": `${at}`,
      "X-CIO-Signature": hmac(`v0:${at}:${body}`, "hex"),
    }),
  },
  discord: {
    secret: ED25519.publicKey.toString("hex"),
    headers: (body) => ({
      "X-Signature-Ed25519": ED25519.sign(`${at}${body}`, "hex"),
      "X-Signature-Timestamp": `${at}`,
    }),
  },
  discourse: {
    headers: (body, type) => ({
      "X-Discourse-Instance": "https://example.com",
      "X-Discourse-Event-Id": "1",
      "X-Discourse-Event-Type": type.split("_")[0] ?? "",
      "X-Discourse-Event": type,
      "X-Discourse-Event-Signature": `sha256=${hmac(body, "hex")}`,
    }),
  },
  docusign: { headers: (body) => ({ "X-DocuSign-Signature-1": hmac(body, "base64") }) },
  "dodo-payments": standardWebhooks,
  dropbox: { headers: (body) => ({ "X-Dropbox-Signature": hmac(body, "hex") }) },
  easypost: { headers: (body) => ({ "X-Hmac-Signature": `hmac-sha256-hex=${hmac(body, "hex")}` }) },
  elevenlabs: {
    headers: (body) => ({ "ElevenLabs-Signature": `t=${at},v0=${hmac(`${at}.${body}`, "hex")}` }),
  },
  // The passcode in the sample is the secret.
  fal: {
    secret: ED25519.publicKey.toString("base64"),
    headers: (body) => ({
      "X-Fal-Webhook-Request-Id": "request-example-1",
      "X-Fal-Webhook-User-Id": "user-example-1",
      "X-Fal-Webhook-Timestamp": `${at}`,
      "X-Fal-Webhook-Signature": ED25519.sign(
        ["request-example-1", "user-example-1", at, sha256(body)].join("\n"),
        "hex",
      ),
    }),
  },
  figma: { headers: () => ({}) },
  flutterwave: { headers: (body) => ({ "flutterwave-signature": hmac(body, "base64") }) },
  front: {
    headers: (body) => ({
      "X-Front-Request-Timestamp": `${now}`,
      "X-Front-Signature": hmac(`${now}:${body}`, "base64"),
    }),
  },
  fusionauth: {
    headers: (body) => ({
      "X-FusionAuth-Signature-JWT": jwt({
        request_body_sha256: createHash("sha256").update(body).digest("base64"),
      }),
    }),
  },
  ghost: {
    headers: (body) => ({ "X-Ghost-Signature": `sha256=${hmac(`${body}${now}`, "hex")}, t=${now}` }),
  },
  gitea: {
    // It sends the headers of GitHub, too.
    headers: (body, type) => ({
      "X-Gitea-Delivery": "delivery-1",
      "X-Gitea-Event": type,
      "X-Gitea-Event-Type": type,
      "X-Gitea-Signature": hmac(body, "hex"),
      "X-Hub-Signature": `sha1=${hmac(body, "hex", SECRET, "sha1")}`,
      "X-Hub-Signature-256": `sha256=${hmac(body, "hex")}`,
      "X-GitHub-Delivery": "delivery-1",
      "X-GitHub-Event": type,
    }),
  },
  github: {
    headers: async (body, type) => ({
      "X-GitHub-Event": type,
      "X-GitHub-Delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
      "X-GitHub-Hook-ID": "292430182",
      "X-Hub-Signature-256": await signGitHub(SECRET, body),
    }),
  },
  gitlab: {
    secret: STANDARD_SECRET,
    headers: (body, type) => ({
      "X-Gitlab-Event": type,
      "X-Gitlab-Webhook-UUID": "hook-1",
      "X-Gitlab-Event-UUID": "delivery-1",
      "Idempotency-Key": "msg_1",
      ...standard(STANDARD_SECRET)(body, type),
    }),
  },
  gocardless: { headers: (body) => ({ "Webhook-Signature": hmac(body, "hex") }) },
  gong: {
    secret: RSA.publicKey,
    url: "https://example.com/hook",
    headers: (body) => ({
      Authorization: signedJwt("RS256", RSA.privateKey, {
        webhook_url: "https://example.com/hook",
        body_sha256: sha256(body),
      }),
    }),
  },
  "google-pubsub": {
    secret: RSA.publicKey,
    headers: () => ({
      Authorization: `Bearer ${signedJwt("RS256", RSA.privateKey, {
        iss: "https://accounts.google.com",
        aud: "example-audience",
        email: "example-serviceAccount",
        email_verified: true,
        iat: at,
        exp: at + 3600,
      })}`,
    }),
  },
  "google-watch": {
    headers: (_, type) => ({
      "X-Goog-Channel-ID": "channel-1",
      "X-Goog-Channel-Token": SECRET,
      "X-Goog-Message-Number": "1",
      "X-Goog-Resource-State": type,
    }),
  },
  greenhouse: {
    headers: (body) => ({ "Greenhouse-Event-ID": "event-1", Signature: `sha256 ${hmac(body, "hex")}` }),
  },
  "help-scout": {
    headers: (body, type) => ({
      "X-HelpScout-Event": type,
      "X-HelpScout-Signature": hmac(body, "base64", SECRET, "sha1"),
    }),
  },
  heroku: { headers: (body) => ({ "Heroku-Webhook-Hmac-SHA256": hmac(body, "base64") }) },
  highlevel: {
    secret: ED25519.publicKey.toString("base64"),
    headers: (body) => ({ "X-GHL-Signature": ED25519.sign(body, "base64") }),
  },
  hook0,
  hookdeck: {
    headers: (body) => ({ "X-Hookdeck-EventID": "delivery-1", "X-Hookdeck-Signature": hmac(body, "base64") }),
  },
  hubspot: {
    url: "https://example.com/hook",
    headers: (body) => ({
      "X-HubSpot-Request-Timestamp": `${now}`,
      "X-HubSpot-Signature-v3": hmac(`POSThttps://example.com/hook${body}${now}`, "base64"),
    }),
  },
  "incident-io": svix,
  increase: {
    headers: (body) => ({
      "Increase-Webhook-Signature": `t=2026-01-01T00:00:00Z,v1=${hmac(`2026-01-01T00:00:00Z.${body}`, "hex")}`,
    }),
  },
  intercom: { headers: (body) => ({ "X-Hub-Signature": `sha1=${hmac(body, "hex", SECRET, "sha1")}` }) },
  jira: {
    headers: (body) => ({
      "X-Atlassian-Webhook-Identifier": "delivery-1",
      "X-Hub-Signature": `sha256=${hmac(body, "hex")}`,
    }),
  },
  kick: {
    secret: RSA.publicKey,
    headers: (body, type) => ({
      "Kick-Event-Message-Id": "msg_1",
      "Kick-Event-Message-Timestamp": "2026-01-01T00:00:00Z",
      "Kick-Event-Type": type,
      "Kick-Event-Version": "1",
      "Kick-Event-Signature": RSA.sign(`msg_1.2026-01-01T00:00:00Z.${body}`),
    }),
  },
  klaviyo: {
    headers: (body) => ({
      "Klaviyo-Webhook-Id": "hook-1",
      "Klaviyo-Timestamp": "Thu, 01 Jan 2026 00:00:00 GMT",
      "Klaviyo-Signature": hmac(`${body}Thu, 01 Jan 2026 00:00:00 GMT`, "hex"),
    }),
  },
  launchdarkly: { headers: (body) => ({ "X-LD-Signature": hmac(body, "hex") }) },
  lemonsqueezy: { headers: (body, type) => ({ "X-Event-Name": type, "X-Signature": hmac(body, "hex") }) },
  line: { headers: (body) => ({ "X-Line-Signature": hmac(body, "base64") }) },
  linear: {
    headers: (body) => ({ "Linear-Delivery": "delivery-1", "Linear-Signature": hmac(body, "hex") }),
  },
  lithic: standardWebhooks,
  liveblocks: standardWebhooks,
  livekit: {
    headers: (body) => ({
      Authorization: jwt({ iss: "APIexample", nbf: at, exp: at + 300, sha256: digestOf(body, "base64") }),
    }),
  },
  loops: standardWebhooks,
  mailchimp: {
    url: `https://example.com/hook?secret=${SECRET}`,
    body: (sample) => `${new URLSearchParams(JSON.parse(sample))}`,
    headers: () => FORM,
  },
  // The sample is signed.
  mailgun: { headers: () => ({}) },
  mandrill: {
    url: "https://example.com/hook",
    body: (sample) => `${new URLSearchParams({ mandrill_events: JSON.stringify(JSON.parse(sample)) })}`,
    headers: (body) => ({
      ...FORM,
      "X-Mandrill-Signature": hmac(`https://example.com/hook${sortedFields(body)}`, "base64", SECRET, "sha1"),
    }),
  },
  "mercado-pago": {
    url: "https://example.com/hook?data.id=123&type=payment",
    headers: () => ({
      "x-request-id": "request-example-1",
      "x-signature": `ts=${at},v1=${hmac(`id:123;request-id:request-example-1;ts:${at};`, "hex")}`,
    }),
  },
  messagebird: {
    url: "https://example.com/hook",
    headers: (body) => ({
      "MessageBird-Signature-JWT": jwt({
        iss: "MessageBird",
        nbf: at,
        exp: at + 60,
        url_hash: sha256("https://example.com/hook"),
        payload_hash: sha256(body),
      }),
    }),
  },
  meta: { headers: (body) => ({ "X-Hub-Signature-256": `sha256=${hmac(body, "hex")}` }) },
  "microsoft-graph": {
    body: (sample) => sample.replace('"clientState": ""', `"clientState": "${SECRET}"`),
    headers: () => ({}),
  },
  "microsoft-teams": {
    secret: BASE64_SECRET,
    headers: (body) => ({
      Authorization: `HMAC ${hmac(body, "base64", Buffer.from(BASE64_SECRET, "base64"))}`,
    }),
  },
  "modern-treasury": {
    headers: (body, type) => ({ "X-Topic": type.split(".")[0] ?? "", "X-Signature": hmac(body, "hex") }),
  },
  mollie: { headers: (body) => ({ "X-Mollie-Signature": `sha256=${hmac(body, "hex")}` }) },
  monday: { headers: () => ({ Authorization: jwt({ accountId: 1, exp: at + 300, iat: at }) }) },
  mux: { headers: (body) => ({ "Mux-Signature": `t=${at},v1=${hmac(`${at}.${body}`, "hex")}` }) },
  netlify: { headers: (body) => ({ "X-Webhook-Signature": jwt({ iss: "netlify", sha256: sha256(body) }) }) },
  notion: { headers: (body) => ({ "X-Notion-Signature": `sha256=${hmac(body, "hex")}` }) },
  nylas: { headers: (body) => ({ "X-Nylas-Signature": hmac(body, "hex") }) },
  okta: { headers: () => ({ Authorization: SECRET }) },
  onfido: { headers: (body) => ({ "X-SHA2-Signature": hmac(body, "hex") }) },
  openai: standardWebhooks,
  orb: {
    // While a secret is rotated, there is a signature of each.
    headers: (body) => ({
      "X-Orb-Timestamp": "2026-01-01T00:00:00.000000",
      "X-Orb-Signature": ["another secret", SECRET]
        .map((key) => `v1=${hmac(`v1:2026-01-01T00:00:00.000000:${body}`, "hex", key)}`)
        .join(" "),
    }),
  },
  paddle: { headers: (body) => ({ "Paddle-Signature": `ts=${at};h1=${hmac(`${at}:${body}`, "hex")}` }) },
  pagerduty: {
    // While a secret is rotated, there is a signature of each.
    headers: (body) => ({
      "X-Webhook-Subscription": "PEXAMPLE",
      "X-PagerDuty-Signature": `v1=${hmac(body, "hex", "another secret")},v1=${hmac(body, "hex")}`,
    }),
  },
  paypal: {
    secret: RSA.publicKey,
    headers: (body) => ({
      "PAYPAL-AUTH-ALGO": "SHA256withRSA",
      "PAYPAL-CERT-URL": "https://api.sandbox.paypal.com/v1/notifications/certs/CERT-EXAMPLE",
      "PAYPAL-TRANSMISSION-ID": "transmission-1",
      "PAYPAL-TRANSMISSION-TIME": "2026-01-01T00:00:00Z",
      "PAYPAL-TRANSMISSION-SIG": RSA.sign(
        `transmission-1|2026-01-01T00:00:00Z|example-webhookId|${crc32(body)}`,
      ),
    }),
  },
  paystack: { headers: (body) => ({ "x-paystack-signature": hmac(body, "hex", SECRET, "sha512") }) },
  persona: { headers: (body) => ({ "Persona-Signature": `t=${at},v1=${hmac(`${at}.${body}`, "hex")}` }) },
  plaid: {
    secret: P256.pem,
    headers: (body) => ({
      "Plaid-Verification": signedJwt("ES256", P256.key, { iat: at, request_body_sha256: sha256(body) }),
    }),
  },
  // Its library encodes the secret in base64 for the library of Standard Webhooks.
  polar: { headers: standard(Buffer.from(SECRET).toString("base64")) },
  postmark: { secret: BASIC_SECRET, headers: () => ({ Authorization: BASIC }) },
  pulumi: {
    headers: (body, type) => ({
      "Pulumi-Webhook-ID": "delivery-1",
      "Pulumi-Webhook-Kind": type,
      "Pulumi-Webhook-Signature": hmac(body, "hex"),
    }),
  },
  pusher: { headers: (body) => ({ "X-Pusher-Key": "example-key", "X-Pusher-Signature": hmac(body, "hex") }) },
  qstash: {
    url: "https://example.com/hook",
    headers: (body) => ({
      "Upstash-Signature": jwt({
        iss: "Upstash",
        sub: "https://example.com/hook",
        nbf: at,
        exp: at + 300,
        jti: "jwt_1",
        body: digestOf(body, "base64url"),
      }),
    }),
  },
  quickbooks: { headers: (body) => ({ "intuit-signature": hmac(body, "base64") }) },
  razorpay: {
    headers: (body) => ({ "x-razorpay-event-id": "event-1", "X-Razorpay-Signature": hmac(body, "hex") }),
  },
  "recall-ai": svix,
  recurly: {
    headers: (body) => ({ "recurly-signature": `${now},${hmac(`${now}.${body}`, "hex")}` }),
  },
  render: standardWebhooks,
  replicate: standardWebhooks,
  resend: svix,
  retell: { headers: (body) => ({ "x-retell-signature": `v=${now},d=${hmac(`${body}${now}`, "hex")}` }) },
  revenuecat: {
    headers: (body) => ({ "X-RevenueCat-Webhook-Signature": `t=${at},v1=${hmac(`${at}.${body}`, "hex")}` }),
  },
  revolut: {
    headers: (body) => ({
      "Revolut-Request-Timestamp": `${now}`,
      "Revolut-Signature": `v1=${hmac(`v1.${now}.${body}`, "hex")}`,
    }),
  },
  rootly: { headers: (body) => ({ "X-Rootly-Signature": `t=${at},v1=${hmac(`${at}${body}`, "hex")}` }) },
  sanity: {
    headers: (body, type) => ({
      "sanity-operation": type,
      "idempotency-key": "delivery-1",
      "sanity-webhook-signature": `t=${now},v1=${Buffer.from(hmac(`${now}.${body}`, "hex"), "hex").toString("base64url")}`,
    }),
  },
  sendgrid: {
    secret: P256.publicKey,
    headers: (body) => ({
      "X-Twilio-Email-Event-Webhook-Timestamp": `${at}`,
      "X-Twilio-Email-Event-Webhook-Signature": signWithKey(
        "sha256",
        Buffer.from(`${at}${body}`),
        P256.key,
      ).toString("base64"),
    }),
  },
  sentry: {
    headers: (body, type) => ({
      "Request-ID": "delivery-1",
      "Sentry-Hook-Resource": type.split(".")[0] ?? "",
      "Sentry-Hook-Signature": hmac(body, "hex"),
    }),
  },
  shopify: {
    headers: (body, type) => ({
      "X-Shopify-Topic": type,
      "X-Shopify-Webhook-Id": "delivery-1",
      "X-Shopify-Hmac-Sha256": hmac(body, "base64"),
    }),
  },
  slack: {
    headers: (body) => ({
      "X-Slack-Request-Timestamp": `${at}`,
      "X-Slack-Signature": `v0=${hmac(`v0:${at}:${body}`, "hex")}`,
    }),
  },
  sonarqube: { headers: (body) => ({ "X-Sonar-Webhook-HMAC-SHA256": hmac(body, "hex") }) },
  sparkpost: {
    secret: BASIC_SECRET,
    headers: () => ({ Authorization: BASIC, "X-MessageSystems-Batch-ID": "delivery-1" }),
  },
  square: {
    url: "https://example.com/hooks/square",
    headers: (body) => ({
      "x-square-hmacsha256-signature": hmac(`https://example.com/hooks/square${body}`, "base64"),
    }),
  },
  "standard-webhooks": standardWebhooks,
  stripe: {
    headers: (body) => ({
      "Stripe-Signature": stripe.webhooks.generateTestHeaderString({
        payload: body,
        secret: SECRET,
        timestamp: at,
      }),
    }),
  },
  "supabase-auth": standardWebhooks,
  svix,
  telegram: { headers: () => ({ "X-Telegram-Bot-Api-Secret-Token": SECRET }) },
  telnyx: {
    secret: ED25519.publicKey.toString("base64"),
    headers: (body) => ({
      "telnyx-signature-ed25519": ED25519.sign(`${at}|${body}`, "base64"),
      "telnyx-timestamp": `${at}`,
    }),
  },
  tiktok: { headers: (body) => ({ "TikTok-Signature": `t=${at},s=${hmac(`${at}.${body}`, "hex")}` }) },
  trello: {
    url: "https://example.com/hooks/trello",
    headers: (body) => ({
      "X-Trello-Webhook": hmac(`${body}https://example.com/hooks/trello`, "base64", SECRET, "sha1"),
    }),
  },
  twilio: {
    url: "https://example.com/hook",
    body: (sample) => `${new URLSearchParams(JSON.parse(sample))}`,
    headers: (body) => ({
      ...FORM,
      "X-Twilio-Signature": hmac(`https://example.com/hook${sortedFields(body)}`, "base64", SECRET, "sha1"),
    }),
  },
  twitch: {
    headers: (body) => ({
      "Twitch-Eventsub-Message-Id": "msg_1",
      "Twitch-Eventsub-Message-Type": "notification",
      "Twitch-Eventsub-Message-Timestamp": "2026-01-01T00:00:00.000000001Z",
      "Twitch-Eventsub-Message-Signature": `sha256=${hmac(`msg_12026-01-01T00:00:00.000000001Z${body}`, "hex")}`,
    }),
  },
  typeform: { headers: (body) => ({ "Typeform-Signature": `sha256=${hmac(body, "base64")}` }) },
  vercel: { headers: (body) => ({ "x-vercel-signature": hmac(body, "hex", SECRET, "sha1") }) },
  vonage: {
    headers: (body) => ({
      Authorization: `Bearer ${jwt({ iss: "Vonage", iat: at, jti: "jwt_1", payload_hash: sha256(body) })}`,
    }),
  },
  webflow: {
    headers: (body) => ({
      "x-webflow-timestamp": `${now}`,
      "x-webflow-signature": hmac(`${now}:${body}`, "hex"),
    }),
  },
  // Its documentation encodes the secret in base64 for the library of Standard Webhooks.
  whop: plainStandard,
  wise: {
    secret: RSA.publicKey,
    headers: (body) => ({ "X-Delivery-Id": "delivery-1", "X-Signature-SHA256": RSA.sign(body) }),
  },
  woocommerce: {
    headers: (body, type) => ({
      "X-WC-Webhook-Topic": type,
      "X-WC-Webhook-ID": "1",
      "X-WC-Webhook-Delivery-ID": "delivery-1",
      "X-WC-Webhook-Signature": hmac(body, "base64"),
    }),
  },
  workos: { headers: (body) => ({ "WorkOS-Signature": `t=${now},v1=${hmac(`${now}.${body}`, "hex")}` }) },
  x: { headers: (body) => ({ "x-twitter-webhooks-signature": `sha256=${hmac(body, "base64")}` }) },
  xero: { headers: (body) => ({ "x-xero-signature": hmac(body, "base64") }) },
  zendesk: {
    headers: (body) => ({
      "X-Zendesk-Webhook-Id": "hook-1",
      "X-Zendesk-Webhook-Invocation-Id": "delivery-1",
      "X-Zendesk-Webhook-Signature-Timestamp": "2026-01-01T00:00:00Z",
      "X-Zendesk-Webhook-Signature": hmac(`2026-01-01T00:00:00Z${body}`, "base64"),
    }),
  },
  zoom: {
    headers: (body) => ({
      "x-zm-request-timestamp": `${at}`,
      "x-zm-signature": `v0=${hmac(`v0:${at}:${body}`, "hex")}`,
    }),
  },
};

/** The made-up secret of a provider. */
export const secretOf = (id: string): string => SENDERS[id]?.secret ?? SECRET;

/** Made-up settings of a provider: values that its signature covers, or that its handshake has. */
export const settingsOf = (id: string): Record<string, string> =>
  Object.fromEntries(
    Object.keys(providerDefinition(id)?.settings ?? {}).map((name) => [name, `example-${name}`]),
  );

/** Whether a provider has a public key: then nothing signs here. */
export function hasPublicKey(id: string): boolean {
  const { kind, algorithms = [] } = schemeOf(providerDefinition(id)) ?? {};
  return kind === "public-key" || (kind === "jwt" && algorithms.every((name) => !name.startsWith("HS")));
}

/** Whether nothing signs here: the provider has a public key, or its token is in the URL. */
export const cannotSign = (id: string): boolean =>
  hasPublicKey(id) || schemeOf(providerDefinition(id))?.from?.startsWith("query:") === true;

/** Whether a provider sends a token, which signs nothing of a delivery. */
export function hasToken(id: string): boolean {
  const { kind, covers, claims } = schemeOf(providerDefinition(id)) ?? {};
  const signsBody = JSON.stringify(claims ?? {}).includes("{body:");
  return kind === "token" || covers === "nothing" || (kind === "jwt" && !signsBody);
}

/** A body, JSON or a form, with another text at a pointer; null removes it. */
export function withValue(body: string, pointer: string, change: (value: string) => string | null): string {
  const [, ...path] = pointer.split("/");
  const last = path.pop() as string;
  if (!/^[{[]/.test(body)) {
    const form = new URLSearchParams(body);
    const value = change(form.get(last) ?? "");
    if (value === null) form.delete(last);
    else form.set(last, value);
    return `${form}`;
  }
  const payload = JSON.parse(body);
  const parent = path.reduce((value, key) => value[key], payload);
  parent[last] = change(`${parent[last]}`);
  return JSON.stringify(payload);
}

/** Another secret in the format of a provider. */
export function otherSecretOf(id: string): string {
  const secret = secretOf(id);
  const key = Buffer.from("another key of thirty-two bytes.");
  for (const encoding of ["hex", "base64"] as const) {
    if (secret === ED25519.publicKey.toString(encoding)) return OTHER_ED25519.publicKey.toString(encoding);
  }
  if (secret === RSA.publicKey) return OTHER_RSA.publicKey;
  if (secret === P256.publicKey) return OTHER_P256.publicKey;
  if (secret === P256.pem) return OTHER_P256.pem;
  if (secret === HEX_SECRET) return key.toString("hex");
  if (secret === BASIC_SECRET) return "example-user:another-password";
  return `${secret === BASE64_SECRET ? "" : "whsec_"}${key.toString("base64")}`;
}

/** Every sample as a delivery of its provider. */
export async function deliveries(
  id: string,
): Promise<(Delivery & { type: string; body: string; payload: unknown })[]> {
  return Promise.all(
    samplesOf(id).map(async ({ type, body: bytes }) => {
      const sample = text.decode(bytes);
      const body = bodyOf(id, sample);
      const headers = (await SENDERS[id]?.headers(body, type)) as SentHeaders;
      const { url } = SENDERS[id] as Sender;
      return {
        type,
        body,
        payload: JSON.parse(sample),
        headers,
        ...(url === undefined ? {} : { url, method: "POST" }),
      };
    }),
  );
}

/** The body that a provider sends for a sample. */
export const bodyOf = (id: string, sample: string): string => SENDERS[id]?.body?.(sample) ?? sample;

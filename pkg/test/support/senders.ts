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
import { sign as signGitHub } from "@octokit/webhooks-methods";
import { Webhook as StandardWebhook } from "standardwebhooks";
import Stripe from "stripe";
import { Webhook as SvixWebhook } from "svix";
import { type Delivery, providerDefinition } from "../../src/index.ts";
import { MORE_EXAMPLES } from "./examples.ts";
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
  "coinbase-commerce": { headers: (body) => ({ "X-CC-Webhook-Signature": hmac(body, "hex") }) },
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
  // The sample is signed.
  mailgun: { headers: () => ({}) },
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
      "Content-Type": "application/x-www-form-urlencoded",
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

/** Whether a provider has a public key: then nothing signs here. */
export function hasPublicKey(id: string): boolean {
  const { kind, algorithms = [] } = schemeOf(providerDefinition(id)) ?? {};
  return kind === "public-key" || (kind === "jwt" && algorithms.every((name) => !name.startsWith("HS")));
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

/** A signature that is known from elsewhere. */
export interface Example {
  id: string;
  /** Who made it: a published example, or a library that accepts it. */
  source: string;
  /** Whether the provider published secret, body and signature. */
  published: boolean;
  secret: string;
  /** The name of the signature scheme, if it is not the strongest one. */
  scheme?: string;
  headers: SentHeaders;
  body: string;
  url?: string;
  /** The time at which it was valid, in milliseconds. */
  time?: number;
}

export const EXAMPLES: Example[] = [
  {
    id: "adyen",
    source: "github.com/Adyen/adyen-node-api-library, src/__tests__/hmacValidator.spec.ts",
    published: true,
    secret: "DFB1EB5485895CFA84146406857104ABB4CBCABDC8AAF103A624C8F6A3EAAB00",
    headers: {},
    body: '{"live":"false","notificationItems":[{"NotificationRequestItem":{"pspReference":"pspReference","originalReference":"originalReference","merchantAccountCode":"merchantAccount","merchantReference":"reference","amount":{"currency":"EUR","value":1000},"eventCode":"REPORT_AVAILABLE","eventDate":"2019-09-21T11:45:24.637Z","success":"true","additionalData":{"hmacSignature":"ZNBPtI+oDyyRrLyD1XirkKnQgIAlFc07Vj27TeHsDRE="}}}]}',
  },
  {
    id: "adyen-platform",
    source: "npm:@adyen/api-library 32.1.0, validateHMACSignature",
    published: false,
    secret: "DFB1EB5485895CFA84146406857104ABB4CBCABDC8AAF103A624C8F6A3EAAB00",
    headers: { HmacSignature: "RUTxRnn6QZsJKwvq3C3SAl7SuLwC/m841Mz2iWM8Er4=" },
    body: '{"type":"balancePlatform.accountHolder.updated","environment":"test","data":{}}',
  },
  {
    id: "anthropic",
    source: "npm:@anthropic-ai/sdk 1.14.0, beta.webhooks.unwrap",
    published: false,
    secret: STANDARD_SECRET,
    headers: {
      "webhook-id": "msg_example_1",
      "webhook-timestamp": `${at}`,
      "webhook-signature": "v1,Laez2gN1NOmjGF6TAWiHDWy5RMftlgakN7UVjq54H7U=",
    },
    body: '{"id":"evt_example_1","type":"event","created_at":"2026-01-01T00:00:00Z","data":{"id":"example_1","type":"agent.created"}}',
  },
  {
    id: "bitbucket",
    source: "support.atlassian.com/bitbucket-cloud/docs/manage-webhooks",
    published: true,
    secret: "It's a Secret to Everybody",
    headers: {
      "X-Hub-Signature": "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9",
    },
    body: "Hello World!",
  },
  ...[
    ["SamplePrimaryKey", "BOX-SIGNATURE-PRIMARY", "6TfeAW3A1PASkgboxxA5yqHNKOwFyMWuEXny/FPD5hI="],
    ["SampleSecondaryKey", "BOX-SIGNATURE-SECONDARY", "v+1CD1Jdo3muIcbpv5lxxgPglOqMfsNHPV899xWYydo="],
  ].map(([secret = "", header = "", signature = ""]) => ({
    id: "box",
    source: "github.com/box/box-node-sdk, tests/lib/managers/webhooks-test.js",
    published: true,
    secret,
    scheme: header.slice("BOX-SIGNATURE-".length).toLowerCase(),
    headers: { "BOX-DELIVERY-TIMESTAMP": "2020-01-01T00:00:00-07:00", [header]: signature },
    body: '{"type":"webhook_event","webhook":{"id":"1234567890"},"trigger":"FILE.UPLOADED","source":{"id":"1234567890","type":"file","name":"Test.txt"}}',
    time: Date.UTC(2020, 0, 1, 7),
  })),
  {
    id: "coinbase-commerce",
    source: "github.com/coinbase/coinbase-commerce-node, test/testWebhook.spec.js",
    published: true,
    secret: "30291a20-0bd1-4267-9b0f-e6e7b123c0bf",
    headers: {
      "X-CC-Webhook-Signature": "8be7742c7d372f08a6a3224edadf18a22b65fa9e28f3f2de97376cdaa092590d",
    },
    body: '{"id":1,"scheduled_for":"2017-01-31T20:50:02Z","attempt_number":1,"event":{"id":"24934862-d980-46cb-9402-43c81b0cdba6","type":"charge:created","api_version":"2018-03-22","created_at":"2017-01-31T20:49:02Z","data":{"code":"66BEOV2A","name":"The Sovereign Individual","description":"Mastering the Transition to the Information Age","hosted_url":"https://commerce.coinbase.com/charges/66BEOV2A","created_at":"2017-01-31T20:49:02Z","expires_at":"2017-01-31T21:04:02Z","timeline":[{"time":"2017-01-31T20:49:02Z","status":"NEW"}],"metadata":{},"pricing_type":"no_price","payments":[],"addresses":{"bitcoin":"0000000000000000000000000000000000","ethereum":"0x0000000000000000000000000000000000000000","litecoin":"3000000000000000000000000000000000","bitcoincash":"bitcoincash:000000000000000000000000000000000000000000"}}}}',
  },
  {
    id: "elevenlabs",
    source: "npm:@elevenlabs/elevenlabs-js 2.73.0, constructEvent",
    published: false,
    secret: "wsec_example_0001",
    headers: {
      "ElevenLabs-Signature":
        "t=1767225600,v0=a0c27123bfad70e9cc9b107b4a501b3e44b6975a97cacdca3a863302f4397b51",
    },
    body: '{"type":"post_call_transcription","event_timestamp":1767225600,"data":{"conversation_id":"conv_example_1"}}',
  },
  {
    id: "github",
    source: "docs.github.com, validating webhook deliveries",
    published: true,
    secret: "It's a Secret to Everybody",
    headers: {
      "X-Hub-Signature-256": "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
    },
    body: "Hello, World!",
  },
  {
    id: "github",
    source: "github.com/octokit/webhooks-methods.js, its tests",
    published: true,
    secret: "mysecret",
    headers: {
      "X-Hub-Signature-256": "sha256=4864d2759938a15468b5df9ade20bf161da9b4f737ea61794142f3484236bda3",
    },
    body: '{"foo":"bar"}',
  },
  {
    id: "gocardless",
    source: "github.com/gocardless/gocardless-nodejs, src/webhooks.test.ts",
    published: true,
    secret: "ED7D658C-D8EB-4941-948B-3973214F2D49",
    headers: { "Webhook-Signature": "2693754819d3e32d7e8fcb13c729631f316c6de8dc1cf634d6527f1c07276e7e" },
    body: '{"events":[{"id":"EV00BD05S5VM2T","created_at":"2018-07-05T09:13:51.404Z","resource_type":"subscriptions","action":"created","links":{"subscription":"SB0003JJQ2MR06"},"details":{"origin":"api","cause":"subscription_created","description":"Subscription created via the API."},"metadata":{}},{"id":"EV00BD05TB8K63","created_at":"2018-07-05T09:13:56.893Z","resource_type":"mandates","action":"created","links":{"mandate":"MD000AMA19XGEC"},"details":{"origin":"api","cause":"mandate_created","description":"Mandate created via the API."},"metadata":{}}]}',
  },
  {
    id: "hookdeck",
    source: "npm:@hookdeck/sdk 0.4.0, verifyWebhookSignature",
    published: false,
    secret: "hookdeck_secret_example_0001",
    headers: { "X-Hookdeck-Signature": "3D/2OpNv6Ma8HSeCX5racba6BW6tIErBhpPP1d2Se4g=" },
    body: '{"text":"example"}',
  },
  {
    id: "increase",
    source: "github.com/Increase/increase-python, tests/api_resources/test_webhooks.py",
    published: true,
    secret: "whsec_zlFsbBZ8Xcodlpcu6NDTdSzZRLSdhkst",
    headers: {
      "Increase-Webhook-Signature":
        "t=2022-01-31T23:59:59Z,v1=3f9c3dcc820ca3adfae8e196d05b09dfef63b91db5ce5ac1407090f2aa424a6f",
    },
    body: '{"id":"event_123abc","created_at":"2020-01-31T23:59:59Z"}',
    time: Date.UTC(2022, 0, 31, 23, 59, 59),
  },
  {
    id: "jira",
    source: "developer.atlassian.com/cloud/jira/platform/webhooks",
    published: true,
    secret: "It's a Secret to Everybody",
    headers: {
      "X-Hub-Signature": "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9",
    },
    body: "Hello World!",
  },
  {
    id: "line",
    source: "github.com/line/line-bot-sdk-nodejs, test/validate-signature.spec.ts",
    published: true,
    secret: "test_secret",
    headers: { "X-Line-Signature": "t7Hn4ZDHqs6e+wdvI5TyQIvzie0DmMUmuXEBqyyE/tM=" },
    body: '{"hello":"world"}',
  },
  {
    id: "linear",
    source: "npm:@linear/sdk 98.0.0, LinearWebhookClient.verify",
    published: false,
    secret: "lin_wh_example_0001",
    headers: { "Linear-Signature": "afa160a0f32f2d5b9d2a5cbd00ec83815a39544fe61c3a4c8122dfae05e13843" },
    body: '{"action":"create","type":"Issue","createdAt":"2026-01-01T00:00:00.000Z","organizationId":"o","webhookId":"w","webhookTimestamp":1767225600000}',
  },
  {
    id: "lithic",
    source: "npm:lithic 0.145.0, webhooks.unwrap",
    published: false,
    secret: STANDARD_SECRET,
    headers: {
      "webhook-id": "msg_example_1",
      "webhook-timestamp": `${at}`,
      "webhook-signature": "v1,8PemBlsohVfVjJqi7UWsK6Nq2zX5Fm9IU99nf93w0bk=",
    },
    body: '{"event_type":"balance.updated","data":[]}',
  },
  {
    id: "livekit",
    source: "npm:livekit-server-sdk 2.19.2, WebhookReceiver.receive",
    published: false,
    secret: "livekit-api-secret-example-0001",
    headers: {
      Authorization:
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJBUElleGFtcGxlIiwibmJmIjoxNzY3MjI1NjAwLCJleHAiOjE3NjcyMjU5MDAsInNoYTI1NiI6IndjTmc2L3dBNmw4T3JnYi80enkrSWp6cHoxVEN5M3A2RnFpQk1FV1kreFE9In0.Or_LIRFK86S5CaLE3KlfEuWIXfGI8zljVA-JsB9PYkQ",
    },
    body: '{"event":"room_started","id":"EV_example_1","createdAt":"1767225600"}',
  },
  {
    id: "modern-treasury",
    source: "npm:modern-treasury 3.3.0, webhooks.validateSignature",
    published: false,
    secret: "mt_key_example_0001",
    headers: { "X-Signature": "69bdfcaa15d477fe0cebc999198a7c4c642e0be88442e455cb325325c9f2eb6c" },
    body: '{"event":"created","data":{"id":"example_1","object":"payment_order"}}',
  },
  {
    id: "notion",
    source: "npm:@notionhq/client 5.26.0, verifyWebhookSignature",
    published: false,
    secret: "secret_example_0001",
    headers: {
      "X-Notion-Signature": "sha256=11dc9d27fa8a2f76508139614f0e7b4914a07fa327f32b95649c4e829da1b689",
    },
    body: '{"id":"evt_example_1","type":"page.created","entity":{"id":"page_example_1","type":"page"}}',
  },
  {
    id: "hubspot",
    source: "npm:@hubspot/api-client 13.5.0, its tests",
    published: true,
    secret: "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy",
    scheme: "v1",
    headers: {
      "X-HubSpot-Signature-Version": "v1",
      "X-HubSpot-Signature": "232db2615f3d666fe21a8ec971ac7b5402d33b9a925784df3ca654d05f4817de",
    },
    body: '[{"eventId":1,"subscriptionId":12345,"portalId":62515,"occurredAt":1564113600000,"subscriptionType":"contact.creation","attemptNumber":0,"objectId":123,"changeSource":"CRM","changeFlag":"NEW","appId":54321}]',
  },
  {
    id: "hubspot",
    source: "npm:@hubspot/api-client 13.5.0, its tests, v2",
    published: true,
    secret: "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy",
    scheme: "v2",
    url: "https://www.example.com/webhook_uri",
    headers: {
      "X-HubSpot-Signature-Version": "v2",
      "X-HubSpot-Signature": "9569219f8ba981ffa6f6f16aa0f48637d35d728c7e4d93d0d52efaa512af7900",
    },
    body: '{"example_field":"example_value"}',
  },
  {
    id: "hubspot",
    source: "npm:@hubspot/api-client 13.5.0, Signature.getSignature of the decoded URL, v3",
    published: false,
    secret: "example-client-secret",
    scheme: "v3",
    url: "https://example.com/hook?a=%40b",
    headers: {
      "X-HubSpot-Request-Timestamp": `${now}`,
      "X-HubSpot-Signature-v3": "J4wpgYZRWRUgsciVD9+wkBcwAAni9KZa4PT2dy0erqo=",
    },
    body: '[{"eventId":1,"subscriptionType":"contact.creation"}]',
  },
  {
    id: "mercado-pago",
    source: "npm:mercadopago 3.6.1, WebhookSignatureValidator",
    published: false,
    secret: "example-secret",
    url: "https://example.com/hook?data.id=ORD01ABC",
    headers: {
      "x-request-id": "req-1",
      "x-signature": "ts=1767225600,v1=d24700798a871700ef338f6bf961e029a6fe4ec63d3a61a928bc6cc442ef8c69",
    },
    body: '{"action":"order.updated"}',
  },
  {
    id: "orb",
    source: "npm:orb-billing 6.11.0, webhooks.verifySignature",
    published: false,
    secret: "orb_secret_example_0001",
    headers: {
      "X-Orb-Timestamp": "2026-01-01T00:00:00.123456",
      "X-Orb-Signature": "v1=5d98f9a99522e47820cade3f6623139097102e00c8bd8ab25e343e63c806dfdb",
    },
    body: '{"id":"evt_example_1","type":"customer.created","created_at":"2026-01-01T00:00:00+00:00"}',
  },
  ...[
    [
      "VALID_SECRET",
      '{"data": ["1", "2"]}',
      "ts=1698796800;h1=a300428748dce5c70e4da19bffd60769591ea969c99dea3105d0ec9612cf43f9",
    ],
    [
      "VALID_SECRET",
      '{"data": "value"}',
      "ts=1698796800;h1=28981e941fae76e53db32f3d2a83cb69db41476595e84e1970a1b5d98f62b261;h1=28981e941fae76e53db32f3d2a83cb69db41476595e84e1970a1b5d98f62b261;h2=RANDOM_HASH",
    ],
    [
      "pdl_ntf_01hbpjmytsa32fhr36nqgc3kgb_WvRO0eL4Bj9rgYYIBZY6wZhG4EHy9jzh",
      "hello-world",
      "ts=1696195954;h1=dummy;h1=d96299976a6eb066f484d7fde011ac56fc32b38fc9940bc419d6e537fdc6ef02",
    ],
  ].map(([secret = "", body = "", header = ""]) => ({
    id: "paddle",
    source: "github.com/PaddleHQ/paddle-node-sdk and its siblings, their tests",
    published: true,
    secret,
    headers: { "Paddle-Signature": header },
    body,
    time: Number(/ts=(\d+)/.exec(header)?.[1]) * 1000,
  })),
  {
    id: "messagebird",
    source: "github.com/messagebird/messagebird-nodejs, lib/testdata/webhook-signature-jwt-reference.json",
    published: true,
    secret: "36efdd1aace2e26cd490f0d951138253bef2f7c6d34d18981da781555cc4cebb",
    url: "https://example.com/path?bar=1&foo=2",
    headers: {
      "MessageBird-Signature-JWT":
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJNZXNzYWdlQmlyZCIsIm5iZiI6MTYyNTQ3OTIwMCwiZXhwIjoxNjI1NDc5MjYwLCJqdGkiOiI5M2U1NTAwNi1hMGU4LTQ1MjYtYTE5MC1mYTVmZjAwZWExMTYiLCJ1cmxfaGFzaCI6IjQxZjA1ZjBkZGQwYTIyYWIyMDlhYzQ2ZjQ3YzQ1NzJkOWNlZmEyNTdlZDc0YjI0MDA0YmFlNzUzZWNlNmMyNjAiLCJwYXlsb2FkX2hhc2giOiJkZmZkNjAyMWJiMmJkNWIwYWY2NzYyOTA4MDllYzNhNTMxOTFkZDgxYzdmNzBhNGIyODY4OGEzNjIxODI5ODZmIn0._H--TOuYFLpeEH39-rg5E3IHVkjHozBcaKVWPRC5m9I",
    },
    body: "Hello, World!",
    time: 1625479200000,
  },
  {
    id: "pusher",
    source: "npm:pusher 5.3.4, WebHook.isValid",
    published: false,
    secret: "example_secret_0001",
    headers: {
      "X-Pusher-Key": "example_key",
      "X-Pusher-Signature": "5c996bd9b11d2e2f603f8928aa01aa12c33430e7d07a739d6aca6d54202a86a0",
    },
    body: '{"time_ms":1767225600000,"events":[{"name":"channel_occupied","channel":"example-channel"}]}',
  },
  {
    id: "qstash",
    source: "npm:@upstash/qstash 2.12.0, Receiver.verify",
    published: false,
    secret: "sig_example_current_0001",
    url: "https://example.com/hook",
    headers: {
      "Upstash-Signature":
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJVcHN0YXNoIiwic3ViIjoiaHR0cHM6Ly9leGFtcGxlLmNvbS9ob29rIiwiZXhwIjoxNzY3MjI1OTAwLCJuYmYiOjE3NjcyMjU1OTAsImlhdCI6MTc2NzIyNTYwMCwianRpIjoiand0X2V4YW1wbGVfMSIsImJvZHkiOiJrNkk1Y2FrVTVlckw4S2pTVVZUTm93bkR3Y2N2dTVrVTFIeGc4OHRvRllnIn0.XJlwN6O7IZXP8jJRuC8XmqgOkqQY72uQVauCViE5dVQ",
    },
    body: '{"hello":"world"}',
  },
  {
    id: "razorpay",
    source: "github.com/razorpay/razorpay-node, test/utils/razorpay-utils.spec.js",
    published: true,
    secret: "123456",
    headers: { "X-Razorpay-Signature": "2fe04e22977002e6c7cb553adab8b460cb9e2a4970d5953cb27a8472752e3bbc" },
    body: '{"a":1,"b":2,"c":{"d":3}}',
  },
  {
    id: "retell",
    source: "npm:retell-sdk 5.66.1, symmetric.sign",
    published: false,
    secret: "key_example_0001",
    headers: {
      "x-retell-signature":
        "v=1767225600000,d=c8f4237145e795e3d9e115cc46989e490c840d1687499e7489dcbd1447b8d6ef",
    },
    body: '{"event":"call_ended","call":{"call_id":"call_example_1"}}',
  },
  {
    id: "sanity",
    source: "github.com/sanity-io/webhook-toolkit, test/middleware.test.ts",
    published: true,
    secret: "test",
    headers: {
      "sanity-webhook-signature": "t=1633519811129,v1=tLa470fx7qkLLEcMOcEUFuBbRSkGujyskxrNXcoh0N0",
    },
    body: '{"_id":"resume"}',
    time: 1633519811129,
  },
  {
    id: "sendgrid",
    source: "github.com/sendgrid/sendgrid-nodejs, packages/eventwebhook/src/eventwebhook.spec.js",
    published: true,
    secret:
      "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g==",
    headers: {
      "X-Twilio-Email-Event-Webhook-Timestamp": "1600112502",
      "X-Twilio-Email-Event-Webhook-Signature":
        "MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6ZUAiEAyBiXDWzM+uOe5W0JuG+luQAbPIqHh89M15TluLtEZtM=",
    },
    body: '[{"email":"hello@world.com","event":"dropped","reason":"Bounced Address","sg_event_id":"ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA","sg_message_id":"LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0","smtp-id":"<LRzXl_NHStOGhQ4kofSm_A@ismtpd0039p1iad1.sendgrid.net>","timestamp":1600112492}]\r\n',
    time: 1600112502_000,
  },
  {
    id: "slack",
    source: "docs.slack.dev, verifying requests from Slack",
    published: true,
    secret: "8f742231b10e8888abcd99yyyzzz85a5",
    headers: {
      "X-Slack-Request-Timestamp": "1531420618",
      "X-Slack-Signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
    },
    body: "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c",
    time: 1531420618_000,
  },
  {
    id: "square",
    source: "github.com/square/square-nodejs-sdk, tests/integration/webhooks.test.ts",
    published: true,
    secret: "Ibxx_5AKakO-3qeNVR61Dw",
    headers: { "x-square-hmacsha256-signature": "GF4YkrJgGBDZ9NIYbNXBnMzqb2HoL4RW/S6vkZ9/2N4=" },
    body: '{"merchant_id":"MLEFBHHSJGVHD","type":"webhooks.test_notification","event_id":"ac3ac95b-f97d-458c-a6e6-18981597e05f","created_at":"2022-07-13T20:30:59.037339943Z","data":{"type":"webhooks","id":"bc368e64-01aa-407e-b46e-3231809b1129"}}',
    url: "https://webhook.site/679a4f3a-dcfa-49ee-bac5-9d0edad886b9",
  },
  {
    id: "square",
    source: "github.com/square/square-nodejs-sdk, tests/integration/webhooks.test.ts",
    published: true,
    secret: "signature-key",
    headers: { "x-square-hmacsha256-signature": "Cxt7+aTi4rKgcA0bC4g9EHdVtLSDWdqccmL5MvihU4U=" },
    body: '{"data":{"type":"webhooks","id":">id<"}}',
    url: "https://webhook.site/webhooks",
  },
  ...["openai", "standard-webhooks"].map((id) => ({
    id,
    source: "platform.openai.com, webhooks",
    published: true,
    secret: "whsec_RdvaYFYUXuIFuEbvZHwMfYFhUf7aMYjYcmM24+Aj40c=",
    headers: {
      "webhook-id": "wh_685c059ae39c8190af8c71ed1022a24d",
      "webhook-timestamp": "1750861210",
      "webhook-signature": "v1,gUAg4R2hWouRZqRQG4uJypNS8YK885G838+EHb4nKBY=",
    },
    body: '{"id": "evt_685c059ae3a481909bdc86819b066fb6", "object": "event", "created_at": 1750861210, "type": "response.completed", "data": {"id": "resp_123"}}',
    time: 1750861210_000,
  })),
  {
    id: "svix",
    source: "docs.svix.com, verifying webhooks manually",
    published: true,
    secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    headers: {
      "svix-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
      "svix-timestamp": "1614265330",
      "svix-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    },
    body: '{"test": 2432232314}',
    time: 1614265330_000,
  },
  {
    id: "twilio",
    source: "github.com/twilio/twilio-node, spec/validation.spec.js",
    published: true,
    secret: "12345",
    url: "https://mycompany.com/myapp.php?foo=1&bar=2",
    headers: {
      "Content-Type": "application/x-www-form-urlencoded",
      "X-Twilio-Signature": "RSOYDt4T1cUTdK1PDd93/VVr8B8=",
    },
    body: "CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212",
  },
  {
    id: "twilio",
    source: "github.com/twilio/twilio-node, spec/validation.spec.js, JSON",
    published: true,
    secret: "12345",
    url: "https://mycompany.com/myapp.php?foo=1&bar=2&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620",
    headers: { "Content-Type": "application/json", "X-Twilio-Signature": "a9nBmqA0ju/hNViExpshrM61xv4=" },
    body: '{"property": "value", "boolean": true}',
  },
  {
    id: "webflow",
    source: "npm:webflow-api 3.3.4, verifySignature",
    published: false,
    secret: "example-webflow-secret",
    headers: {
      "x-webflow-timestamp": "1767225600000",
      "x-webflow-signature": "e5745cd8fb9940ddc9dec1718328c108cce6900dcf47c802bb21c01cd846823e",
    },
    body: '{"triggerType":"form_submission","payload":{"name":"Contact"}}',
  },
  {
    id: "whop",
    source: "npm:@whop/sdk 0.0.42, webhooks.unwrap with the secret in base64",
    published: false,
    secret: "ws_example_0001",
    headers: {
      "webhook-id": "msg_example_1",
      "webhook-timestamp": `${at}`,
      "webhook-signature": "v1,1oaOBOMx0OMzcZtv9w9hX22EjNsVjzNQE0ovWDJIpEM=",
    },
    body: '{"id":"msg_example_1","api_version":"v1","timestamp":"2026-01-01T00:00:00.000Z","type":"payment.succeeded","data":{}}',
  },
  ...MORE_EXAMPLES,
];

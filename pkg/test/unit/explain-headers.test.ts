// `explain` with renamed and lost headers, changed header values, signed URLs, and secrets in the delivery.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import { type HeadersLike, type ProviderDefinition, type Webhook, webhook } from "../../src/index.ts";
import { codes, explain } from "../support/explained.ts";
import { SECRET } from "../support/fixtures.ts";

const body = '{"id":"evt_1","type":"charge.succeeded","data":{"object":{}}}';
const time = String(Math.floor(Date.now() / 1000));
const key = Buffer.from("a key of thirty-two bytes or so.");
const hmac = (secret: string | Buffer, content: string, encoding: "hex" | "base64" = "hex") =>
  createHmac("sha256", secret).update(content).digest(encoding);

const github = webhook("github", { secrets: [SECRET] });
const stripe = webhook("stripe", { secrets: [SECRET] });
const standard = webhook("standard-webhooks", { secrets: [`whsec_${key.toString("base64")}`] });
const svix = webhook("svix", { secrets: [`whsec_${key.toString("base64")}`] });

const standardSignature = (id = "m1") => `v1,${hmac(key, `${id}.${time}.${body}`, "base64")}`;
const stripeSignature = `t=${time},v1=${hmac(SECRET, `${time}.${body}`)}`;

/** What is proved, and all that is observed. */
function found(hook: Webhook, headers: HeadersLike, url?: string) {
  const { matches, observations } =
    url === undefined ? explain(headers, body, hook) : hook.explain({ headers, body, url });
  return {
    matches: codes(matches),
    observations: codes(observations),
    text: inspect({ matches, observations }),
  };
}

describe("a renamed header", () => {
  for (const [name, hook, headers] of [
    ["by CGI", stripe, { HTTP_STRIPE_SIGNATURE: stripeSignature }],
    ["with underscores", stripe, { stripe_signature: stripeSignature }],
    ["by a gateway", stripe, { "x-amzn-remapped-stripe-signature": stripeSignature }],
    ["without its algorithm", github, { "X-Hub-Signature": `sha256=${hmac(SECRET, body)}` }],
    ["of Svix", standard, { "svix-id": "m1", "svix-timestamp": time, "svix-signature": standardSignature() }],
    [
      "of two families",
      svix,
      { "svix-id": "m1", "svix-timestamp": time, "webhook-signature": standardSignature() },
    ],
    [
      "next to two that are right",
      standard,
      { "webhook-id": "m1", HTTP_WEBHOOK_TIMESTAMP: time, "webhook-signature": standardSignature() },
    ],
  ] as [string, Webhook, Record<string, string>][]) {
    it(`is proved, and nothing else: ${name}`, () => {
      const { matches, text } = found(hook, headers);
      assert.deepEqual(matches, ["header-renamed"], text);
      const renamed = Object.keys(headers).filter((header) => text.includes(`${header} (expected`));
      assert.ok(renamed.length > 0, text);
    });
  }

  it("that was lost is said first, and proved by the same id in the body", () => {
    const headers = { "webhook-timestamp": time, "webhook-signature": standardSignature("evt_1") };
    const { matches, observations, text } = found(standard, headers);
    assert.deepEqual([matches, observations], [["header-lost"], ["signed-content-incomplete"]], text);
    assert.ok(!text.includes("evt_1"), text);
  });
});

describe("a header value", () => {
  const digest = hmac(SECRET, body);
  for (const [value, code] of [
    [`sha256=sha256=${digest}`, "signature-label-unexpected"],
    [`'sha256=${digest}'`, "signature-label-unexpected"],
    [`sha256%3D${digest}`, "signature-label-unexpected"],
    [`0x${digest}`, "signature-label-unexpected"],
    [digest, "signature-label-missing"],
    [`sha256=${digest.slice(0, 50)}...`, "signature-truncated"],
  ]) {
    it(`has one cause: ${value?.replace(digest, "HEX")} is ${code}`, () => {
      const { matches, text } = found(github, { "X-Hub-Signature-256": value ?? "" });
      assert.deepEqual(matches, [code], text);
    });
  }

  it("by a private key, and a JSON Web Token, are said to be such", () => {
    const headers = { "webhook-id": "m1", "webhook-timestamp": time };
    const v1a = `v1a,${Buffer.alloc(64, 7).toString("base64")}`;
    const asymmetric = found(standard, { ...headers, "webhook-signature": v1a });
    assert.deepEqual([asymmetric.matches, asymmetric.observations], [[], ["signature-public-key"]]);
    const token = "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJ0ZXN0In0.c2lnbmF0dXJl";
    const jwt = found(github, { "X-Hub-Signature-256": token });
    assert.deepEqual([jwt.matches, jwt.observations], [[], ["signature-jwt"]]);
  });
});

describe("a secret in a delivery", () => {
  it("is reported without showing it", () => {
    const basic = Buffer.from(`user:${SECRET}`).toString("base64");
    for (const headers of [
      { "X-Chat-Token": SECRET },
      { Authorization: `Bearer ${SECRET}` },
      { Authorization: `Basic ${basic}` },
    ]) {
      const { observations, text } = found(github, headers);
      assert.deepEqual(observations, ["secret-as-token", "header-missing"], text);
      assert.ok(!text.includes(SECRET) && !text.includes(basic), text);
    }
    const url = `https://h.example/in?key=${encodeURIComponent(SECRET)}`;
    const { observations, text } = found(
      github,
      { "X-Hub-Signature-256": `sha256=${hmac(SECRET, body)}` },
      url,
    );
    assert.deepEqual(observations, ["signature-valid", "secret-leaked"], text);
    assert.ok(!text.includes(SECRET), text);
  });
});

describe("a signed URL", () => {
  const definition: ProviderDefinition = {
    id: "mine",
    title: "Mine",
    signature: {
      header: "X-Signature",
      format: "{base64}",
      algorithms: ["sha256"],
      signedContent: "{url}{body}",
    },
    envelope: { type: "/type" },
    events: { "*": { schema: true } },
  };
  const mine = webhook(definition, { secrets: [SECRET] });
  const signed = "https://h.example/in";

  for (const [received, headers, parts] of [
    ["http://h.example/in", { "X-Forwarded-Proto": "https" }, "scheme"],
    [
      "http://10.0.0.1:3000/in",
      { "X-Forwarded-Proto": "https", "X-Forwarded-Host": "h.example" },
      "scheme, host and port",
    ],
    ["http://app/in", { Forwarded: 'proto=https;host="h.example:443"' }, "scheme and host"],
    ["/in", { Host: "h.example" }, "scheme and host"],
    ["https://h.example/in/", {}, "trailing slash"],
    ["https://h.example:443/in", {}, "port"],
    ["https://h.example/in?utm=1", {}, "query"],
  ] as [string, Record<string, string>, string][]) {
    it(`is proved with the parts that differ: ${received}`, () => {
      const signature = hmac(SECRET, signed + body, "base64");
      const { matches, observations, text } = found(mine, { "X-Signature": signature, ...headers }, received);
      assert.deepEqual([matches, observations], [["content-url-changed"], []], text);
      assert.ok(text.includes(`Different: ${parts}.`), text);
    });
  }
});

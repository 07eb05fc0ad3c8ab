// Secrets in a form that the provider does not have: rejected with the right hint, and explained.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { describe, it } from "node:test";
import { HooksealError, painchek, webhook, xon } from "../../src/index.ts";
import { codes } from "../support/explained.ts";

const key = Buffer.from("0123456789abcdef0123456789abcdef");
const base64 = key.toString("base64");
const body = '{"type":"a.b","timestamp":"2025-01-01T00:00:00Z","data":{}}';

function delivery(signedWith: string | Buffer) {
  const time = Math.floor(Date.now() / 1000);
  const signature = createHmac("sha256", signedWith).update(`m.${time}.${body}`).digest("base64");
  return {
    headers: { "webhook-id": "m", "webhook-timestamp": String(time), "webhook-signature": `v1,${signature}` },
    body,
  };
}

const explained = (secret: string, signedWith: string | Buffer) =>
  webhook("standard-webhooks", { secrets: [secret], explainOnly: true }).explain(delivery(signedWith));

function hintOf(secret: string): string {
  try {
    webhook("standard-webhooks", { secrets: [secret] });
  } catch (error) {
    assert.ok(error instanceof HooksealError && error.code === "secret-invalid");
    const text = `${error.message} ${error.issues[0]?.hint ?? ""}`;
    assert.ok(!text.includes(secret), text);
    return text;
  }
  return "accepted";
}

describe("a secret of Standard Webhooks", () => {
  it("is accepted as dashboards show it and as the vendors' libraries decode it", () => {
    assert.equal(base64.slice(-2), "Y=");
    const surplus = `${base64.slice(0, -2)}Z=`;
    assert.deepEqual(Buffer.from(surplus, "base64"), key);
    for (const secret of [
      base64,
      `whsec_${base64}`,
      `v1,whsec_${base64}`,
      base64.replaceAll("=", ""),
      surplus,
    ]) {
      const hook = webhook("standard-webhooks", { secrets: [secret] });
      assert.ok(hook.check(delivery(key)).ok, secret.slice(0, 8));
    }
  });

  it("is rejected in another form, with a hint that is right", () => {
    for (const [secret, hint] of [
      ["polar_whs_ABCDEFGHIJKLMNOP", /Pass its base64, as Polar's SDK does/],
      ["a_plain_text_secret", /looks like plain text/],
      ["sk_live_abcdefghijklmnop", /looks like an API key.*"sk_live_"/],
      ["whsec_!!!!", /Copy the whole secret again/],
      [`"whsec_${base64}"`, /Remove the quotes/],
      [`whsec_whsec_${base64}`, /twice/],
      [`Whsec_${base64}`, /exactly as the provider does: "whsec_"/],
      ["MfKQ9r8GKYqrTwjUPD8ILP-Io2LaLa_w", /looks like URL-safe base64/],
      ["whsec_YQ==", /has 1 byte; expected at least 8/],
    ] as const) {
      assert.match(hintOf(secret), hint);
      assert.equal(/URL-safe/.test(hintOf(secret)), /URL-safe/.test(hint.source), secret);
    }
  });

  it("in another form is explained", () => {
    for (const [secret, signedWith, cause] of [
      ["polar_whs_ABCDEFGHIJKLMNOP", "polar_whs_ABCDEFGHIJKLMNOP", "secret-not-decoded"],
      ["a_plain_text_secret", Buffer.from("a_plain_text_secret").toString("base64"), "secret-encoded"],
      [`"whsec_${base64}"`, key, "secret-quotes"],
      [`whsec_${base64}\r\n`, key, "secret-white-space"],
      [`whsec_whsec_${base64}`, key, "secret-prefix-doubled"],
      [`WHSEC_${base64}`, key, "secret-prefix-case"],
      [`export WEBHOOK_SECRET='whsec_${base64}'`, key, "secret-surrounded"],
      [encodeURIComponent(`whsec_${base64}`), key, "secret-url-encoded"],
    ] as const) {
      const { matches, observations } = explained(secret, signedWith);
      assert.deepEqual(codes(matches), [cause], secret);
      assert.ok(codes(observations).includes("secret-invalid"), secret);
      assert.ok(!JSON.stringify({ matches, observations }).includes(secret));
    }
    assert.deepEqual(codes(explained(`v1,whsec_${base64}`, key).observations), ["signature-valid"]);
    const wrong = explained("a_plain_text_secret", "another");
    assert.deepEqual(wrong.matches, []);
    assert.ok(codes(wrong.observations).includes("secret-invalid"));
  });
});

describe("a webhook that only explains", () => {
  const failsClosed = { code: "option-invalid", message: /`explainOnly`/ };

  it("verifies, signs and creates nothing", async () => {
    for (const secret of [`whsec_${base64}`, "a_plain_text_secret"]) {
      const hook = webhook("standard-webhooks", { secrets: [secret], explainOnly: true, unsigned: "allow" });
      const right = delivery(key);
      assert.throws(() => hook.verify(right), failsClosed);
      assert.throws(() => hook.verify({ headers: {}, body }), failsClosed);
      const result = hook.check(right);
      assert.ok(!result.ok && failsClosed.message.test(result.error.message));
      assert.throws(() => hook.sign(body), failsClosed);
      assert.throws(() => hook.create("a.b", {}), failsClosed);
      assert.equal(hook.inspect(right).verdict, "rejected");
      assert.ok(hook.compare(right, right).same);
    }
    for (const hook of [painchek({ secrets: ["a"], explainOnly: true }), xon({ explainOnly: true })])
      assert.throws(() => hook.verify({ headers: {}, body: "{}" }), failsClosed);
  });

  it("needs a secret, and a boolean", () => {
    for (const secrets of [[], [""], ["whsec_"]])
      assert.throws(() => webhook("svix", { secrets, explainOnly: true }), { code: "secret-missing" });
    assert.throws(() => webhook("svix", { secrets: ["a"], explainOnly: "yes" as never }), {
      code: "option-invalid",
      message: /`explainOnly`: expected true or false/,
    });
    // Not the option, but its opposite.
    assert.throws(() => webhook("svix", { secrets: ["a_b"], explainOnly: false }), {
      code: "secret-invalid",
    });
  });
});

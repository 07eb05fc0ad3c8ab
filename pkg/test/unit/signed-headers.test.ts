// Headers that a delivery lists as signed, in every container of headers; and PayPal, whose signature covers a setting.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, it } from "node:test";
import { receiver } from "../../src/fetch.ts";
import { type ProviderDefinition, webhook } from "../../src/index.ts";
import { keySource } from "../../src/keys.ts";
import { EXAMPLES } from "../support/examples.ts";

const page = readFileSync(new URL("../../../docs/providers.md", import.meta.url), "utf8");
const [, json = ""] = /### Signed header lists\n[\s\S]*?```json\n([\s\S]*?)```/.exec(page) ?? assert.fail();
const definition = {
  id: "mine",
  envelope: { type: "/type" },
  events: { "*": { schema: true } },
  ...JSON.parse(json),
} as ProviderDefinition;

const secret = "a secret of these tests, long enough";
const now = Date.UTC(2026, 0, 1);
const body = '{"type":"paid"}';
const url = "https://example.com/hook?a=1";
const hook = webhook(definition, { secrets: [secret] });

/** The headers of a delivery that lists these as signed. */
function headersOf(others: Record<string, string>): Record<string, string> {
  const signed: Record<string, string> = { ...others, "x-mine-time": `${now / 1000}` };
  const names = [...Object.keys(signed), "x-mine-signed-headers"].sort();
  signed["x-mine-signed-headers"] = names.join(",");
  const pairs = names.map((name) => `${name}:${signed[name]}`).join(";");
  const content = `POST\n/hook?a=1\n${pairs}\n${body}`;
  return { ...signed, "x-mine-signature": createHmac("sha256", secret).update(content).digest("hex") };
}

describe("a list of signed headers", () => {
  const headers = headersOf({ "x-any-name": "a", "content-type": "application/json; charset=utf-8" });
  const codeOf = (headers: Record<string, string>) => {
    const result = hook.check({ headers, body, url, method: "POST" }, { now });
    return result.ok ? "valid" : result.error.code;
  };

  it("is read from every container of headers", () => {
    for (const container of [
      headers,
      Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value])),
      new Headers(headers),
      new Map(Object.entries(headers)),
      Object.entries(headers).flat(),
    ]) {
      const delivery = { headers: container, body, url, method: "POST" };
      assert.equal(hook.verify(delivery, { now }).signature.status, "verified");
      assert.equal(hook.inspect(delivery, { now }).verdict, "verified");
    }
  });

  it("covers what it names, and nothing else", () => {
    assert.equal(codeOf({ ...headers, "x-other": "1" }), "valid");
    assert.equal(codeOf({ ...headers, "x-any-name": "b" }), "signature-mismatch");
    const { "x-any-name": _, ...without } = headers;
    assert.equal(codeOf(without), "header-missing");
    assert.equal(codeOf({ ...headers, "x-mine-signed-headers": "x-mine-time" }), "signature-malformed");
    assert.equal(
      codeOf({ ...headers, "x-mine-signed-headers": "x-mine-signed-headers,x-mine-time" }),
      "signature-mismatch",
    );
    const { signature } = hook.inspect({ headers, body, url, method: "POST" }, { now });
    assert.equal(signature.parts?.find(({ placeholder }) => placeholder === "headers")?.value, undefined);
    assert.equal(signature.tag, headers["x-mine-signature"]);
  });

  it("explains a header that a proxy removed", () => {
    const { "x-any-name": _, ...without } = headers;
    const { issues } = hook.inspect({ headers: without, body, url, method: "POST" }, { now });
    assert.equal(
      issues.find(({ code }) => code === "header-missing")?.hint,
      "Configure the proxy or gateway to pass all headers on.",
    );
  });

  it("is written by sign, and renewed for a retry", () => {
    const signed = hook.sign(body, { now, url });
    assert.equal(signed.headers["X-Mine-Signed-Headers"], "content-type,x-mine-signed-headers,x-mine-time");
    assert.equal(hook.check({ ...signed, url, method: "POST" }, { now }).ok, true);
    const other = { ...signed.headers, "Content-Type": "text/plain" };
    assert.equal(hook.check({ ...signed, headers: other, url, method: "POST" }, { now }).ok, false);
  });
});

describe("PayPal", () => {
  const example = EXAMPLES.find(({ id }) => id === "paypal") ?? assert.fail();
  const { headers, settings, secret: certificate } = example;
  const delivery = { headers, body: example.body };

  it("needs the id of the webhook, except for what says nothing of a signature", () => {
    assert.throws(() => webhook("paypal", {}), { code: "setting-missing" });
    assert.throws(() => webhook("paypal", { secrets: [certificate] }), { code: "setting-missing" });
    const unsigned = webhook("paypal", { unsigned: "allow" });
    assert.equal(unsigned.verify(delivery).signature.status, "unsigned");
    assert.deepEqual(unsigned.uncovered, webhook("paypal", { settings }).uncovered);
    assert.ok(webhook("paypal", { explainOnly: true, unsigned: "allow" }).explain(delivery));
  });

  it("says which certificate a delivery needs, and refuses one of another host", () => {
    const hook = webhook("paypal", { settings });
    const need = { url: "https://api.sandbox.paypal.com/v1/notifications/test", as: "certificate" };
    assert.deepEqual(hook.needs(delivery), need);
    for (const url of [
      "https://api.paypal.com.evil.example/cert",
      "https://evil.example/api.paypal.com",
      "http://api.paypal.com/cert",
      "https://api.paypal.com@evil.example/cert",
    ]) {
      const other = { ...delivery, headers: { ...headers, "PAYPAL-CERT-URL": url } };
      assert.throws(() => hook.needs(other), { code: "key-source-refused" }, url);
      const result = hook.check(other, { keys: [certificate] });
      assert.equal(result.ok ? "" : result.error.code, "key-source-refused");
    }
  });

  it("is verified years later with the certificate from a server, and no other", async () => {
    let served = certificate;
    const server = createServer((_, response) => response.end(served)).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    const post = (body: string) => {
      const keys = keySource({ url: `http://127.0.0.1:${port}/certificate` });
      const receive = receiver(webhook("paypal", { settings }), ({ id }, { reply }) => reply(id), {
        keys,
        log: false,
      });
      return receive(
        new Request("https://example.com/", {
          method: "POST",
          headers: { ...headers, "content-type": "application/json" },
          body,
        }),
      );
    };
    try {
      const response = await post(example.body);
      assert.deepEqual(
        [response.status, await response.text()],
        [200, "071f7d20-1584-11e7-abf0-6b62a8a99ac4"],
      );
      assert.equal((await post(example.body.replace("USD", "EUR"))).status, 401);
      served = "<html></html>";
      assert.equal((await post(example.body)).status, 500);
    } finally {
      server.close();
    }
  });
});

// Signature headers as lists: what clients, frameworks and gateways make of one header, in every container of headers.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, it } from "node:test";
import { receiver as fetchReceiver } from "../../src/fetch.ts";
import { type HeadersLike, type Webhook, webhook } from "../../src/index.ts";
import { type LambdaEvent, receiver as lambdaReceiver } from "../../src/lambda.ts";
import { receiver as nodeReceiver } from "../../src/node.ts";

const NOW = Math.floor(Date.now() / 1000);
const hmac = (key: string | Buffer, content: string, encoding: "hex" | "base64") =>
  createHmac("sha256", key).update(content).digest(encoding);

const stripeSecret = "whsec_5f4dcc3b5aa765d61d8327deb882cf99";
const stripe = webhook("stripe", { secrets: [stripeSecret] });
const stripeBody =
  '{"id":"evt_1","object":"event","type":"charge.succeeded","created":1,"data":{"object":{}}}';
const v1 = (time = NOW) => `v1=${hmac(stripeSecret, `${time}.${stripeBody}`, "hex")}`;

const key = Buffer.alloc(24, 7);
const standard = webhook("standard-webhooks", { secrets: [`whsec_${key.toString("base64")}`] });
const standardBody = '{"type":"a.b","timestamp":"2025-01-01T00:00:00Z","data":{}}';
const digest = hmac(key, `m.${NOW}.${standardBody}`, "base64");
const standardHeaders = { "webhook-id": "m", "webhook-timestamp": String(NOW) };

const check = (hook: Webhook, headers: HeadersLike, body: string) => {
  const result = hook.check({ headers, body });
  return result.ok ? "ok" : result.error.code;
};

/** The containers that headers come in, of one header with several values. */
const containers = (name: string, values: string[], rest: Record<string, string> = {}): HeadersLike[] => {
  const fetched = new Headers(rest);
  for (const value of values) fetched.append(name, value);
  const pairs: [string, string][] = [
    ...Object.entries(rest),
    ...values.map((v): [string, string] => [name, v]),
  ];
  return [
    { ...rest, [name]: values },
    { ...rest, [name]: values.join(", ") },
    { ...rest, [name]: values.join(",") },
    fetched,
    pairs,
    pairs.flat(),
  ];
};

describe("a list of signature headers", () => {
  it("is accepted in every container, however it was split", () => {
    const other = `v1=${"b".repeat(64)}`;
    for (const values of [
      [`t=${NOW}`, v1()],
      [v1(), `t=${NOW}`],
      [`t=${NOW},${other}`, v1()],
      [`t=${NOW},${other}`, `t=${NOW},${v1()}`],
      [`t=${NOW - 9000},${v1(NOW - 9000)}`, `t=${NOW},${v1()}`],
      [`t=${NOW}`, "v0=00", other, v1()],
    ]) {
      for (const headers of containers("stripe-signature", values))
        assert.equal(check(stripe, headers, stripeBody), "ok", JSON.stringify(values));
    }
    for (const values of [
      ["v1", digest],
      ["v1,AAAA", `v1,${digest}`],
      [`v1,AAAA v1,${digest}`],
      ["v1", "AAAA v1", digest],
      ["v1a,AAAA", "v1", digest],
    ]) {
      for (const headers of containers("webhook-signature", values, standardHeaders))
        assert.equal(check(standard, headers, standardBody), "ok", JSON.stringify(values));
    }
  });

  it("never joins a signature with a time that it does not sign", () => {
    const replayed = [`t=${NOW}`, v1(NOW - 9000)];
    for (const headers of containers("stripe-signature", replayed))
      assert.equal(check(stripe, headers, stripeBody), "signature-mismatch");
    const old = [`t=${NOW}`, `t=${NOW - 9000}`, v1(NOW - 9000)];
    for (const headers of containers("stripe-signature", old))
      assert.equal(check(stripe, headers, stripeBody), "timestamp-too-old");
    for (const name of ["webhook-id", "webhook-timestamp"] as const) {
      const headers = { ...standardHeaders, "webhook-signature": `v1,${digest}` };
      const twice = { ...headers, [name]: [headers[name], `${NOW + 1}`] };
      assert.equal(check(standard, twice, standardBody), "signature-malformed", name);
    }
  });

  it("has the same state in a report and in an explanation", () => {
    const headers = { "stripe-signature": [`t=${NOW}`, v1()] };
    const report = stripe.inspect({ headers, body: stripeBody });
    assert.equal(report.signature.status, "verified");
    const { matches, observations } = stripe.explain({ headers, body: stripeBody });
    assert.deepEqual(matches, []);
    assert.equal(observations[0]?.code, "signature-valid");
  });
});

describe("receivers", () => {
  it("accept a list from fetch and from a load balancer", async () => {
    const headers = new Headers({ "content-type": "application/json" });
    headers.append("stripe-signature", `t=${NOW}`);
    headers.append("stripe-signature", v1());
    const receive = fetchReceiver(stripe, () => {});
    const response = await receive(
      new Request("https://h.example/", { method: "POST", headers, body: stripeBody }),
    );
    assert.equal(response.status, 200, await response.text());

    const lambda = lambdaReceiver(stripe, () => {});
    const event = {
      requestContext: { elb: {} },
      httpMethod: "POST",
      path: "/",
      multiValueHeaders: {
        "content-type": ["application/json"],
        "stripe-signature": [`t=${NOW}`, v1()],
      },
      body: stripeBody,
      isBase64Encoded: false,
    } as unknown as LambdaEvent;
    assert.equal((await lambda(event)).statusCode, 200);
  });

  it("accept a list over HTTP, which Node joins", async () => {
    const receive = nodeReceiver(stripe, () => {});
    const server = createServer(receive).listen(0, "127.0.0.1");
    try {
      await once(server, "listening");
      const { port } = server.address() as AddressInfo;
      const sent = httpRequest({ port, host: "127.0.0.1", method: "POST" });
      sent.setHeader("content-type", "application/json");
      sent.setHeader("stripe-signature", [`t=${NOW}`, v1()]);
      sent.end(stripeBody);
      const [response] = await once(sent, "response");
      response.resume();
      assert.equal(response.statusCode, 200);
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });
});

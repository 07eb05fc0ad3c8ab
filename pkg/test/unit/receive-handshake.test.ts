// Receivers response handshakes: by every adapter, before the handler, and never as deliveries.
import assert from "node:assert/strict";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, it } from "node:test";
import express from "express";
import Fastify from "fastify";
import { receiver as onExpress } from "../../src/express.ts";
import { hookseal } from "../../src/fastify.ts";
import { receiver as onFetch } from "../../src/fetch.ts";
import { type ProviderDefinition, painchek, webhook } from "../../src/index.ts";
import { type LambdaEvent, receiver as onLambda } from "../../src/lambda.ts";
import { receiver as onNode } from "../../src/node.ts";
import type { ReceiverEvent, ReceiverOptions } from "../../src/receive/options.ts";
import { SECRET } from "../support/fixtures.ts";

const TOKEN = "a verify token";
const definition: ProviderDefinition = {
  id: "mine",
  signature: { header: "X-Sig", format: "{hex}", algorithms: ["sha256"] },
  envelope: { type: "/type" },
  settings: { verifyToken: { description: "the token that you enter at the provider" } },
  handshake: [
    {
      name: "hub",
      method: "GET",
      when: { "query:hub.mode": "subscribe" },
      equals: { "query:hub.verify_token": "{setting:verifyToken}" },
      response: { text: "{query:hub.challenge}" },
    },
    { name: "head", method: "HEAD", response: { status: 200 } },
    {
      name: "options",
      method: "OPTIONS",
      when: { "header:WebHook-Request-Origin": true },
      response: { status: 200, headers: { "WebHook-Allowed-Origin": "{header:WebHook-Request-Origin}" } },
    },
    { name: "ping", when: { "/type": "ping" }, response: { json: { challenge: "{/challenge}" } } },
    {
      name: "validation",
      when: { "query:validationToken": true },
      signed: false,
      loose: true,
      response: { text: "{query:validationToken}" },
    },
    {
      name: "secret",
      when: { "header:X-Hook-Secret": true },
      signed: false,
      secret: "header:X-Hook-Secret",
      response: { status: 200, headers: { "X-Hook-Secret": "{header:X-Hook-Secret}" } },
    },
  ],
  events: { "*": { schema: { required: ["id"] } } },
};
const hook = webhook(definition, { secrets: [SECRET], settings: { verifyToken: TOKEN } });

interface Sent {
  method?: string;
  query?: string;
  headers?: Record<string, string>;
  body?: Uint8Array | string;
}
interface Reply {
  status: number;
  headers: Headers;
  text: string;
}
type Send = (sent: Sent) => Promise<Reply>;
type Handler = () => void;

async function responseOf(response: Response): Promise<Reply> {
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** Calls `work` with a function that sends requests to a server. */
async function serving(listener: RequestListener, work: (send: Send) => Promise<void>): Promise<void> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  try {
    await work(async ({ method = "GET", query = "", headers = {}, body }) =>
      responseOf(
        await fetch(`http://127.0.0.1:${port}/hook${query}`, {
          method,
          headers,
          ...(body === undefined ? {} : { body: body as Uint8Array<ArrayBuffer> }),
        }),
      ),
    );
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

const lambda =
  (make: (sent: Required<Sent>) => LambdaEvent) =>
  async (handler: Handler, options: ReceiverOptions, work: (send: Send) => Promise<void>) => {
    const receive = onLambda(hook, handler, options as ReceiverOptions<LambdaEvent>);
    await work(async ({ method = "GET", query = "", headers = {}, body = "" }) => {
      const {
        statusCode,
        headers: responded,
        body: text,
      } = await receive(make({ method, query, headers, body }));
      return { status: statusCode, headers: new Headers(responded), text };
    });
  };
const params = (query: string) => [...new URLSearchParams(query)];
const text = (body: Uint8Array | string) => Buffer.from(body).toString();

/** Every adapter, with a function that sends requests to its receiver. */
const ADAPTERS: Record<
  string,
  (handler: Handler, options: ReceiverOptions, work: (send: Send) => Promise<void>) => Promise<void>
> = {
  fetch: async (handler, options, work) => {
    const receive = onFetch(hook, handler, options as ReceiverOptions<Request>);
    await work(async ({ method = "GET", query = "", headers = {}, body }) => {
      const init = {
        method,
        headers,
        ...(body === undefined ? {} : { body: body as Uint8Array<ArrayBuffer> }),
      };
      return responseOf(await receive(new Request(`https://h/hook${query}`, init)));
    });
  },
  Node: (handler, options, work) => serving(onNode(hook, handler, options as object), work),
  Express: (handler, options, work) => {
    const app = express();
    app.all("/hook", onExpress(hook, handler, options as object));
    return serving(app, work);
  },
  Fastify: async (handler, options, work) => {
    const app = Fastify();
    app.register(hookseal, { path: "/hook", hook, handler, ...(options as object) });
    await app.ready();
    await serving((request, response) => app.routing(request, response), work);
    await app.close();
  },
  "a REST API of Lambda": lambda(({ method, query, headers, body }) => ({
    httpMethod: method,
    path: "/hook",
    headers,
    queryStringParameters: Object.fromEntries(params(query)),
    multiValueQueryStringParameters: Object.fromEntries(
      params(query).map(([name, value]) => [name, [value]]),
    ),
    body: text(body),
  })),
  "an HTTP API of Lambda": lambda(({ method, query, headers, body }) => ({
    rawPath: "/hook",
    rawQueryString: query.slice(1),
    requestContext: { http: { method } },
    headers,
    body: text(body),
  })),
  "a load balancer of Lambda": lambda(({ method, query, headers, body }) => ({
    httpMethod: method,
    path: "/hook",
    requestContext: { elb: {} },
    // Not decoded.
    queryStringParameters: Object.fromEntries(
      query
        .slice(1)
        .split("&")
        .filter((pair) => pair !== "")
        .map((pair) => pair.split("=") as [string, string]),
    ),
    headers,
    body: text(body),
  })),
};

/** A store that fails: nothing of a handshake is claimed. */
const store = {
  claim: () => Promise.reject(new Error("claimed")),
  done: () => Promise.reject(new Error("done")),
  release: () => Promise.reject(new Error("released")),
};
const HUB = `?hub.mode=subscribe&hub.verify_token=${encodeURIComponent(TOKEN)}&hub.challenge=1158201444`;
const PING = JSON.stringify({ type: "ping", challenge: "abc-1" });

for (const [name, receiving] of Object.entries(ADAPTERS)) {
  it(`${name} responds to handshakes before the handler, and stores none`, async () => {
    const events: ReceiverEvent[] = [];
    let calls = 0;
    const options: ReceiverOptions = {
      store,
      log: false,
      onError: () => {},
      onEvent: (event) => events.push(event),
      onSecret: async (secret, handshake) => secret === "b537207f20cbfa02" && handshake === "secret",
    };
    const handler = () => {
      calls += 1;
    };
    await receiving(handler, options, async (send) => {
      const isText = (response: Reply, expected: string) => {
        assert.deepEqual([response.status, response.text], [200, expected]);
        assert.equal(response.headers.get("content-type"), "text/plain; charset=utf-8");
        assert.equal(response.headers.get("x-content-type-options"), "nosniff");
      };
      isText(await send({ query: HUB }), "1158201444");
      const head = await send({ method: "HEAD" });
      assert.deepEqual([head.status, head.text], [200, ""]);
      const origin = { "WebHook-Request-Origin": "eventgrid.azure.net" };
      const preflight = await send({ method: "OPTIONS", headers: origin });
      assert.equal(preflight.status, 200);
      assert.equal(preflight.headers.get("webhook-allowed-origin"), "eventgrid.azure.net");
      const { headers } = hook.sign(PING);
      const ping = await send({ method: "POST", headers, body: PING });
      assert.deepEqual([ping.status, ping.text], [200, '{"challenge":"abc-1"}']);
      assert.equal(ping.headers.get("content-type"), "application/json");
      assert.equal(ping.headers.get("x-content-type-options"), "nosniff");
      const graph = { method: "POST", headers: { "content-type": "text/plain" } };
      isText(
        await send({ ...graph, query: "?validationToken=Validation%3A+Testing" }),
        "Validation: Testing",
      );
      const taken = await send({ method: "POST", headers: { "X-Hook-Secret": "b537207f20cbfa02" } });
      assert.deepEqual([taken.status, taken.text], [200, ""]);
      assert.equal(taken.headers.get("x-hook-secret"), "b537207f20cbfa02");
      assert.deepEqual(
        events.map(({ outcome, handshake, status, code, type, id }) => [
          outcome,
          handshake,
          status,
          code,
          type,
          id,
        ]),
        ["hub", "head", "options", "ping", "validation", "secret"].map((handshake) => [
          "handshake",
          handshake,
          200,
          undefined,
          undefined,
          undefined,
        ]),
      );

      const isRefused = (response: Reply, status: number, code: string) => {
        assert.deepEqual([response.status, JSON.parse(response.text).code], [status, code]);
        assert.equal(response.headers.get("content-type"), "application/problem+json");
      };
      isRefused(await send({ query: HUB.replace("verify", "wrong") }), 403, "handshake-refused");
      isRefused(await send({ query: HUB.replace(/=a.*?&/, "=a&") }), 403, "handshake-refused");
      isRefused(await send({ query: `${HUB}%3Cscript%3E` }), 403, "handshake-refused");
      const other = { method: "POST", headers: { "X-Hook-Secret": "another-secret" } };
      const untaken = await send(other);
      isRefused(untaken, 403, "handshake-refused");
      assert.equal(untaken.headers.get("x-hook-secret"), null);
      // A POST that has to be signed, and requests that are no handshakes.
      isRefused(await send({ method: "POST", body: PING }), 401, "signature-missing");
      const unmet = await send({ query: "?hub.mode=unsubscribe" });
      isRefused(unmet, 405, "method-not-allowed");
      assert.equal(unmet.headers.get("allow"), "POST, GET, HEAD, OPTIONS");
      isRefused(await send({ method: "PUT", body: PING }), 405, "method-not-allowed");
      const form = { "content-type": "application/x-www-form-urlencoded" };
      isRefused(await send({ method: "POST", headers: form, body: "a=1" }), 401, "signature-missing");
      const signed = { "X-Sig": hook.sign("a=1").headers["X-Sig"] as string, ...form };
      isRefused(await send({ method: "POST", headers: signed, body: "a=1" }), 415, "content-type");
      assert.equal(calls, 0);

      // A delivery still reaches the store.
      const event = JSON.stringify({ type: "paid", id: "1" });
      isRefused(
        await send({ method: "POST", headers: hook.sign(event).headers, body: event }),
        503,
        "store-unavailable",
      );
    });
  });
}

describe("a handshake that hands over a secret", () => {
  const secret = { method: "POST", headers: { "X-Hook-Secret": "b537207f20cbfa02" } };
  const receiving = (options: ReceiverOptions) =>
    onFetch(hook, () => assert.fail("the handler is called"), {
      log: false,
      ...options,
    } as ReceiverOptions<Request>);

  it("is refused without `onSecret`, for every other result than true, and if it throws", async () => {
    const errors: unknown[] = [];
    const onError = (error: unknown, source: string) => errors.push([(error as Error).message, source]);
    for (const onSecret of [
      undefined,
      () => {},
      () => 1,
      () => "true",
      async () => false,
      () => {
        throw new Error("thrown");
      },
      () => Promise.reject(new Error("rejected")),
    ]) {
      const lines: string[] = [];
      const receive = receiving({ onSecret, onError, log: (line) => lines.push(line) });
      const response = await receive(new Request("https://h/", secret));
      assert.equal(response.status, 403);
      const problem = await response.text();
      assert.ok(!problem.includes("b537207f") && !lines.join().includes("b537207f"));
      assert.match(
        lines.join("\n"),
        /^hookseal: receiver mine: rejected, 403 handshake-refused\. .*`onSecret`/,
      );
    }
    assert.deepEqual(errors, [
      ["thrown", "onSecret"],
      ["rejected", "onSecret"],
    ]);
  });
});

describe("a setting that is missing", () => {
  it("is said in the log, and is 500", async () => {
    for (const settings of [undefined, {}, { verifyToken: undefined }, { verifyToken: "" }]) {
      const lines: string[] = [];
      const bare = webhook(definition, { secrets: [SECRET], settings });
      const receive = onFetch(bare, () => {}, { log: (line) => lines.push(line) });
      const url = `https://h/${HUB.replace(/verify_token=.*?&/, "verify_token=&")}`;
      assert.equal((await receive(new Request(url))).status, 500);
      assert.match(lines.join("\n"), /500 setting-missing.*Missing setting `verifyToken`/);
    }
  });

  it("is no reason not to make a webhook, and an unknown one is", () => {
    const make = (settings: unknown) => () =>
      webhook(definition, { secrets: [SECRET], settings: settings as Record<string, string> });
    for (const settings of ["token", ["a"], 1, true, { verifyToken: 1 }, { verifyToken: null }]) {
      assert.throws(make(settings), { code: "option-invalid" }, JSON.stringify(settings));
    }
    assert.throws(make({ verifytoken: "x" }), { message: /^Unknown setting "verifytoken"/ });
    assert.doesNotThrow(make(null));
  });
});

describe("handshakes of built-in providers", () => {
  const slack = webhook("slack", { secrets: [SECRET] });
  const challenge = JSON.stringify({ type: "url_verification", challenge: "3eZbrw1aB", token: "x" });
  const post = (body: string, headers: Record<string, string>) =>
    new Request("https://h/", { method: "POST", headers, body });

  it("get a response for Slack, and its events reach the handler", async () => {
    const types: string[] = [];
    const receive = onFetch(slack, ({ type }) => types.push(type), { log: false });
    const response = await receive(post(challenge, slack.sign(challenge).headers));
    assert.deepEqual([response.status, await response.text()], [200, "3eZbrw1aB"]);
    assert.equal((await receive(post(challenge, { "content-type": "application/json" }))).status, 401);
    const stale = slack.sign(challenge, { now: Date.now() - 600_000 }).headers;
    assert.equal((await receive(post(challenge, stale))).status, 401);
    const markup = challenge.replace("3eZbrw1aB", "<b>");
    assert.equal((await receive(post(markup, slack.sign(markup).headers))).status, 403);
    assert.deepEqual(types, []);
    const event = JSON.stringify({
      type: "event_callback",
      event_id: "Ev1",
      event: { type: "message" },
      challenge: "x",
      token: "x",
      team_id: "T",
      api_app_id: "A",
      event_time: 1,
    });
    assert.equal((await receive(post(event, slack.sign(event).headers))).status, 200);
    assert.deepEqual(types, ["event_callback"]);
    assert.equal((await receive(new Request("https://h/"))).headers.get("allow"), "POST");
  });

  it("are still deliveries to `verify` and `check`, and named by `inspect`", () => {
    const { headers } = slack.sign(challenge);
    const delivery = { headers, body: challenge, method: "POST" };
    assert.equal(slack.verify(delivery).type, "url_verification");
    const handshake = slack.handshake(delivery);
    assert.ok(handshake?.ok);
    assert.deepEqual(handshake.value, {
      name: "url_verification",
      status: 200,
      headers: { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff" },
      body: "3eZbrw1aB",
    });
    assert.deepEqual(slack.inspect(delivery).handshake, { name: "url_verification", status: 200 });
    assert.equal(slack.handshake({ headers: {}, body: challenge }), undefined);
    assert.equal(slack.inspect({ headers: {}, body: challenge }).handshake, undefined);
    const bad = hook.inspect({ headers: {}, body: "", method: "GET", url: `/${HUB.replace("=a", "=b")}` });
    assert.deepEqual(bad.handshake, {
      name: "hub",
      status: 403,
      code: "handshake-refused",
      message: 'Handshake "hub" refused: query:hub.verify_token does not equal the setting `verifyToken`.',
    });
    const none = painchek({ secrets: [SECRET] });
    assert.equal(none.handshake({ headers: {}, body: challenge, method: "GET" }), undefined);
    assert.ok(!("handshake" in none.inspect({ headers: {}, body: challenge })));
  });
});

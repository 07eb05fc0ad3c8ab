// Every adapter sends the Response that a handler returns. Unknown event types.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, it } from "node:test";
import { runInNewContext } from "node:vm";
import Fastify from "fastify";
import { hookseal, receiver as plugin } from "../../src/fastify.ts";
import { painchek, type SignedDelivery } from "../../src/index.ts";
import { receiver as lambda } from "../../src/lambda.ts";
import { receiver as node } from "../../src/node.ts";
import { SECRET } from "../support/fixtures.ts";
import { receiving, requestOf } from "../support/receiving.ts";

const hook = painchek({ secrets: [SECRET] });
let number = 0;
function signed(): SignedDelivery {
  const uuid = `5e0c6b3a-91d2-4c7f-8a46-${`${++number}`.padStart(12, "0")}`;
  return hook.create("assessment_add", { uuid, patient: uuid });
}

const BYTES = Uint8Array.of(0xff, 0x00, 0xfe);
const made = (status = 202, body: Uint8Array<ArrayBuffer> | string | null = BYTES) =>
  new Response(body, {
    status,
    headers: [
      ["x-own", "1"],
      ["set-cookie", "a=1; Expires=Thu, 01 Jan 2026 00:00:00 GMT"],
      ["set-cookie", "b=2"],
      ["transfer-encoding", "chunked"],
    ],
  });
const COOKIES = ["a=1; Expires=Thu, 01 Jan 2026 00:00:00 GMT", "b=2"];

/** Checks that a response over HTTP equals the Response of `made`. */
async function isMade(response: Response): Promise<void> {
  assert.equal(response.status, 202);
  assert.deepEqual(new Uint8Array(await response.arrayBuffer()), BYTES);
  assert.deepEqual([response.headers.get("x-own"), response.headers.getSetCookie()], ["1", COOKIES]);
}

describe("a Response that a handler returns", () => {
  it("is sent by fetch, and not for a duplicate", async () => {
    const { receive, outcomeOf, events } = receiving(hook, (_, { reply }) => {
      reply("what is returned comes first");
      return made();
    });
    const delivery = signed();
    await isMade(await receive(requestOf(delivery)));
    assert.equal(await outcomeOf(delivery), "200 duplicate");
    assert.deepEqual(
      events.map(({ outcome, status }) => [outcome, status]),
      [
        ["handled", 202],
        ["duplicate", 200],
      ],
    );
  });

  it("is sent by Node and Fastify", async () => {
    const server = createServer(node(hook, () => made())).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const app = Fastify();
    app.register(hookseal, { hook, handler: () => made() });
    app.register(plugin(hook, () => made(), { path: "/plugin" }));
    const address = await app.listen({ port: 0, host: "127.0.0.1" });
    const urls = [
      `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
      address,
      `${address}/plugin`,
    ];
    try {
      for (const url of urls) {
        const { headers, body } = signed();
        await isMade(await fetch(url, { method: "POST", headers, body: body as Uint8Array<ArrayBuffer> }));
      }
    } finally {
      server.close();
      await app.close();
    }
  });

  it("is sent by Lambda, in base64 if it is not text", async () => {
    const event = (version2: boolean) => {
      const { headers, body } = signed();
      const text = Buffer.from(body).toString();
      return version2
        ? { headers, body: text, requestContext: { http: { method: "POST" } } }
        : {
            multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([n, v]) => [n, [v]])),
            httpMethod: "POST",
            body: text,
          };
    };
    const receive = lambda(hook, () => made());
    const second = await receive(event(true));
    assert.deepEqual(second, {
      statusCode: 202,
      headers: { "x-own": "1" },
      cookies: COOKIES,
      body: "/wD+",
      isBase64Encoded: true,
    });
    const first = await receive(event(false));
    assert.deepEqual(first.multiValueHeaders, { "x-own": ["1"], "set-cookie": COOKIES });
    const text = await lambda(hook, () => new Response("✓"))(event(true));
    assert.deepEqual([text.body, text.isBase64Encoded], ["✓", false]);
  });

  it("is not handled if it is not 2xx, and the retry is", async () => {
    for (const status of [302, 404, 503]) {
      let current = status;
      const lines: string[] = [];
      const { send, events } = receiving(hook, () => made(current, "busy"), {
        log: (line) => lines.push(line),
      });
      const delivery = signed();
      const first = await send(delivery);
      assert.deepEqual([first.status, first.text], [status, "busy"]);
      assert.deepEqual([events[0]?.outcome, events[0]?.code], ["failed", "handler-failed"]);
      assert.match(`${lines}`, /handler-failed/);
      current = 202;
      assert.equal((await send(delivery)).status, 202);
    }
    let current = 503;
    const { send, calls } = receiving(hook, () => new Response(null, { status: current }));
    const delivery = signed();
    assert.equal((await send(delivery)).status, 503);
    current = 204;
    assert.deepEqual([(await send(delivery)).status, calls.length], [204, 2]);
  });

  it("fails if it cannot be sent: read already, being read, an error, or no status", async () => {
    const used = new Response("x");
    await used.text();
    const locked = new Response("x");
    locked.body?.getReader();
    const shaped = { status: 99, headers: new Headers(), arrayBuffer: async () => new ArrayBuffer(0) };
    for (const response of [used, locked, Response.error(), shaped]) {
      const { outcomeOf, errors } = receiving(hook, () => response);
      assert.equal(await outcomeOf(signed()), "500 handler-failed");
      assert.match(String(errors[0]?.[1]), /^TypeError: The handler returned a Response/);
    }
  });

  it("fails if it is invalid, and the retry of its delivery is handled", async () => {
    const shape = (headers: unknown, body: unknown = new ArrayBuffer(0)) => ({
      status: 200,
      headers,
      arrayBuffer: async () => body,
    });
    const wrong = [
      shape(new Map([["x-own", "a\r\nset-cookie: b"]])),
      shape(new Map([["x-own", "a\nb"]])),
      shape(new Map([["x-own", "a\0"]])),
      shape(new Map([["x-own", "\u4e2d"]])),
      shape(new Map([["x own", "a"]])),
      shape(new Map([["", "a"]])),
      shape(new Map([["x-\u00e9", "a"]])),
      shape(new Map<unknown, unknown>([[5, {}]])),
      shape(new Map([["x-own", ["a"]]])),
      shape(new Map([["set-cookie", "a\r\nb"]])),
      shape({ forEach: () => {}, getSetCookie: () => ["a\nb"] }),
      shape({ forEach: () => {}, getSetCookie: () => "a" }),
      shape(new Map(), "a text"),
      shape(new Map(), 5),
      shape(new Map(), null),
    ];
    let response: unknown;
    const server = createServer(node(hook, () => response, { log: false, onError: () => {} }));
    server.listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const app = Fastify();
    app.register(hookseal, { hook, handler: () => response, log: false, onError: () => {} });
    const urls = [
      `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
      await app.listen({ port: 0, host: "127.0.0.1" }),
    ];
    try {
      for (const [at, one] of wrong.entries()) {
        const { outcomeOf, errors, events } = receiving(hook, () => response);
        const delivery = signed();
        response = one;
        assert.equal(await outcomeOf(delivery), "500 handler-failed", `${at}`);
        assert.ok(errors[0]?.[1] instanceof TypeError, `${at}`);
        response = undefined;
        assert.equal(await outcomeOf(delivery), "200 handled", `${at}`);
        assert.equal(events.length, 2);
        response = one;
        for (const url of urls) {
          const { headers, body } = signed();
          const sent = await fetch(url, { method: "POST", headers, body: body as Uint8Array<ArrayBuffer> });
          assert.equal((await sent.json()).code, "handler-failed", `${at}`);
        }
      }
      response = shape(new Map<string, unknown>([["x-own", 5]]));
      const { send } = receiving(hook, () => response);
      assert.equal((await send(signed())).headers.get("x-own"), "5");
    } finally {
      server.close();
      await app.close();
    }
  });

  it("is sent by Fastify with bytes of another realm, without an added type", async () => {
    const bytes = runInNewContext("new Uint8Array([104, 105]).buffer");
    const shape = { status: 201, headers: new Map(), arrayBuffer: async () => bytes };
    for (const response of [shape, new Response(Uint8Array.of(104, 105), { status: 201 })]) {
      const app = Fastify();
      app.register(hookseal, { hook, handler: () => response, log: false });
      const { headers, body } = signed();
      const sent = await app.inject({ method: "POST", url: "/", headers, payload: Buffer.from(body) });
      assert.deepEqual([sent.statusCode, sent.body, sent.headers["content-type"]], [201, "hi", undefined]);
      const refused = await app.inject({ method: "GET", url: "/" });
      assert.equal(refused.headers["content-type"], "application/problem+json");
      await app.close();
    }
  });

  it("is recognized by its members, in any realm, and nothing else is one", async () => {
    const foreign = runInNewContext(
      "({ status: 201, headers: new Map([['x-own', '1']]), arrayBuffer: async () => new ArrayBuffer(2) })",
    );
    assert.equal((await receiving(hook, () => foreign).send(signed())).status, 201);
    const throwing = Object.defineProperty({}, "status", {
      get() {
        throw new Error("x");
      },
    });
    for (const other of [{ status: 503 }, { status: 503, headers: {}, data: {} }, 503, null, throwing, "x"])
      assert.equal(await receiving(hook, () => other).outcomeOf(signed()), "200 handled");
  });

  it("that was fetched is sent without the headers of its connection", async () => {
    const fetched = new Response("plain", {
      headers: { "content-encoding": "gzip", "content-length": "99" },
    });
    Object.defineProperty(fetched, "url", { value: "https://h/" });
    const { send } = receiving(hook, () => fetched);
    const { text, headers } = await send(signed());
    assert.deepEqual(
      [text, headers.get("content-encoding"), headers.get("content-length")],
      ["plain", null, null],
    );
  });
});

describe("an unknown event type", () => {
  const added = hook.sign('{"event":"assessment_delete","data":null}');

  it("is reported to the handler", async () => {
    const { outcomeOf } = receiving(hook, (delivery) => {
      assert.deepEqual([delivery.unknown, delivery.type], [true, "assessment_delete"]);
    });
    assert.equal(await outcomeOf(added), "200 handled");
    assert.equal("unknown" in hook.verify(signed()), false);
    assert.ok(hook.verify(added).issues.some(({ code }) => code === "event-unknown"));
  });

  it('is ignored under `unknownEvents: "ignore"`, and neither claimed nor logged', async () => {
    const store = { claim: () => assert.fail(), done: () => assert.fail(), release: () => assert.fail() };
    const { outcomeOf, calls, events } = receiving(hook, undefined, {
      store,
      unknownEvents: "ignore",
      log: () => assert.fail(),
    });
    assert.equal(await outcomeOf(added), "200 ignored");
    assert.deepEqual([calls.length, events[0]?.outcome, events[0]?.code], [0, "ignored", "event-unknown"]);
    const known = receiving(hook, undefined, { unknownEvents: "ignore" });
    assert.equal(await known.outcomeOf(signed()), "200 handled");
  });
});

// `hookseal/testing` as packed: deliveries for tests of handlers, and applications of every framework that they are sent to.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { describe, it } from "node:test";
import express from "express";
import Fastify from "fastify";
import { Hono } from "hono";
import {
  HooksealError,
  isHooksealError,
  type ProviderDefinition,
  painchek,
  providerDefinition,
  providers,
  type Webhook,
  webhook,
  xon,
} from "hookseal";
import { receiver as expressReceiver } from "hookseal/express";
import { receiver as fastifyReceiver } from "hookseal/fastify";
import { receiver } from "hookseal/fetch";
import { receiver as lambda } from "hookseal/lambda";
import { receiver as node } from "hookseal/node";
import {
  changedRetry,
  clock,
  delivery,
  sendTo,
  stale,
  type TestApp,
  toLambdaEvent,
  withChangedBody,
  withWrongSecret,
} from "hookseal/testing";
import Koa from "koa";
import { SENDERS, secretOf } from "../support/senders.ts";

const SECRET = "a secret of this test only";
const hook = painchek({ secrets: [SECRET] });
const quiet = { log: false, onError: () => {} } as const;

describe("a delivery of hookseal/testing", () => {
  it("is valid, has ids of its own, and the data that is passed", () => {
    const make = () => hook.verify(delivery(hook, "assessment_add", { user_first_name: "Ada" }));
    const first = make();
    assert.notEqual(first.id, make().id);
    assert.ok(!first.unknown && first.event.data.user_first_name === "Ada");
    const uuid = "5e0c6b3a-91d2-4c7f-8a46-0d3b9e1f7a25";
    assert.equal(hook.verify(delivery(hook, "assessment_add", { uuid })).id, `assessment_add:${uuid}`);
  });

  it("has the revision of the named sample", () => {
    const surgery = xon({ unsigned: "allow" });
    for (const [sample, revision] of [
      ["R0", "R0"],
      ["R8", "R7-R9"],
    ] as const)
      assert.equal(
        surgery.verify(delivery(surgery, "file-request.files.update", {}, { sample })).revision,
        revision,
      );
    assert.throws(
      () => delivery(surgery, "file-request.files.update", {}, { sample: "R10" }),
      /There are: R0, R1/,
    );
  });

  it("can be made of every built-in provider that signs with a secret", () => {
    for (const id of providers()) {
      if (id === "painchek" || id === "xon") continue;
      let hook: Webhook;
      try {
        hook = webhook(id, { secrets: [secretOf(id)] });
        hook.sign("{}", { type: "a", url: "https://h/" });
      } catch (error) {
        // Deliveries that only the provider can sign.
        assert.ok(isHooksealError(error));
        continue;
      }
      const url = SENDERS[id]?.url;
      const types = Object.keys(providerDefinition(id)?.events ?? {});
      const type = types[0] === "*" || types[0] === undefined ? undefined : types[0];
      if (type === undefined) continue;
      const made = delivery(hook, type, {}, url === undefined ? {} : { url });
      assert.equal(hook.verify({ ...made, url }).unknown, undefined, id);
    }
  });

  it("is made by the schema of a provider of one's own", () => {
    const order = {
      type: "object",
      required: ["number", "at", "who", "state", "gone", "mail"],
      properties: {
        number: { type: "string", minLength: 3 },
        at: { type: "string", format: "date-time" },
        who: { type: "string", format: "uuid" },
        state: { enum: ["open"] },
        gone: { type: ["null", "string"] },
        mail: { anyOf: [{ type: "string", format: "email" }, {}] },
      },
    };
    const line = { type: "object", required: ["n"], properties: { n: { type: "integer", minimum: 3 } } };
    const more = { required: ["lines"], properties: { lines: { type: "array", minItems: 1, items: line } } };
    const code = {
      type: "object",
      required: ["code"],
      properties: { code: { pattern: "^[A-Z]{7}$", type: "string" } },
    };
    const wrap = (data: object, rest = {}) => ({
      type: "object",
      required: ["order"],
      properties: { order: data },
      ...rest,
    });
    const definition: ProviderDefinition = {
      id: "acme",
      signature: { header: "X-Acme", format: "{hex}", algorithms: ["sha256"] },
      envelope: { type: "/kind", id: "/id", data: "/order" },
      events: {
        paid: { schema: wrap({ allOf: [{ $ref: "#/$defs/order" }], ...more }, { $defs: { order } }) },
        strange: { schema: wrap(code) },
      },
    };
    const hook = webhook(definition, { secrets: [SECRET] });
    const { event } = hook.verify(delivery(hook, "paid"));
    assert.deepEqual((event as { order: unknown }).order, {
      number: "aaa",
      at: "2026-01-01T00:00:00Z",
      who: "5e0c6b3a-91d2-4c7f-8a46-0d3b9e1f7a25",
      state: "open",
      gone: null,
      mail: "person@example.com",
      lines: [{ n: 3 }],
    });
    // A pattern says too little: the error of `create` names the member.
    assert.throws(() => delivery(hook, "strange"), /\/order\/code/);
    hook.verify(delivery(hook, "strange", { code: "ABCDEFG" } as object));
  });
});

describe("sendTo", () => {
  const koa = new Koa();
  koa.use(({ req, res, ...context }) => {
    Object.assign(context, { respond: false });
    return node(hook, () => {}, quiet)(req, res);
  });
  const apps: Record<string, () => Promise<TestApp> | TestApp> = {
    "a receiver of fetch": () => receiver(hook, () => {}, quiet),
    "a receiver of Node": () => node(hook, () => {}, quiet),
    Express: () =>
      express().all(
        "/hook",
        expressReceiver(hook, () => {}, quiet),
      ),
    Fastify: () => Fastify().register(fastifyReceiver(hook, () => {}, { ...quiet, path: "/hook" })),
    Hono: () => new Hono().all("/hook", (c) => receiver(hook, () => {}, quiet)(c.req.raw)),
    "a worker": () => ({ fetch: (request: Request) => receiver(hook, () => {}, quiet)(request) }),
    "a server": () => createServer(node(hook, () => {}, quiet)),
  };
  for (const [name, make] of Object.entries(apps)) {
    it(`sends to ${name}`, async () => {
      const app = await make();
      const { status, text, headers } = await sendTo(app, delivery(hook, "assessment_add"), {
        path: "/hook",
      });
      assert.deepEqual(
        [status, text, headers["content-type"]],
        [200, '{"status":"handled"}', "application/json"],
      );
      const rejected = await sendTo(app, withChangedBody(delivery(hook, "assessment_add")), {
        path: "/hook",
      });
      assert.deepEqual([rejected.status, rejected.json().code], [401, "signature-mismatch"]);
    });
  }

  it("sends to a server that listens, and to its URL", async () => {
    const server = createServer(node(hook, () => {}, quiet)).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as { port: number };
    try {
      for (const app of [server, `http://127.0.0.1:${port}`])
        assert.equal((await sendTo(app, delivery(hook, "assessment_add"))).status, 200);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it("sends nothing to a value that is no application, and has events for a Lambda function", async () => {
    const sent = delivery(hook, "assessment_add");
    for (const wrong of [undefined, 1, {}])
      await assert.rejects(sendTo(wrong as never, sent), /Expected a receiver/);
    const receive = lambda(hook, () => {}, quiet);
    await assert.rejects(sendTo(receive, sent), /toLambdaEvent|HTTP event/);
    assert.equal((await receive(toLambdaEvent(sent))).statusCode, 200);
  });
});

describe("a delivery that was tampered with", () => {
  it("is rejected, with a wrong secret or a changed body", async () => {
    const receive = receiver(hook, () => {}, quiet);
    const sent = delivery(hook, "assessment_add");
    assert.equal((await sendTo(receive, withWrongSecret(hook, sent))).json().code, "signature-mismatch");
    assert.equal((await sendTo(receive, withChangedBody(sent))).json().code, "signature-mismatch");
    assert.equal((await sendTo(receive, sent)).status, 200);
    assert.equal((await sendTo(receive, sent)).json().status, "duplicate");
    const surgery = xon({ unsigned: "allow" });
    assert.throws(() => withWrongSecret(surgery, delivery(surgery, "calls.user.create", {})), /no signature/);
  });

  it("is a changed retry, with the same id and other data", async () => {
    const changed: boolean[] = [];
    const receive = receiver(hook, (_, { retryChanged }) => changed.push(retryChanged), quiet);
    const sent = delivery(hook, "assessment_add");
    await sendTo(receive, sent);
    await sendTo(receive, changedRetry(hook, sent, { user_first_name: "Grace" }));
    assert.deepEqual(changed, [false, true]);
  });

  it("is too old, where the provider signs a time, by its signature or by the clock", async () => {
    const svix = webhook("svix", { secrets: [secretOf("svix")] });
    const time = clock();
    const receive = receiver(svix, () => {}, { ...quiet, now: time.now });
    const make = () => delivery(svix, "user.created", { id: "a" } as object);
    assert.equal((await sendTo(receive, stale(svix, make()))).json().code, "timestamp-too-old");
    assert.equal((await sendTo(receive, make())).status, 200);
    assert.equal((await sendTo(receive, changedRetry(svix, make(), { id: "b" }))).status, 200);
    const sent = make();
    time.advance(600_000);
    assert.equal((await sendTo(receive, sent)).json().code, "timestamp-too-old");
    assert.throws(() => stale(hook, delivery(hook, "assessment_add")), /signs no time/);
  });
});

describe("isHooksealError", () => {
  it("knows errors of every copy of the package, and of JSON", async () => {
    const { createRequire } = await import("node:module");
    const other = createRequire(import.meta.url)("hookseal");
    assert.notEqual(other.HooksealError, HooksealError);
    const error = other.painchek({ secrets: [SECRET] }).check({ headers: {}, body: "{}" }).error;
    assert.equal(error instanceof HooksealError, false);
    assert.equal(isHooksealError(error), true);
    assert.equal(isHooksealError(JSON.parse(JSON.stringify(error))), true);
    for (const value of [
      undefined,
      null,
      "HooksealError",
      new Error("a"),
      { name: "HooksealError" },
      { code: "a", status: 1 },
    ])
      assert.equal(isHooksealError(value), false);
  });
});

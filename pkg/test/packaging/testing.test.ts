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
  type TestDelivery,
  toLambdaEvent,
  withChangedBody,
  withWrongSecret,
} from "hookseal/testing";
import Koa from "koa";
import { samplesOf } from "../support/fixtures.ts";
import { bodyOf, cannotSign, SENDERS, secretOf, settingsOf } from "../support/senders.ts";

const SECRET = "a secret of this test only";
const hook = painchek({ secrets: [SECRET] });
const quiet = { log: false, onError: () => {} } as const;

/** A webhook of a built-in provider, the event types of its samples, and the options of its deliveries. */
function providerOf(id: string) {
  const hook: Webhook =
    SENDERS[id] === undefined || id === "xon"
      ? webhook(id, { unsigned: "allow" })
      : webhook(id, { secrets: [secretOf(id)], settings: settingsOf(id) });
  const url = SENDERS[id]?.url;
  const form = { "content-type": "application/x-www-form-urlencoded" };
  const hasItems = (hook.definition.envelope as { items?: string }).items !== undefined;
  const types = samplesOf(id).flatMap(({ type, body }) => {
    if (!hasItems) return [type];
    const sample = bodyOf(id, new TextDecoder().decode(body));
    const headers = sample.startsWith("[") || sample.startsWith("{") ? {} : form;
    return (hook.inspect({ headers, body: sample }).items ?? []).map(({ type }) => type as string);
  });
  return { hook, types: [...new Set(types)], options: url === undefined ? {} : { url } };
}

/** The event type of a delivery that is accepted, or of its only item. */
function typeOf(hook: Webhook, sent: TestDelivery): string | undefined {
  const { type, items, verdict, issues } = hook.inspect(sent);
  assert.notEqual(verdict, "rejected", JSON.stringify(issues));
  assert.equal(hook.check(sent).ok, true);
  return items?.[0] === undefined ? type : items[0].type;
}

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

  for (const id of providers()) {
    if (cannotSign(id)) continue;
    const { hook, types, options } = providerOf(id);
    it(`is valid for every event type of ${id}, and no duplicate of another one`, async () => {
      assert.ok(types.length > 0, id);
      for (const type of types) {
        const receive = receiver(hook, () => {}, quiet);
        const statusOf = async (sent: TestDelivery) => {
          const request = new Request(sent.url ?? "https://h/", { ...sent, method: "POST" });
          return (await (await receive(request)).json()).status;
        };
        const sent = delivery(hook, type, {}, options);
        assert.equal(typeOf(hook, sent), type);
        // The response to a handshake is not that to an event.
        if (hook.handshake(sent)?.ok) continue;
        assert.equal(await statusOf(sent), "handled", type);
        assert.equal(await statusOf(sent), hook.inspect(sent).id === undefined ? "handled" : "duplicate");
        const expected = id === "braintree" ? "duplicate" : "handled";
        assert.equal(await statusOf(delivery(hook, type, {}, options)), expected, type);
      }
    });

    const isOpen = hook.definition.events?.["*"] !== undefined;
    it(`has a made-up event type, or the error says what to pass, for ${id}`, () => {
      try {
        const sent = delivery(hook, "made.up", {}, options);
        assert.equal(typeOf(hook, sent), "made.up");
        assert.ok(isOpen);
      } catch (error) {
        if (isOpen)
          assert.match(`${error}`, /^TypeError: (?:.* Pass `data`|.* no such event type\. They have: \w)/);
        else assert.equal((error as HooksealError).code, "event-unknown");
      }
    });
  }

  it("can be of another event type than that of a sample", () => {
    const stripe = webhook("stripe", { secrets: [secretOf("stripe")] });
    const customer = { id: "cus_1", object: "customer" };
    for (const data of [{}, { data: { object: customer } }]) {
      const { type, event, revision } = stripe.verify(delivery(stripe, "customer.created", data as never));
      assert.deepEqual([type, (event as { type: string }).type, revision], [type, type, "snapshot"]);
    }
    const twilio = webhook("twilio", { secrets: [secretOf("twilio")] });
    const url = "https://example.com/twilio";
    for (const type of ["message", "message.status", "call", "callback"])
      assert.equal(twilio.verify(delivery(twilio, type, {}, { url })).type, type);
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
      const rejected = await sendTo(app, withChangedBody(hook, delivery(hook, "assessment_add")), {
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
    assert.equal((await sendTo(receive, withChangedBody(hook, sent))).json().code, "signature-mismatch");
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

describe("a delivery that was tampered with, of a provider", () => {
  for (const id of providers()) {
    if (cannotSign(id)) continue;
    it(`is rejected, or the error says why it cannot be made: ${id}`, () => {
      const { hook, types, options } = providerOf(id);
      const sent = delivery(hook, types[0] as string, {}, options);
      const { covers, status } = hook.inspect(sent).signature;
      const codeOf = (delivery: TestDelivery) => {
        const result = hook.check(delivery);
        return result.ok ? undefined : result.error.code;
      };
      if (status === "unsigned")
        assert.throws(() => withWrongSecret(hook, sent), { name: "TypeError", message: /no signature/ });
      else assert.equal(codeOf(withWrongSecret(hook, sent)), "signature-mismatch");
      if (covers === "body")
        assert.match(
          `${codeOf(withChangedBody(hook, sent))}`,
          /^(?:signature-mismatch|signature-malformed|digest-mismatch)$/,
        );
      else
        assert.throws(() => withChangedBody(hook, sent), {
          name: "TypeError",
          message: /does not cover the whole body/,
        });
      try {
        assert.equal(codeOf(stale(hook, sent)), "timestamp-too-old");
      } catch (error) {
        assert.match(`${error}`, /^TypeError: The provider signs no time in a header/);
      }
      let retry: TestDelivery;
      try {
        retry = changedRetry(hook, sent, { added: 1 });
      } catch (error) {
        assert.match(
          `${error}`,
          /^TypeError: (?:The changed delivery is another event|Expected a delivery with a JSON body)/,
        );
        return;
      }
      assert.equal(codeOf(retry), undefined);
      assert.notDeepEqual(retry.body, sent.body);
    });
  }
});

describe("an argument of hookseal/testing", () => {
  it("that has no meaning is an error, which says what is expected", async () => {
    const none = undefined as never;
    const sent = delivery(hook, "assessment_add");
    const svix = webhook("svix", { secrets: [secretOf("svix")] });
    const calls: [() => unknown, RegExp][] = [
      [() => (delivery as unknown as () => void)(), /Expected a webhook/],
      [() => delivery(hook, none), /Expected the event type as a string/],
      [
        () => delivery(hook, "assessment_add", "text" as never),
        /Expected the data of the event as an object/,
      ],
      [() => delivery(hook, "assessment_add", [1] as never), /Expected the data of the event as an object/],
      [() => delivery(hook, "assessment_add", null as never), /Expected the data of the event as an object/],
      [() => delivery(hook, "assessment_add", {}, { sampel: "R1" } as never), /Did you mean `sample`/],
      [
        () => delivery(hook, "assessment_add", {}, 1 as never),
        /Expected the options of `delivery` as an object/,
      ],
      [() => sendTo(() => new Response(), none), /Expected a delivery/],
      [() => sendTo(() => new Response(), sent, { paht: "/" } as never), /Did you mean `path`/],
      [() => toLambdaEvent(none), /Expected a delivery/],
      [() => toLambdaEvent(sent, { paht: "/" } as never), /Did you mean `path`/],
      [() => withWrongSecret(none, sent), /Expected a webhook/],
      [() => withWrongSecret(hook, none), /Expected a delivery/],
      [() => withChangedBody(sent as never, none), /Expected a webhook/],
      [() => stale(svix, delivery(svix, "user.created"), Number.NaN), /Expected `ageMs` as a number/],
      [() => changedRetry(hook, sent, none), /Expected the data of the event as an object/],
      [
        () => changedRetry(hook, { ...sent, body: new TextEncoder().encode("a patient") }, {}),
        /is not JSON\.$/,
      ],
      [() => clock("x" as never), /Expected the start of the clock/],
      [() => clock(new Date("x")), /Expected the start of the clock/],
      [() => clock().advance(Number.NaN), /Expected `ms` as a number/],
    ];
    for (const [call, message] of calls)
      await assert.rejects(async () => call(), { name: "TypeError", message }, `${call}`);
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
    // A structured clone of an error has neither its name nor its code. One of its members has.
    assert.equal(isHooksealError(structuredClone(error)), false);
    const { name, code, status, message } = error;
    assert.equal(isHooksealError(structuredClone({ name, code, status, message })), true);
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

// Names of options: every call rejects a misspelled one, and its message does not contain the value.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { bullmqSender } from "../../src/bullmq.ts";
import { receiver as expressReceiver } from "../../src/express.ts";
import { hookseal } from "../../src/fastify.ts";
import { receiver as fetchReceiver } from "../../src/fetch.ts";
import {
  compileSchema,
  HooksealError,
  importDeliveries,
  importStream,
  memoryStore,
  painchek,
  webhook,
  xon,
} from "../../src/index.ts";
import { receiver as lambdaReceiver } from "../../src/lambda.ts";
import { receiver as nodeReceiver } from "../../src/node.ts";
import { redisStore } from "../../src/redis.ts";
import { SendError, send } from "../../src/send.ts";
import { SECRET } from "../support/fixtures.ts";

const hook = painchek({ secrets: [SECRET] });
const delivery = hook.create("assessment_add", { uuid: crypto.randomUUID(), patient: crypto.randomUUID() });
const handler = () => {};
const client = { eval: async () => 0, evalsha: async () => 0 };
const scope = { removeAllContentTypeParsers() {}, addContentTypeParser() {}, all() {} };
// Rejected after the options were checked, so nothing is sent.
const url = "nowhere";

/** Every call that has options, a misspelled option, and the correct name. */
// biome-ignore lint/suspicious/noExplicitAny: the tests pass options that the types reject
const CALLS: [name: string, misspelt: string, meant: string, call: (options: any) => unknown][] = [
  ["webhook", "algorithm", "algorithms", (options) => webhook("github", options)],
  ["painchek", "secret", "secrets", (options) => painchek(options)],
  ["xon", "unsignd", "unsigned", (options) => xon(options)],
  ["verify", "toleranc", "tolerance", (options) => hook.verify(delivery, options)],
  ["check", "maxbytes", "maxBytes", (options) => hook.check(delivery, options)],
  ["inspect", "profil", "profile", (options) => hook.inspect(delivery, options)],
  ["explain", "maxCombination", "maxCombinations", (options) => hook.explain(delivery, options)],
  ["signedBody", "tolerence", "tolerance", (options) => hook.signedBody(delivery, options)],
  ["sign", "webhookID", "webhookId", (options) => hook.sign("{}", options)],
  ["create", "noww", "now", (options) => hook.create("assessment_add", {} as never, options)],
  ["compileSchema", "strikt", "strict", (options) => compileSchema(true, options)],
  ["importDeliveries", "fromat", "format", (options) => importDeliveries("{}", options)],
  ["importStream", "max_bytes", "maxBytes", (options) => importStream([], options).next()],
  ["memoryStore", "retension", "retention", (options) => memoryStore(options)],
  ["redisStore", "prefixx", "prefix", (options) => redisStore(client, options)],
  ["receiver (node)", "onevent", "onEvent", (options) => nodeReceiver(hook, handler, options)],
  ["receiver (express)", "stor", "store", (options) => expressReceiver(hook, handler, options)],
  ["receiver (fetch)", "onerror", "onError", (options) => fetchReceiver(hook, handler, options)],
  ["receiver (lambda)", "encoding", "encodings", (options) => lambdaReceiver(hook, handler, options)],
  ["fastify", "sucess", "success", (options) => hookseal(scope, { hook, handler, ...options })],
  ["send", "retrys", "retries", (options) => send(url, delivery, options)],
  ["send: tls", "certs", "cert", (options) => send(url, delivery, { tls: options })],
  ["send: retries", "maxDelays", "maxDelay", (options) => send(url, delivery, { retries: options })],
  ["bullmqSender", "conection", "connection", (options) => bullmqSender(options)],
];

async function messageOf(call: () => unknown): Promise<string> {
  try {
    await call();
  } catch (error) {
    assert.ok(
      error instanceof TypeError ||
        (error instanceof HooksealError || error instanceof SendError
          ? error.code === "option-invalid"
          : false),
      `${error}`,
    );
    return (error as Error).message;
  }
  assert.fail("nothing was thrown");
}

describe("an unknown option", () => {
  for (const [name, misspelt, meant, call] of CALLS) {
    it(`is rejected with the nearest name: ${name}`, async () => {
      const message = await messageOf(() => call({ [misspelt]: SECRET }));
      assert.ok(message.includes(`Unknown option \`${misspelt}\`. Did you mean \`${meant}\`?`), message);
      assert.ok(!message.includes(SECRET));
    });

    it(`is ignored if it is undefined: ${name}`, async () => {
      await Promise.resolve()
        .then(() => call({ [misspelt]: undefined }))
        .catch((error: Error) => assert.ok(!error.message.includes("Unknown option"), error.message));
    });

    it(`is rejected with all names if none is near, and not shown if it may be a secret: ${name}`, async () => {
      const message = await messageOf(() => call({ [SECRET]: true }));
      assert.ok(message.includes("Unknown option. "), message);
      assert.ok(message.includes(`\`${meant}\``), message);
      assert.ok(!message.includes(SECRET));
    });

    if (name !== "fastify" && name !== "send: retries") {
      it(`is rejected if the options are not an object: ${name}`, async () => {
        for (const options of [SECRET, [SECRET], 7, true, () => {}]) {
          const message = await messageOf(() => call(options));
          assert.match(message, /as an object, got an? \w+\.$/);
        }
      });
    }
  }

  it("may have the name of a member that every object inherits", () => {
    assert.throws(
      () => painchek({ secrets: [SECRET], constructor: 1 } as never),
      /Unknown option `constructor`/,
    );
  });

  it("is ignored in a delivery, which may be a request", () => {
    assert.equal(hook.check({ ...delivery, anything: 1 } as never).ok, true);
  });

  it("is not an option of Fastify, for the plugin", async () => {
    await hookseal(scope, { hook, handler, prefix: "/webhooks", logLevel: "warn" } as never);
  });
});

describe("an invalid value of an option", () => {
  it("is rejected, and does not select the default", async () => {
    assert.throws(() => compileSchema(true, { dialect: "2019-09" as never }), /`dialect`/);
    await assert.rejects(importStream([], { maxBytes: "1" as never }).next(), /`maxBytes`/);
  });
});

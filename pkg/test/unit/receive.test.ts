// Receivers without a server: stores that fail, handlers that hang, options.
import assert from "node:assert/strict";
import { afterEach, describe, it, mock } from "node:test";
import { receiver } from "../../src/fetch.ts";
import {
  type ClaimState,
  type DeliveryStore,
  memoryStore,
  painchek,
  type SignedDelivery,
  webhook,
} from "../../src/index.ts";
import type { HandlerContext, ReceiverEvent, ReceiverOptions } from "../../src/receive/options.ts";
import { SECRET } from "../support/fixtures.ts";
import { hook, requestOf, signed, soon } from "../support/receiving.ts";

/** The key of a delivery's claim. */
function keyOf(delivery: SignedDelivery, ...more: string[]): string {
  const { type, id } = hook.verify(delivery);
  return JSON.stringify(["painchek", "verified", type, id.slice("assessment_add:".length), ...more]);
}

/** A store with scripted results, which records its calls. */
function scripted(script: Partial<Record<keyof DeliveryStore, () => unknown>>) {
  const storeCalls: string[][] = [];
  const say =
    (verb: keyof DeliveryStore, otherwise: unknown) =>
    (...values: (string | undefined)[]) => {
      storeCalls.push([verb, ...values.map((value) => value ?? "")]);
      return (script[verb] ?? (() => Promise.resolve(otherwise)))() as never;
    };
  const store: DeliveryStore = {
    claim: say("claim", "new"),
    done: say("done", undefined),
    release: say("release", undefined),
  };
  return { store, storeCalls, verbs: () => storeCalls.map(([verb]) => verb) };
}

const never = () => new Promise<never>(() => {});
const fails = () => Promise.reject(new Error("the store is away"));

/** A receiver with its events and errors. */
function receiving(
  handler: (delivery: unknown, context: HandlerContext) => unknown = () => {},
  options: ReceiverOptions = {},
) {
  const events: ReceiverEvent[] = [];
  const errors: [string, string][] = [];
  const calls = mock.fn(handler);
  const receive = receiver(hook, calls, {
    onEvent: (event) => events.push(event),
    onError: (error, source) => errors.push([source, (error as Error).message]),
    ...options,
  });
  const send = async (delivery: SignedDelivery) => {
    const response = await receive(requestOf(delivery));
    const text = await response.text();
    return {
      status: response.status,
      text,
      code: text === "" ? undefined : JSON.parse(text).code,
      headers: response.headers,
    };
  };
  return { send, events, errors, calls: () => calls.mock.callCount(), receive };
}

describe("a receiver and its store", () => {
  it("claims id and digest under its name, and ends the claim under it", async () => {
    const { store, storeCalls } = scripted({});
    const { send } = receiving(undefined, { store });
    const delivery = signed();
    const { digest } = hook.verify(delivery);
    await send(delivery);
    await send(delivery);
    const [claim, done, second] = storeCalls as [string[], string[], string[]];
    const key = keyOf(delivery);
    assert.deepEqual(claim.slice(0, 3), ["claim", key, digest]);
    assert.deepEqual(done, ["done", key, claim[3]]);
    assert.match(claim[3] as string, /.{36}/);
    assert.notEqual(claim[3], second[3]);
  });

  it("releases the claim if the handler throws, at once or later", async () => {
    for (const handler of [
      () => {
        throw new Error("x");
      },
      () => Promise.reject(new Error("x")),
      () => Promise.reject(undefined),
    ]) {
      const { store, verbs } = scripted({});
      const { send } = receiving(handler, { store, onError: () => {} });
      assert.equal((await send(signed())).code, "handler-failed");
      assert.deepEqual(verbs(), ["claim", "release"]);
    }
  });

  it("rejects with 503 while the store is unavailable, and calls no handler", async () => {
    for (const claim of [
      fails,
      never,
      () => Promise.resolve("maybe"),
      () => {
        throw new Error("at once");
      },
    ]) {
      const { store } = scripted({ claim });
      const { send, calls, events, errors } = receiving(undefined, { store, storeTimeout: 20 });
      const { status, code, headers } = await send(signed());
      assert.deepEqual([status, code, calls()], [503, "store-unavailable", 0]);
      assert.ok(Number(headers.get("retry-after")) > 0);
      assert.deepEqual([events[0]?.outcome, events[0]?.storeFailed], ["unavailable", "claim"]);
      assert.equal(errors[0]?.[0], "store");
    }
  });

  it('handles without a claim under `onStoreError: "accept"`, and ends no claim that it does not have', async () => {
    const { store, verbs } = scripted({ claim: fails });
    const { send, calls, events } = receiving(undefined, { store, onStoreError: "accept" });
    assert.equal((await send(signed())).status, 200);
    assert.deepEqual([calls(), verbs(), events[0]?.storeFailed], [1, ["claim"], "claim"]);
  });

  it("releases a claim that the store made after the timeout", async () => {
    let grant: (state: ClaimState) => void = () => {};
    const { store, storeCalls } = scripted({
      claim: () =>
        new Promise((resolve) => {
          grant = resolve;
        }),
    });
    const { send } = receiving(undefined, { store, storeTimeout: 20 });
    await send(signed());
    grant("new");
    await soon();
    assert.deepEqual(
      storeCalls.map(([verb]) => verb),
      ["claim", "release"],
    );
    assert.equal(storeCalls[1]?.[2], storeCalls[0]?.[3]);
  });

  it("responds with success if the handler has finished and `done` failed twice", async () => {
    const { store, verbs } = scripted({ done: fails });
    const { send, events, errors } = receiving(undefined, { store });
    assert.equal((await send(signed())).status, 200);
    assert.deepEqual(verbs(), ["claim", "done", "done"]);
    assert.deepEqual([events[0]?.outcome, events[0]?.storeFailed], ["handled", "done"]);
    assert.deepEqual(errors, [["store", "the store is away"]]);
  });

  it("claims a changed delivery again, with the digest in the id", async () => {
    const states: ClaimState[] = ["changed", "new"];
    const { store, storeCalls } = scripted({ claim: () => Promise.resolve(states.shift()) });
    const { send, calls } = receiving(undefined, { store });
    const delivery = signed();
    const { digest } = hook.verify(delivery);
    assert.equal((await send(delivery)).status, 200);
    const changed = keyOf(delivery, digest);
    assert.deepEqual(
      storeCalls.map((values) => values.slice(0, 3)),
      [
        ["claim", keyOf(delivery), digest],
        ["claim", changed, digest],
        ["done", changed, storeCalls[0]?.[3]],
      ],
    );
    assert.equal(calls(), 1);
  });

  it('rejects a changed retry under `changed: "refuse"`', async () => {
    const { send, calls, events } = receiving(undefined, { changed: "refuse" });
    const uuid = "5e0c6b3a-91d2-4c7f-8a46-aaaaaaaaaaaa";
    assert.equal((await send(signed(uuid))).status, 200);
    const { status, code } = await send(signed(uuid, 2));
    assert.deepEqual([status, code, calls()], [409, "retry-changed", 1]);
    assert.equal(events[1]?.outcome, "conflict");
    assert.equal((await send(signed(uuid))).text, '{"status":"duplicate"}');
  });

  it("decides by the id alone if the provider may change payloads", async () => {
    const mutable = webhook(
      {
        id: "mutable",
        envelope: { type: "/type" },
        dedupe: ["pointer:/id"],
        events: { any: { schema: true } },
      },
      { unsigned: "allow" },
    );
    let calls = 0;
    const receive = receiver(mutable, () => {
      calls += 1;
    });
    const send = async (n: number) => {
      const body = JSON.stringify({ type: "any", id: "1", n });
      const headers = { "content-type": "application/json" };
      return await (await receive(new Request("https://h/", { method: "POST", headers, body }))).text();
    };
    assert.equal(await send(1), '{"status":"handled"}');
    assert.equal(await send(2), '{"status":"duplicate"}');
    assert.equal(calls, 1);
  });

  it("keeps receivers without a `store` apart", async () => {
    const delivery = signed();
    for (let time = 0; time < 2; time++) {
      const { send, calls } = receiving();
      await send(delivery);
      await send(delivery);
      assert.equal(calls(), 1);
    }
  });
});

describe("a receiver and its handler", () => {
  it("responds while a slow handler runs, and lets it finish", async () => {
    let finish: () => void = () => {};
    const handler = () =>
      new Promise<void>((resolve) => {
        finish = resolve;
      });
    const { send, calls } = receiving(handler, { handlerTimeout: 20 });
    const delivery = signed();
    assert.equal((await send(delivery)).code, "handler-timeout");
    assert.equal((await send(delivery)).code, "in-progress");
    finish();
    await soon();
    assert.equal((await send(delivery)).text, '{"status":"duplicate"}');
    assert.equal(calls(), 1);
  });

  it("releases the claim of a handler that takes too long and then throws", async () => {
    let fail: (error: Error) => void = () => {};
    const handler = mock.fn(
      () =>
        new Promise<void>((_, reject) => {
          fail = reject;
        }),
    );
    const { send, errors } = receiving(handler, { handlerTimeout: 20 });
    const delivery = signed();
    assert.equal((await send(delivery)).code, "handler-timeout");
    fail(new Error("late"));
    await soon();
    assert.deepEqual(errors, [["handler", "late"]]);
    handler.mock.mockImplementation(() => Promise.resolve());
    assert.equal((await send(delivery)).text, '{"status":"handled"}');
  });

  it("passes the event to the handler, even if another delivery was verified in between", async () => {
    const store = memoryStore();
    const slow: DeliveryStore = {
      ...scripted({}).store,
      claim: async (...values) => {
        await soon(5);
        return store.claim(...values);
      },
    };
    const uuids: unknown[] = [];
    const receive = receiver(hook, (one) => one.unknown || uuids.push(one.event.data.uuid), { store: slow });
    const deliveries = Array.from({ length: 20 }, () => signed());
    await Promise.all(deliveries.map((delivery) => receive(requestOf(delivery))));
    assert.deepEqual(
      uuids.sort(),
      deliveries.map(({ body }) => JSON.parse(Buffer.from(body).toString()).data.uuid).sort(),
    );
  });

  it("sends the handler's reply when the handler returns", async () => {
    for (const [success, fails] of [
      [204, false],
      [200, true],
    ] as const) {
      const { send } = receiving(
        (_, { reply }) => {
          reply('{"code":"of the handler"}', "application/json");
          if (fails) throw new Error("afterwards");
        },
        { success },
      );
      const { status, code, headers } = await send(signed());
      assert.deepEqual([status, code], fails ? [500, "handler-failed"] : [200, "of the handler"]);
      assert.equal(headers.get("content-type"), fails ? "application/problem+json" : "application/json");
    }
  });

  it("rejects a reply that is not a string, or whose type has a line break", async () => {
    for (const args of [[{ secret: 1 }], ["text", "text/plain\r\nx: y"], ["text", ""], [undefined]]) {
      const { send, errors } = receiving((_, { reply }) => reply(...(args as [string, string])));
      assert.deepEqual([(await send(signed())).code, errors.length], ["handler-failed", 1]);
    }
  });

  it("responds with 204 under `success: 204`", async () => {
    const { send } = receiving(undefined, { success: 204 });
    const delivery = signed();
    for (let time = 0; time < 2; time++) {
      const { status, text } = await send(delivery);
      assert.deepEqual([status, text], [204, ""]);
    }
  });
});

describe("an event of a receiver", () => {
  afterEach(() => mock.restoreAll());

  it("is passed with its request", async () => {
    const reported: [string, unknown][] = [];
    const receive = receiver(hook, () => {}, {
      onEvent: ({ outcome }, about) => reported.push([outcome, about]),
    });
    const { headers, ...rest } = signed();
    const sent = [requestOf({ headers, ...rest }), requestOf({ headers: {}, ...rest })] as const;
    for (const one of sent) await receive(one);
    assert.deepEqual(
      reported.map(([outcome]) => outcome),
      ["handled", "rejected"],
    );
    assert.ok(reported.every(([, about], number) => about === sent[number]));
  });

  it("does not fail a request if its callback throws", async () => {
    for (const onEvent of [
      () => {
        throw new Error("x");
      },
      () => Promise.reject(new Error("x")),
    ]) {
      const { send, errors } = receiving(undefined, { onEvent });
      assert.equal((await send(signed())).status, 200);
      await soon(1);
      assert.deepEqual(errors, [["onEvent", "x"]]);
    }
    const onError = () => {
      throw new Error("y");
    };
    const { send } = receiving(() => Promise.reject(new Error("x")), { onError });
    assert.equal((await send(signed())).status, 500);
  });

  it("has durations, signature and ids", async () => {
    const { send, events } = receiving(() => soon(30));
    const delivery = signed();
    const { id, digest, deliveryId, webhookId } = hook.verify(delivery);
    await send(delivery);
    const [event] = events as [ReceiverEvent];
    const { durations, startedAt, ...rest } = event;
    assert.deepEqual(rest, {
      outcome: "handled",
      status: 200,
      receiver: "painchek",
      provider: "painchek",
      type: "assessment_add",
      id,
      digest,
      deliveryId,
      webhookId,
      signature: "verified",
      bytes: delivery.body.length,
    });
    assert.ok(Math.abs(Date.now() - startedAt) < 60_000);
    const { total, read = -1, check = -1, claim = -1, handle = -1 } = durations;
    assert.ok(handle >= 20 && read >= 0 && check >= 0 && claim >= 0 && total >= handle);
  });

  it("is printed, for an error, with name and stack and without the message if there is no `onError`", async () => {
    const printed = mock.method(console, "error", () => {});
    const receive = receiver(hook, () => {
      throw new RangeError("the patient's name\n    at home");
    });
    assert.equal((await receive(requestOf(signed()))).status, 500);
    const text = String(printed.mock.calls[0]?.arguments[0]);
    assert.match(
      text,
      /the handler of a receiver for painchek threw RangeError\..*\n {4}at .*receive\.test\.ts/,
    );
    assert.ok(!text.includes("patient") && !text.includes("home"), text);
  });
});

describe("the options of a receiver", () => {
  it("are rejected if they are invalid", () => {
    const wrong: [object, RegExp][] = [
      [{ store: {} }, /`store`/],
      [{ changed: "drop" }, /`changed`/],
      [{ onStoreError: "ignore" }, /`onStoreError`/],
      [{ success: 302 }, /`success`/],
      [{ maxBytes: -1 }, /`maxBytes`/],
      [{ bodyTimeout: 0 }, /`bodyTimeout`/],
      [{ storeTimeout: 2 ** 31 }, /`storeTimeout`/],
      [{ handlerTimeout: "1s" }, /`handlerTimeout`/],
      [{ encodings: ["br"] }, /`encodings`/],
    ];
    for (const [options, message] of wrong)
      assert.throws(() => receiver(hook, () => {}, options as ReceiverOptions), message);
    assert.throws(() => receiver(undefined as never, () => {}), /webhook as the first argument/);
    assert.throws(() => receiver(hook, "handler" as never), /handler as the second argument/);
  });

  it("reject `encodings` if the platform cannot decompress", (t) => {
    const own = Object.getOwnPropertyDescriptor(globalThis, "DecompressionStream") as PropertyDescriptor;
    t.after(() => Object.defineProperty(globalThis, "DecompressionStream", own));
    const unsupported = () => {
      throw new Error("not supported here");
    };
    Object.defineProperty(globalThis, "DecompressionStream", { value: unsupported, configurable: true });
    const make = (options: ReceiverOptions) => receiver(hook, () => {}, options);
    assert.throws(() => make({ encodings: ["gzip"] }), /`encodings` needs DecompressionStream/);
    assert.equal(typeof make({ encodings: [] }), "function");
  });

  it("limit a body as the webhook does, or as `maxBytes` says", async () => {
    const small = painchek({ secrets: [SECRET], maxBytes: 100 });
    const status = async (options: ReceiverOptions) =>
      (await receiver(small, () => {}, options)(requestOf(signed()))).status;
    assert.deepEqual([await status({}), await status({ maxBytes: 10_000 })], [413, 200]);
  });

  it("have the URL for providers that sign it and proxies that change it", async () => {
    const signing = webhook(
      {
        id: "by-url",
        signature: {
          header: "X-Sig",
          format: "{hex}",
          algorithms: ["sha256"],
          signedContent: "{url}{body}",
          secret: "utf8",
        },
        envelope: { type: "/type" },
        events: { any: { schema: true } },
      },
      { secrets: [SECRET] },
    );
    const url = "https://public.example/hook";
    const { headers, body } = signing.sign('{"type":"any"}', { url });
    const arrived = () =>
      new Request("http://10.0.0.1/hook", { method: "POST", headers, body: body as Uint8Array<ArrayBuffer> });
    const status = async (options?: ReceiverOptions<Request>) =>
      (await receiver<Record<string, unknown>, Request>(signing, () => {}, options)(arrived())).status;
    assert.equal(await status(), 401);
    assert.equal(await status({ url }), 200);
    assert.equal(await status({ url: (request) => new URL(new URL(request.url).pathname, url).href }), 200);
  });
});

describe("a body of fetch that is rejected while it arrives", () => {
  afterEach(() => mock.timers.reset());

  it("is canceled a second after the response, and read up to the limit once more", async () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    let cancelled = false;
    let pulled = 0;
    const body = new ReadableStream({
      pull(controller) {
        pulled += 1;
        controller.enqueue(new Uint8Array(100));
      },
      cancel() {
        cancelled = true;
      },
    });
    const receive = receiver(hook, () => {}, { maxBytes: 1_000 });
    const reply = await receive(
      new Request("https://h/hook", {
        method: "POST",
        headers: signed().headers,
        body,
        duplex: "half",
      } as RequestInit),
    );
    assert.equal(reply.status, 413);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(cancelled, false);
    assert.ok(pulled > 11 && pulled < 30, `${pulled}`);
    mock.timers.tick(1_000);
    assert.equal(cancelled, true);
  });
});

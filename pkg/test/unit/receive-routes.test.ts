// Handlers of single event types, webhooks that are made late, requests that are authorized by the program, retries that a handler
// asks for, and the clock of a receiver.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { receiver } from "../../src/fetch.ts";
import { painchek, type SignedDelivery, webhook, xon } from "../../src/index.ts";
import { receiver as lambda } from "../../src/lambda.ts";
import { SECRET } from "../support/fixtures.ts";
import { hook, receiving, requestOf, signed } from "../support/receiving.ts";

const surgery = xon({ unsigned: "allow" });
const created = (id = "a") =>
  surgery.create(
    "calls.user.create",
    { mobileNumber: "+447700900123" },
    { id: `5e0c6b3a-91d2-4c7f-8a46-00000000000${id}` },
  );
const quiet = { log: false, onError: () => {} } as const;

async function textOf(receive: (request: Request) => Promise<Response>, delivery: SignedDelivery) {
  const response = await receive(requestOf(delivery));
  return `${response.status} ${await response.text()}`;
}

describe("handlers of single event types", () => {
  it("get the events of their type, and the handler of the receiver gets the others", async () => {
    const calls: string[] = [];
    const receive = receiver(surgery, ({ type }) => calls.push(`other ${type}`), quiet).on(
      "calls.user.create",
      ({ event }) => calls.push(`created ${event.event.mobileNumber}`),
    );
    assert.equal(await textOf(receive, created()), '200 {"status":"handled"}');
    const deleted = surgery.create("calls.user.delete", { mobileNumber: "+447700900123" } as never);
    assert.equal(await textOf(receive, deleted), '200 {"status":"handled"}');
    assert.deepEqual(calls, ["created +447700900123", "other calls.user.delete"]);
  });

  it("leave other events without a claim, if the receiver has no handler", async () => {
    const { store, claimed } = counting();
    const receive = receiver(surgery, undefined, { ...quiet, store }).on("calls.user.delete", () => {});
    assert.equal(await textOf(receive, created()), '200 {"status":"ignored"}');
    assert.deepEqual(claimed, []);
  });

  it("are needed, if the receiver has no handler", async () => {
    const errors: unknown[] = [];
    const receive = receiver(surgery, undefined, { log: false, onError: (error) => errors.push(error) });
    assert.match(await textOf(receive, created()), /^500 .*"internal"/);
    assert.match(`${errors}`, /The receiver has no handler/);
  });

  it("are rejected for an event that the provider does not have, and for a second time", () => {
    const receive = receiver(surgery);
    assert.throws(
      () => receive.on("calls.user.created" as never, () => {}),
      /It has: .*calls\.user\.create,/,
    );
    receive.on("calls.user.create", () => {});
    assert.throws(() => receive.on("calls.user.create", () => {}), /Another handler/);
    assert.throws(
      () => receive.on("calls.user.delete", undefined as never),
      /Expected an event type and a handler/,
    );
    assert.throws(() => receiver(surgery, "handler" as never), /Expected a handler/);
    // Any type is an event of a provider that does not list its events.
    receiver(webhook("stripe", { secrets: ["whsec_a"] })).on("invoice.paid", () => {});
  });

  it("get items, with `each`", async () => {
    const line = webhook("line", { secrets: ["a-made-up-channel-secret"] });
    const calls: string[] = [];
    const receive = receiver(line, undefined, { ...quiet, each: true as const }).on(
      "follow",
      (item, { delivery }) => calls.push(`${item.id} of ${delivery.items?.length}`),
    );
    const body = JSON.stringify({
      destination: "U1",
      events: ["follow", "message"].map((type, index) => ({ type, webhookEventId: `${index}` })),
    });
    assert.equal(await textOf(receive, line.sign(body)), '200 {"status":"handled"}');
    assert.deepEqual(calls, ["follow:0 of 2"]);
  });
});

/** A store that counts claims. */
function counting() {
  const claimed: string[] = [];
  const store = {
    async claim(id: string) {
      claimed.push(id);
      return "new" as const;
    },
    async done() {},
    async release() {},
  };
  return { store, claimed };
}

describe("a webhook that is made when the first request arrives", () => {
  it("is made once, with the handlers of event types", async () => {
    let made = 0;
    const make = () => {
      made += 1;
      return painchek({ secrets: [SECRET] });
    };
    const calls: string[] = [];
    const receive = receiver(make, undefined, quiet).on("assessment_add", ({ id }) => calls.push(id));
    assert.equal(made, 0);
    for (const delivery of [signed(), signed()]) assert.match(await textOf(receive, delivery), /handled/);
    assert.equal(made, 1);
    assert.equal(calls.length, 2);
    assert.throws(() => receive.on("assessment_add", () => {}), /Another handler/);
  });

  it("responds 500 while it cannot be made, and tries again", async () => {
    let secret = "";
    const errors: unknown[] = [];
    const options = {
      log: false as const,
      onError: (error: unknown, source: string) => errors.push([source, `${error}`]),
    };
    const receive = receiver(
      () => painchek({ secrets: [secret] }),
      () => {},
      options,
    );
    assert.match(await textOf(receive, signed()), /^500 .*"code":"internal"/);
    assert.deepEqual(errors.length, 1);
    assert.match(`${errors}`, /^receiver,HooksealError: .*secret/i);
    secret = SECRET;
    assert.match(await textOf(receive, signed()), /handled/);
  });

  it("prints why it cannot be made", async (t) => {
    const print = t.mock.method(console, "error", () => {});
    const receive = lambda(
      () => painchek({ secrets: [""] }),
      () => {},
    );
    const response = await receive({ httpMethod: "POST", headers: {}, body: "{}" });
    assert.equal(response.statusCode, 500);
    assert.match(`${print.mock.calls[0]?.arguments}`, /^hookseal: the receiver .*HooksealError\. .*secret/i);
  });

  it("shows mistakes in the arguments at once", () => {
    assert.throws(
      () =>
        receiver(
          () => hook,
          () => {},
          { stor: 1 } as never,
        ),
      /Did you mean `store`/,
    );
    assert.throws(() => receiver(() => hook, 1 as never), /Expected a handler/);
  });
});

describe("the option `authorize`", () => {
  it("rejects requests before anything of them is read", async () => {
    const isAllowed = { value: false as unknown };
    const { outcomeOf, send, calls, events } = receiving(hook, undefined, {
      authorize: (request) => (request as Request).url === "https://h/hook" && isAllowed.value,
    });
    for (const value of [false, undefined, 1, "true", Promise.resolve(false)]) {
      isAllowed.value = value;
      assert.equal(await outcomeOf(signed()), "401 not-authorized");
    }
    const { headers } = await send(signed());
    assert.equal(headers.get("content-type"), "application/problem+json");
    assert.equal(events[0]?.outcome, "rejected");
    assert.equal(events[0]?.bytes, undefined);
    isAllowed.value = Promise.resolve(true);
    assert.equal(await outcomeOf(signed()), "200 handled");
    assert.equal(calls.length, 1);
  });

  it("responds 500 if it throws, and rejects nothing for good", async () => {
    const { outcomeOf, errors } = receiving(hook, undefined, {
      authorize() {
        throw new Error("the list is not loaded");
      },
    });
    assert.equal(await outcomeOf(signed()), "500 internal");
    assert.equal(errors.length, 1);
    assert.throws(() => receiver(hook, () => {}, { authorize: true as never }), /option `authorize`/);
  });

  it("responds 500 if it takes longer than `bodyTimeout`, and reads nothing", async () => {
    const { outcomeOf, errors, calls, events } = receiving(hook, undefined, {
      authorize: () => new Promise(() => {}),
      bodyTimeout: 20,
    });
    assert.equal(await outcomeOf(signed()), "500 internal");
    assert.match(`${errors}`, /`authorize` took longer than `bodyTimeout`/);
    assert.deepEqual([calls.length, events[0]?.bytes], [0, undefined]);
  });
});

describe("a retry that the handler asks for", () => {
  it("has the response 503, and is handled", async () => {
    let isReady = false;
    const { send, outcomeOf, events } = receiving(hook, (_, { retry, reply }) => {
      reply("not sent");
      if (!isReady) retry(90_500);
      return isReady ? undefined : new Response("not sent either");
    });
    const delivery = signed();
    const { status, headers, text } = await send(delivery);
    assert.deepEqual(
      [status, headers.get("retry-after"), JSON.parse(text).code],
      [503, "91", "handler-failed"],
    );
    assert.deepEqual(
      [events[0]?.outcome, events[0]?.code, events[0]?.status],
      ["failed", "handler-failed", 503],
    );
    isReady = true;
    const second = await send(delivery);
    assert.deepEqual([second.status, second.text], [200, "not sent"]);
    assert.equal(await outcomeOf(delivery), "200 duplicate");
  });

  it("is in 30 seconds by default, and rejects what is no time", async () => {
    const { send } = receiving(hook, (_, { retry }) => retry());
    assert.equal((await send(signed())).headers.get("retry-after"), "30");
    for (const wrong of [-1, Number.NaN, 2 ** 31, "soon"]) {
      const { outcomeOf, errors } = receiving(hook, (_, { retry }) => retry(wrong as number));
      assert.equal(await outcomeOf(signed()), "500 handler-failed");
      assert.match(`${errors}`, /Invalid time for `retry`/);
    }
  });
});

describe("the option `now`", () => {
  it("is the time of the check", async () => {
    const stripe = webhook("stripe", { secrets: ["whsec_a-made-up-secret"] });
    const at = 1_700_000_000_000;
    const delivery = () =>
      stripe.create("invoice.paid", { object: "event", data: { object: {} } }, { now: at });
    const late = receiving(stripe);
    assert.equal(await late.outcomeOf(delivery()), "401 timestamp-too-old");
    for (const now of [() => at, () => new Date(at + 200_000)]) {
      assert.equal(await receiving(stripe, undefined, { now }).outcomeOf(delivery()), "200 handled");
    }
    assert.throws(() => receiver(stripe, () => {}, { now: at as never }), /option `now`/);
  });
});

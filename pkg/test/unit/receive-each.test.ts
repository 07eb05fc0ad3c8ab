// Receivers of deliveries with several events: each item is handled once, and a failure is retried alone.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { describe, it } from "node:test";
import { receiver } from "../../src/fetch.ts";
import { type DeliveryStore, memoryStore, type Webhook, webhook } from "../../src/index.ts";
import type { EachOptions, ItemContext, ReceiverEvent } from "../../src/receive/options.ts";
import { hook as single } from "../support/receiving.ts";

const KEY = "a secret of the subscription";
const definition = {
  id: "mine",
  signature: { header: "X-Mine", format: "{hex}", algorithms: ["sha256" as const] },
  envelope: { items: "/events", item: { type: "/type", id: "/id" } },
  events: { read: { schema: { required: ["n"] } }, sent: { schema: true } },
};
const mine = webhook(definition, { secrets: [KEY] });

interface Handled {
  type: string;
  id: string;
  key: string;
  n: unknown;
  of: number;
}

function receiving(
  handle: (item: { id: string; event: { n?: unknown } }, context: ItemContext) => unknown = () => {},
  options: Partial<EachOptions> = {},
  hook: Webhook = mine,
) {
  const calls: Handled[] = [];
  const events: ReceiverEvent[] = [];
  const receive = receiver(
    hook,
    (item, context) => {
      const event = item.event as { n?: unknown };
      const of = context.delivery.items?.length ?? -1;
      calls.push({ type: item.type, id: item.id, key: context.key, n: event.n, of });
      return handle({ id: item.id, event }, context);
    },
    { log: false, onError: () => {}, onEvent: (event) => events.push(event), ...options, each: true },
  );
  const send = async (events: unknown, headers: Record<string, string> = {}) => {
    const body = typeof events === "string" ? events : JSON.stringify({ events });
    const signature = createHmac("sha256", KEY).update(body).digest("hex");
    const request = new Request("https://h/", {
      method: "POST",
      headers: { "content-type": "application/json", "x-mine": signature, ...headers },
      body,
    });
    const response = await receive(request);
    const text = await response.text();
    return { status: response.status, text };
  };
  return { send, calls, events };
}

const item = (id: string, n = 1) => ({ type: "read", id, n });

describe("a receiver with `each`", () => {
  it("calls the handler with each item, in order, with a key of its own", async () => {
    const { send, calls, events } = receiving();
    assert.deepEqual(await send([item("a"), { type: "sent", id: "b" }]), {
      status: 200,
      text: '{"status":"handled"}',
    });
    assert.deepEqual(
      calls.map(({ type, id, key, of }) => [type, id, key, of]),
      [
        ["read", "read:a", '["mine","verified","read","a"]', 2],
        ["sent", "sent:b", '["mine","verified","sent","b"]', 2],
      ],
    );
    assert.deepEqual(events[0]?.items, { handled: 2 });
    assert.equal(events[0]?.type, "batch");
  });

  it("handles only the item that failed in a retry, and the others when it fails", async () => {
    let isBroken = true;
    const { send, calls, events } = receiving(({ id }) => {
      if (isBroken && id === "read:b") throw new Error("broken");
    });
    const batch = [item("a"), item("b"), item("c")];
    assert.equal((await send(batch)).status, 500);
    assert.deepEqual(events[0]?.items, { handled: 2, failed: 1 });
    isBroken = false;
    assert.equal((await send(batch)).status, 200);
    assert.deepEqual(events[1]?.items, { duplicate: 2, handled: 1 });
    assert.equal((await send(batch)).text, '{"status":"duplicate"}');
    assert.deepEqual(
      calls.map(({ id }) => id),
      ["read:a", "read:b", "read:c", "read:b"],
    );
  });

  it("knows an item in another delivery, also with other bytes", async () => {
    const { send, calls } = receiving();
    await send([item("a"), item("b")]);
    await send([item("b", 2), item("c")]);
    await send([{ ...item("a"), attempt: 2 }]);
    assert.deepEqual(
      calls.map(({ id }) => id),
      ["read:a", "read:b", "read:c"],
    );
  });

  it("handles an id that is twice in a delivery once, and one without an id at each place", async () => {
    const { send, calls } = receiving();
    const equal = { type: "sent" };
    const batch = [item("a"), item("a"), equal, equal];
    await send(batch);
    await send(batch);
    assert.equal(calls.length, 3);
    assert.match(calls[1]?.id ?? "", /^batch:[0-9a-f]{64}\/2$/);
    assert.match(calls[2]?.id ?? "", /^batch:[0-9a-f]{64}\/3$/);
  });

  it("responds to a list without items, and to one whose items are ignored, without the handler", async () => {
    const { send, calls, events } = receiving(undefined, { unknownEvents: "ignore" });
    assert.equal((await send([])).text, '{"status":"ignored"}');
    assert.equal((await send([{ type: "new", id: "a" }])).text, '{"status":"ignored"}');
    assert.equal((await send([{ type: "new", id: "a" }, item("a")])).text, '{"status":"handled"}');
    assert.deepEqual(events[2]?.items, { ignored: 1, handled: 1 });
    assert.equal(calls.length, 1);
  });

  it("rejects a delivery of which one item is invalid before any is handled", async () => {
    const { send, calls, events } = receiving();
    const { status, text } = await send([item("a"), { type: "read", id: "b" }]);
    assert.deepEqual([status, JSON.parse(text).code], [400, "event-invalid"]);
    assert.deepEqual([calls, events[0]?.items], [[], undefined]);
  });

  it("responds with 409 while another request handles an item, and handles the others", async () => {
    let release = () => {};
    const isRunning = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { send, calls, events } = receiving(({ id }) => (id === "read:a" ? isRunning : undefined));
    const first = send([item("a")]);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const second = await send([item("a"), item("b")]);
    assert.deepEqual([second.status, JSON.parse(second.text).code], [409, "in-progress"]);
    assert.deepEqual(events[0]?.items, { "in-progress": 1, handled: 1 });
    release();
    assert.equal((await first).status, 200);
    assert.equal((await send([item("a"), item("b")])).text, '{"status":"duplicate"}');
    assert.equal(calls.length, 2);
  });

  it("responds with the first Response that says that a handler failed, else with the last reply", async () => {
    const statusOf = new Map([
      ["read:a", 201],
      ["read:b", 503],
      ["read:c", 502],
    ]);
    const respond = ({ id }: { id: string }) => new Response(id, { status: statusOf.get(id) ?? 200 });
    const { send } = receiving(respond);
    assert.deepEqual(await send([item("a"), item("b"), item("c"), item("d")]), {
      status: 503,
      text: "read:b",
    });
    assert.deepEqual(await send([item("e"), item("a")]), { status: 200, text: "read:e" });
    const { send: reply } = receiving(({ id }, context) => context.reply(id));
    assert.deepEqual(await reply([item("a"), item("b")]), { status: 200, text: "read:b" });
  });

  it("stops at an item that the store cannot claim, and goes on with it in the retry", async () => {
    const inner = memoryStore();
    let isDown = true;
    const store: DeliveryStore = {
      claim: async (key, digest, token) => {
        if (isDown && key.includes('"b"')) throw new Error("down");
        return inner.claim(key, digest, token);
      },
      done: (key, token) => inner.done(key, token),
      release: (key, token) => inner.release(key, token),
    };
    const { send, calls } = receiving(undefined, { store });
    assert.equal((await send([item("a"), item("b"), item("c")])).status, 503);
    isDown = false;
    assert.equal((await send([item("a"), item("b"), item("c")])).status, 200);
    assert.deepEqual(
      calls.map(({ id }) => id),
      ["read:a", "read:b", "read:c"],
    );
  });

  it("does not handle a recorded delivery again under another id that is not signed", async () => {
    const open = webhook(
      {
        ...definition,
        envelope: { items: "/events", item: { type: "/type" } },
        dedupe: ["header:X-Id", "digest"],
      },
      { secrets: [KEY] },
    );
    const { send, calls, events } = receiving(undefined, {}, open);
    const batch = [item("a"), item("b")];
    await send(batch, { "x-id": "1" });
    await send(batch, { "x-id": "2" });
    assert.equal(events[1]?.outcome, "replayed");
    await send(batch);
    assert.equal(calls.length, 2);
  });

  it("is only for providers that send several events", () => {
    const create = () => receiver(single, () => {}, { each: true });
    assert.throws(create, /Invalid value for option `each`: the provider sends one event/);
    assert.throws(() => receiver(mine, () => {}, { each: 1 } as never), /Invalid value for option `each`/);
  });
});

describe("a receiver of several events without `each`", () => {
  it("calls the handler once for a delivery, with its items", async () => {
    const types: string[][] = [];
    const receive = receiver(mine, ({ items }) => void types.push((items ?? []).map(({ type }) => type)));
    for (const body of ['{"events":[]}', JSON.stringify({ events: [item("a")] })]) {
      const signature = createHmac("sha256", KEY).update(body).digest("hex");
      const headers = { "content-type": "application/json", "x-mine": signature };
      const response = await receive(new Request("https://h/", { method: "POST", headers, body }));
      assert.equal(response.status, 200);
    }
    assert.deepEqual(types, [[], ["read"]]);
  });
});

describe("the items of a delivery", () => {
  it("are made when they are read, and print no payload", async () => {
    const { inspect } = await import("node:util");
    const body = '{"events":[{"type":"sent","id":"é","n":{"deep":[1.50]}},{"type":"new"}]}';
    const delivery = mine.verify(mine.sign(body));
    assert.equal(
      "items" in
        single.verify(
          single.create("assessment_add", {
            uuid: "5e0c6b3a-91d2-4c7f-8a46-000000000001",
            patient: "5e0c6b3a-91d2-4c7f-8a46-000000000002",
          }),
        ),
      false,
    );
    const [first, second] = delivery.items ?? assert.fail();
    assert.deepEqual(first?.event, { type: "sent", id: "é", n: { deep: [1.5] } });
    assert.equal(first?.event, (delivery.event as { events: unknown[] }).events[0]);
    assert.deepEqual([first?.id, first?.pointer, first?.unknown], ["sent:é", "/events/0", undefined]);
    assert.deepEqual([second?.unknown, second?.id], [true, `${delivery.id}/1`]);
    assert.equal(delivery.items, delivery.items);
    assert.equal(inspect(first).includes("deep"), false);
    assert.equal(inspect(delivery).includes("deep"), false);
  });

  it("are those of the report", () => {
    const signed = mine.sign('{"events":[{"type":"sent","id":"a"}]}');
    const { items, type, stages } = mine.inspect(signed);
    assert.deepEqual(items, [{ type: "sent", id: "sent:a", pointer: "/events/0" }]);
    assert.equal(type, "batch");
    assert.equal(stages.find(({ name }) => name === "contract")?.state, "passed");
  });
});

// Tests for every store: one signed body is handled once, whatever its unsigned headers contain.
import assert from "node:assert/strict";
import { it } from "node:test";
import { type DeliveryStore, type SignedDelivery, webhook } from "../../src/index.ts";
import { receiving, soon } from "./receiving.ts";

const SECRET = "s3cret-of-the-subscription";

/** The providers, with a body, two types, and the headers that no signature covers. */
const PROVIDERS = {
  github: {
    types: ["push", "delete"],
    id: "X-GitHub-Delivery",
    type: "X-GitHub-Event",
    body: () => JSON.stringify({ zen: `${++number}` }),
  },
  shopify: {
    types: ["orders/create", "orders/cancelled"],
    id: "X-Shopify-Webhook-Id",
    type: "X-Shopify-Topic",
    body: () => JSON.stringify({ id: ++number }),
  },
  linear: {
    types: ["Issue"],
    id: "Linear-Delivery",
    type: undefined,
    body: () =>
      JSON.stringify({
        type: "Issue",
        action: "create",
        createdAt: "2024-01-01T00:00:00.000Z",
        data: { number: ++number },
        webhookTimestamp: Date.now(),
        webhookId: "x",
        organizationId: "o",
        url: "https://linear.app/x",
      }),
  },
} as const;
let number = 0;

/** A provider with unsigned headers, and a captured delivery of it. */
export function captured(provider: keyof typeof PROVIDERS) {
  const { types, id, type, body } = PROVIDERS[provider];
  const hook = webhook(provider, { secrets: [SECRET] });
  const fresh = (name = "original"): SignedDelivery =>
    hook.sign(body(), { type: types[0], id: `${name}-${number}` });
  /** The headers of a replay. */
  const forged = (count: number): Record<string, string | undefined> => ({
    [id]: count === 0 ? undefined : `forged-${count}`,
    ...(type === undefined ? {} : { [type]: types[count % types.length] }),
  });
  return { hook, fresh, forged, idHeader: id };
}

/** Tests that a store recognizes replays. `stores` makes two stores with common claims. */
export function ignoresReplays(stores: () => Promise<[DeliveryStore, DeliveryStore]>): void {
  for (const provider of Object.keys(PROVIDERS) as (keyof typeof PROVIDERS)[]) {
    it(`handles a body of ${provider} once, under any id and type`, async () => {
      const { hook, fresh, forged } = captured(provider);
      const [here, there] = (await stores()).map((store) => receiving(hook, undefined, { store }));
      assert.ok(here !== undefined && there !== undefined);
      const delivery = fresh();
      assert.equal(await here.outcomeOf(delivery), "200 handled");
      assert.equal(await there.outcomeOf(delivery), "200 duplicate");
      for (const receiver of [here, there]) {
        for (let count = 0; count < 4; count++)
          assert.equal(await receiver.outcomeOf(delivery, forged(count)), "200 duplicate");
      }
      assert.equal(here.calls.length + there.calls.length, 1);
      assert.deepEqual(
        there.events.map(({ outcome, code, status }) => [outcome, code, status]),
        [["duplicate", undefined, 200], ...Array(4).fill(["replayed", "replayed", 200])],
      );
      // Another body is another event, and a resend by hand under the same id a duplicate.
      assert.equal(await there.outcomeOf(fresh("another")), "200 handled");
      assert.equal(await here.outcomeOf(delivery), "200 duplicate");
    });

    it(`handles the retry of a delivery of ${provider} whose handler failed`, async () => {
      const { hook, fresh, forged } = captured(provider);
      const [first, second] = await stores();
      const here = receiving(hook, () => Promise.reject(new Error("x")), { store: first });
      const there = receiving(hook, undefined, { store: second });
      const delivery = fresh();
      assert.equal(await here.outcomeOf(delivery), "500 handler-failed");
      assert.equal(await there.outcomeOf(delivery), "200 handled");
      assert.equal(await there.outcomeOf(delivery, forged(1)), "200 duplicate");
      assert.equal(there.calls.length, 1);
    });

    it(`handles one of any number of simultaneous replays of ${provider}`, async () => {
      const { hook, fresh, forged } = captured(provider);
      let finish = () => {};
      const gate = new Promise<void>((resolve) => {
        finish = resolve;
      });
      const [here, there] = (await stores()).map((store) => receiving(hook, () => gate, { store }));
      assert.ok(here !== undefined && there !== undefined);
      const delivery = fresh();
      const responses = Array.from({ length: 10 }, (_, count) =>
        (count % 2 ? here : there).outcomeOf(delivery, forged(1 + (count % 5))),
      );
      const others: string[] = [];
      for (const response of responses) response.then((outcome) => others.push(outcome));
      // All except the one that is being handled.
      while (others.length < responses.length - 1) await soon(1);
      assert.ok(
        others.every((outcome) => outcome === "200 duplicate" || outcome === "409 in-progress"),
        `${others}`,
      );
      finish();
      const all = await Promise.all(responses);
      assert.equal(all.filter((outcome) => outcome === "200 handled").length, 1);
      assert.equal(here.calls.length + there.calls.length, 1);
      assert.equal(await here.outcomeOf(delivery, forged(7)), "200 duplicate");
    });
  }
}

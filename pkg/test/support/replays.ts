// What every store has to see to: one signed body is handled once, whatever headers that nobody signed say beside it.
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

/** A provider that sends what no signature covers, and a delivery of it. */
export function captured(provider: keyof typeof PROVIDERS) {
  const { types, id, type, body } = PROVIDERS[provider];
  const hook = webhook(provider, { secrets: [SECRET] });
  const fresh = (given = "original"): SignedDelivery =>
    hook.sign(body(), { type: types[0], id: `${given}-${number}` });
  /** The headers of a replay. */
  const forged = (count: number): Record<string, string | undefined> => ({
    [id]: count === 0 ? undefined : `forged-${count}`,
    ...(type === undefined ? {} : { [type]: types[count % types.length] }),
  });
  return { hook, fresh, forged, idHeader: id };
}

/** Tests what a store has to do with replays; `stores` makes two that know the same. */
export function ignoresReplays(stores: () => Promise<[DeliveryStore, DeliveryStore]>): void {
  for (const provider of Object.keys(PROVIDERS) as (keyof typeof PROVIDERS)[]) {
    it(`handles a body of ${provider} once, under whatever id and type`, async () => {
      const { hook, fresh, forged } = captured(provider);
      const [here, there] = (await stores()).map((store) => receiving(hook, undefined, { store }));
      assert.ok(here !== undefined && there !== undefined);
      const delivery = fresh();
      assert.equal(await here.said(delivery), "200 handled");
      assert.equal(await there.said(delivery), "200 duplicate");
      for (const receiver of [here, there]) {
        for (let count = 0; count < 4; count++)
          assert.equal(await receiver.said(delivery, forged(count)), "200 duplicate");
      }
      assert.equal(here.calls.length + there.calls.length, 1);
      assert.deepEqual(
        there.events.map(({ outcome, code, status }) => [outcome, code, status]),
        [["duplicate", undefined, 200], ...Array(4).fill(["replayed", "replayed", 200])],
      );
      // Another body is another event, and a resend by hand under the same id a duplicate.
      assert.equal(await there.said(fresh("another")), "200 handled");
      assert.equal(await here.said(delivery), "200 duplicate");
    });

    it(`handles the retry of a delivery of ${provider} whose handler failed`, async () => {
      const { hook, fresh, forged } = captured(provider);
      const [first, second] = await stores();
      const here = receiving(hook, () => Promise.reject(new Error("x")), { store: first });
      const there = receiving(hook, undefined, { store: second });
      const delivery = fresh();
      assert.equal(await here.said(delivery), "500 handler-failed");
      assert.equal(await there.said(delivery), "200 handled");
      assert.equal(await there.said(delivery, forged(1)), "200 duplicate");
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
      const answers = Array.from({ length: 10 }, (_, count) =>
        (count % 2 ? here : there).said(delivery, forged(1 + (count % 5))),
      );
      const others: string[] = [];
      for (const answer of answers) answer.then((said) => others.push(said));
      // All but the one that is being handled.
      while (others.length < answers.length - 1) await soon(1);
      assert.ok(
        others.every((said) => said === "200 duplicate" || said === "409 in-progress"),
        `${others}`,
      );
      finish();
      const all = await Promise.all(answers);
      assert.equal(all.filter((said) => said === "200 handled").length, 1);
      assert.equal(here.calls.length + there.calls.length, 1);
      assert.equal(await here.said(delivery, forged(7)), "200 duplicate");
    });
  }
}

// What is printed and logged of a delivery: everything but its payload.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import { webhook } from "../../src/index.ts";
import { hook } from "../support/receiving.ts";

const UUID = "5e0c6b3a-91d2-4c7f-8a46-0d3b9e1f7a25";

describe("a delivery", () => {
  it("as JSON has everything but the payload", () => {
    const delivery = hook.verify(
      hook.create("assessment_add", { uuid: UUID, patient: UUID, user_first_name: "private" }),
    );
    const json = JSON.parse(JSON.stringify(delivery));
    assert.deepEqual(
      Object.keys(json).sort(),
      ["createdAt", "deliveryId", "digest", "id", "signature", "type", "webhookId"].filter(
        (name) => name in delivery,
      ),
    );
    assert.equal(json.id, `assessment_add:${UUID}`);
    assert.equal(json.signature.status, "verified");
    assert.doesNotMatch(JSON.stringify(delivery), /private/);
    assert.match(JSON.stringify(delivery.event), /"user_first_name":"private"/);
    // A copy has the event, as a plain object does.
    assert.equal({ ...delivery }.event, delivery.event);
  });

  it("is printed with a mark in place of the event, also after the event was read", () => {
    const delivery = hook.verify(
      hook.create("assessment_add", { uuid: UUID, patient: UUID, user_first_name: "private" }),
    );
    delivery.event;
    const text = inspect(delivery);
    assert.match(text, /type: 'assessment_add'/);
    assert.match(text, /event: \[not printed\]/);
    assert.doesNotMatch(text, /private|Getter/);
  });

  it("with several events has none of them in JSON, and each item has everything but its event", () => {
    const line = webhook("line", { secrets: ["a-made-up-channel-secret"] });
    const body = JSON.stringify({
      destination: "U1",
      events: [{ type: "follow", webhookEventId: "1", note: "private" }],
    });
    const delivery = line.verify(line.sign(body));
    const [item] = delivery.items;
    assert.doesNotMatch(JSON.stringify(delivery) + inspect(delivery, { depth: 9 }), /private|items/);
    assert.deepEqual(JSON.parse(JSON.stringify(item)), {
      type: "follow",
      id: "follow:1",
      pointer: "/events/0",
    });
    assert.match(inspect(item), /event: \[not printed\]/);
  });
});

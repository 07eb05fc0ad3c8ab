// The tests of the queue once more, with BullMQ 5.
import "./bullmq-5.ts";
import assert from "node:assert/strict";
import { it } from "node:test";

await import("./bullmq.test.ts");

it("is BullMQ 5 that the queue stands on here", () => {
  assert.match(import.meta.resolve("bullmq"), /\/bullmq5\//);
});

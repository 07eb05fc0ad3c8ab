// Runs the tests of the queue with BullMQ 5.
import "./bullmq-5.ts";
import assert from "node:assert/strict";
import { it } from "node:test";

await import("./bullmq.test.ts");

it("runs the queue on BullMQ 5", () => {
  assert.match(import.meta.resolve("bullmq"), /\/bullmq5\//);
});

/** Compare follows its texts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import "./page.ts";

const { clearCompare, compareStore, pickPair, setBody, startCompare } = await import(
  "../../src/state/compare.ts"
);

/** Resolves after the pending comparison. */
async function settle(): Promise<void> {
  for (let turn = 0; turn === 0 || compareStore.state.isBusy; turn++) {
    assert.ok(turn < 5000, "the page stays busy");
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

startCompare();

test("a change of either text is compared", async () => {
  await pickPair("same");
  await settle();
  assert.equal(compareStore.state.result?.sameBytes, true);
  setBody(1, `${compareStore.state.bodies[1]} `);
  await settle();
  assert.equal(compareStore.state.result?.sameBytes, false);
});

test("a result that arrives after both sides were cleared is not shown", async () => {
  await pickPair("changed");
  await Promise.resolve();
  assert.equal(compareStore.state.isBusy, true);
  clearCompare();
  // The worker responds in the next task.
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
  await settle();
  assert.equal(compareStore.state.result, undefined);
});

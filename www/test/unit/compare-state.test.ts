/** Compare follows its texts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import "./page.ts";

const { clearCompare, compareStore, importSide, pickPair, setBody, startCompare, swapSides } = await import(
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

test("each side has what its import reported", async () => {
  const names = () => compareStore.state.importIssues.map((imported) => imported?.name);
  await importSide(1, "curl -d '{}' --not-an-option http://h/");
  assert.deepEqual(names(), [undefined, "the retry"]);
  assert.equal(compareStore.state.importIssues[1]?.issues[0]?.code, "input-ignored");
  swapSides();
  assert.deepEqual(names(), ["the original", undefined]);
  await importSide(0, "curl -d '{}' http://h/");
  assert.deepEqual(names(), [undefined, undefined]);
  await importSide(0, "curl -d @body.json http://h/");
  assert.deepEqual(names(), ["the original", undefined]);
  await pickPair("same");
  assert.deepEqual(names(), [undefined, undefined]);
  clearCompare();
  await settle();
});

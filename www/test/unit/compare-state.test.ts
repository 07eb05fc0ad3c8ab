/** Compare follows its texts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import "./page.ts";

const {
  clearCompare,
  compareStore,
  compareWithNext,
  importSide,
  pickPair,
  setBody,
  startCompare,
  swapSides,
} = await import("../../src/state/compare.ts");

const { store } = await import("../../src/state/state.ts");
const { replaceDelivery } = await import("../../src/state/replace.ts");

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

test("the shown delivery is compared with the next one that is chosen, unless it is taken back", async () => {
  clearCompare();
  store.set({ headerText: "", body: "" });
  compareWithNext();
  assert.equal(store.state.notice?.text, undefined);
  replaceDelivery({ headers: [["X-A", "1"]], text: '{"a":1}' });
  compareWithNext();
  assert.match(store.state.notice?.text ?? "", /Choose the delivery/);
  replaceDelivery({ headers: [], text: '{"a":2}' });
  assert.equal(store.state.mode, "compare");
  assert.deepEqual(compareStore.state.bodies, ['{"a":1}', '{"a":2}']);
  assert.deepEqual(compareStore.state.headerTexts, ["X-A: 1", ""]);
  store.set({ mode: "inspect" });
  compareWithNext();
  compareWithNext();
  replaceDelivery({ headers: [], text: '{"a":3}' });
  assert.equal(store.state.mode, "inspect");
  assert.deepEqual(compareStore.state.bodies, ['{"a":1}', '{"a":2}']);
  clearCompare();
  await settle();
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

/** What the session of the tab keeps of modes that are loaded later. */
import assert from "node:assert/strict";
import { test } from "node:test";
import "./page.ts";

const stored = new Map<string, string>();
const listeners: (() => void)[] = [];
Object.assign(globalThis, {
  sessionStorage: {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => stored.set(key, value),
  },
  addEventListener: (_: string, listener: () => void) => listeners.push(listener),
});

const { keepMode, readSession, startHistory, writeModes } = await import("../../src/state/history.ts");
const { store } = await import("../../src/state/state.ts");
startHistory();

const KEPT = { text: "of the session" };
const session = { deliveries: [], current: 0, modes: { compare: KEPT, sign: KEPT } };

function save(): Record<string, unknown> | undefined {
  for (const listener of listeners) listener();
  return readSession()?.modes;
}

test("what a mode kept stays in the session while the mode is not loaded, and is brought back when it is", () => {
  writeModes(session);
  assert.deepEqual(save(), { compare: KEPT, sign: KEPT });
  const written: object[] = [];
  keepMode("compare", { read: () => ({ text: "new" }), write: (kept) => written.push(kept) });
  assert.deepEqual(written, [KEPT]);
  assert.deepEqual(save(), { compare: { text: "new" }, sign: KEPT });
});

test("a secret that is entered later is not stored with what a mode kept", () => {
  store.set({ secret: KEPT.text });
  assert.deepEqual(save(), { compare: { text: "new" } });
});

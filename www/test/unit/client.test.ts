/** The page's side of the worker: order, replacement, timeout and restart of calls. */
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import type { WorkerRequest } from "../../src/engine/protocol.ts";
import "./page.ts";

const { Engine } = await import("../../src/engine/client.ts");

type Call = Exclude<WorkerRequest, { core: unknown } | { full: unknown }>;

/** A worker that responds only when a test does. */
class ManualWorker {
  static started: ManualWorker[] = [];
  calls: Call[] = [];
  isTerminated = false;
  onmessage: ((event: { data: unknown }) => void) | undefined;
  onerror: ((event: { message: string; preventDefault(): void }) => void) | undefined;

  constructor() {
    ManualWorker.started.push(this);
  }
  postMessage(message: WorkerRequest): void {
    if (!("core" in message || "full" in message)) this.calls.push(message);
  }
  terminate(): void {
    this.isTerminated = true;
  }
  /** Responds to the last call. */
  respond(output: unknown): void {
    this.onmessage?.({ data: { id: this.calls.at(-1)?.id, output } });
  }
}

/** Resolves when `workers` were started and the last one got `calls` calls. */
async function received(calls: number, workers = 1): Promise<void> {
  const { started } = ManualWorker;
  for (let turn = 0; started.length < workers || (started.at(-1)?.calls.length ?? 0) < calls; turn++) {
    assert.ok(turn < 100_000, "the call did not arrive");
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function setUp() {
  ManualWorker.started = [];
  Object.assign(globalThis, { Worker: ManualWorker });
  return new Engine();
}

const worker = () => ManualWorker.started.at(-1) as ManualWorker;

test("one call runs at a time, and a newer one replaces a pending one of its name", async () => {
  const engine = setUp();
  const calls = [0, 1, 2].map((offset) => engine.call("valueAt", { offset }));
  const other = engine.call("start", {});
  await received(1);
  assert.deepEqual(
    worker().calls.map(({ input }) => input),
    [{ offset: 0 }],
  );
  worker().respond(null);
  assert.equal(await calls[0], null);
  assert.equal(await calls[1], undefined);
  await received(2);
  assert.deepEqual(worker().calls.at(-1)?.input, { offset: 2 });
  worker().respond(null);
  await calls[2];
  await received(3);
  assert.equal(worker().calls.at(-1)?.name, "start");
  worker().respond({ providers: [], examples: [] });
  assert.deepEqual(await other, { providers: [], examples: [] });
  assert.equal(ManualWorker.started.length, 1);
});

test("a call that takes too long ends the worker, and the next one starts another", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    const engine = setUp();
    const definition = { definition: "{}", schemas: [], sample: "" };
    const defined = engine.call("defineProvider", definition);
    await received(1);
    worker().respond({ problems: [] });
    await defined;
    const slow = engine.call("valueAt", { offset: 1 });
    const next = engine.call("start", {});
    await received(2);
    mock.timers.tick(20_000);
    await assert.rejects(slow, /Timeout/);
    assert.equal(worker().isTerminated, true);
    await received(2, 2);
    assert.equal(ManualWorker.started.length, 2);
    // The new worker also gets the custom provider.
    assert.deepEqual(
      worker().calls.map(({ name }) => name),
      ["defineProvider", "start"],
    );
    worker().respond(null);
    await next;
  } finally {
    mock.timers.reset();
  }
});

test("an error of the worker rejects its call, and the next one runs", async () => {
  const engine = setUp();
  const first = engine.call("valueAt", { offset: 1 });
  const second = engine.call("start", {});
  await received(1);
  worker().onerror?.({ message: "out of memory", preventDefault: () => void 0 });
  await assert.rejects(first, /out of memory/);
  await received(2);
  worker().onmessage?.({ data: { id: worker().calls.at(-1)?.id, error: "no" } });
  await assert.rejects(second, /no/);
});

test("the response to an abandoned call is ignored", async () => {
  const engine = setUp();
  const call = engine.call("valueAt", { offset: 1 });
  await received(1);
  worker().onmessage?.({ data: { id: 99, output: "stale" } });
  worker().respond(null);
  assert.equal(await call, null);
});

test("a worker that does not start rejects its call, and is started again", async () => {
  const engine = setUp();
  class BrokenWorker {
    constructor() {
      throw new Error("blocked");
    }
  }
  Object.assign(globalThis, { Worker: BrokenWorker });
  await assert.rejects(engine.call("start", {}), /blocked/);
  Object.assign(globalThis, { Worker: ManualWorker });
  const call = engine.call("start", {});
  await received(1);
  worker().respond(null);
  assert.equal(await call, null);
});

/** The page's side of the worker: order, replacement, timeout and restart of calls. */
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import type { LazyModule } from "../../src/engine/globals.ts";
import type { WorkerRequest } from "../../src/engine/protocol.ts";
import "./page.ts";

const { Engine } = await import("../../src/engine/client.ts");

type Call = Exclude<WorkerRequest, { core: unknown } | { full: unknown } | { publicKey: unknown }>;

/** A worker that responds only when a test does. */
class ManualWorker {
  static started: ManualWorker[] = [];
  calls: Call[] = [];
  /** Number of calls that had arrived when the full module did, and the module of public keys. */
  fullAfter: number | undefined;
  publicKeyAfter: number | undefined;
  isTerminated = false;
  onmessage: ((event: { data: unknown }) => void) | undefined;
  onerror: ((event: { message: string; preventDefault(): void }) => void) | undefined;

  constructor() {
    ManualWorker.started.push(this);
  }
  postMessage(message: WorkerRequest): void {
    if ("full" in message) this.fullAfter = this.calls.length;
    else if ("publicKey" in message) this.publicKeyAfter = this.calls.length;
    else if (!("core" in message)) this.calls.push(message);
  }
  terminate(): void {
    this.isTerminated = true;
  }
  /** Responds to the last call that it needs another module. */
  refuse(missing: LazyModule = "full"): void {
    this.onmessage?.({ data: { id: this.calls.at(-1)?.id, missing } });
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

/** The scripts that the page loads the full module with. */
function setUpScripts() {
  const scripts: { onload(): void; onerror(): void }[] = [];
  const document = {
    createElement: () => ({ remove: () => void 0 }),
    head: { append: (script: (typeof scripts)[number]) => scripts.push(script) },
  };
  Object.assign(globalThis, { document });
  return {
    scripts,
    load() {
      Object.assign(globalThis, {
        hooksealFull: { text: "", table: [], length: 0, descriptions: {}, others: [] },
        hooksealPublicKey: { text: "", table: [], length: 0 },
      });
      scripts.at(-1)?.onload();
    },
  };
}

test("a call that needs the full module is made again with it, and others run meanwhile", async () => {
  const engine = setUp();
  const { scripts, load } = setUpScripts();
  let notices = 0;
  engine.onFull = () => {
    notices += 1;
  };
  const prefetched = engine.prefetchFull();
  const waiting = engine.call("importText", { bytes: Uint8Array.of(1) });
  await received(1);
  worker().refuse();
  const other = engine.call("valueAt", { offset: 1 });
  await received(2);
  worker().respond(null);
  assert.equal(await other, null);
  load();
  await prefetched;
  await received(3);
  assert.equal(worker().fullAfter, 2);
  assert.deepEqual(worker().calls.at(-1)?.input, { bytes: Uint8Array.of(1) });
  const output = { deliveries: [], issues: [] };
  worker().respond(output);
  assert.deepEqual(await waiting, output);
  assert.equal(scripts.length, 1);
  assert.equal(notices, 1);
});

test("a newer call of the same name replaces one that waits for the full module", async () => {
  const engine = setUp();
  const { load } = setUpScripts();
  const first = engine.call("importText", { bytes: Uint8Array.of(1) });
  await received(1);
  worker().refuse();
  const second = engine.call("importText", { bytes: Uint8Array.of(2) });
  assert.equal(await first, undefined);
  await received(2);
  const third = engine.call("importText", { bytes: Uint8Array.of(3) });
  worker().refuse();
  assert.equal(await second, undefined);
  await received(3);
  worker().refuse();
  load();
  await received(4);
  assert.deepEqual(worker().calls.at(-1)?.input, { bytes: Uint8Array.of(3) });
  worker().respond({ deliveries: [], issues: [] });
  assert.deepEqual(await third, { deliveries: [], issues: [] });
});

test("a failed download rejects the calls that wait for it, and the next one tries again", async () => {
  const engine = setUp();
  const { scripts, load } = setUpScripts();
  const first = engine.call("importText", { bytes: Uint8Array.of(1) });
  await received(1);
  worker().refuse();
  scripts[0]?.onerror();
  await assert.rejects(first, /The download .* failed/);
  assert.equal(worker().fullAfter, undefined);
  const second = engine.call("importText", { bytes: Uint8Array.of(1) });
  await received(2);
  worker().refuse();
  load();
  await received(3);
  worker().respond({ deliveries: [], issues: [] });
  await second;
  assert.equal(scripts.length, 2);
});

test("a worker that replaces one gets the full module before its first call", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    const engine = setUp();
    const { scripts, load } = setUpScripts();
    const prefetched = engine.prefetchFull();
    load();
    await prefetched;
    const slow = engine.call("valueAt", { offset: 1 });
    const next = engine.call("start", {});
    await received(1);
    mock.timers.tick(20_000);
    await assert.rejects(slow, /Timeout/);
    await received(1, 2);
    assert.equal(worker().fullAfter, 0);
    worker().respond({ providers: [], examples: [] });
    await next;
    assert.equal(scripts.length, 1);
  } finally {
    mock.timers.reset();
  }
});

test("a call that verifies with a public key loads that module alone, and a worker that replaces one has it", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    const engine = setUp();
    const { scripts, load } = setUpScripts();
    const waiting = engine.call("valueAt", { offset: 1 });
    await received(1);
    worker().refuse("publicKey");
    load();
    await received(2);
    assert.deepEqual([worker().publicKeyAfter, worker().fullAfter, scripts.length], [1, undefined, 1]);
    worker().respond(null);
    assert.equal(await waiting, null);
    const slow = engine.call("valueAt", { offset: 2 });
    const next = engine.call("start", {});
    await received(3);
    mock.timers.tick(20_000);
    await assert.rejects(slow, /Timeout/);
    await received(1, 2);
    assert.equal(worker().publicKeyAfter, 0);
    worker().respond({ providers: [], examples: [] });
    await next;
    assert.equal(scripts.length, 1);
  } finally {
    mock.timers.reset();
  }
});

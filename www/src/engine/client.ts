/**
 * The page's side of the worker. One call runs at a time. A newer call replaces a pending call of the same name, which then
 * resolves to `undefined`: its result would be outdated. A call that needs another module waits for its download, and others
 * run meanwhile.
 */
import { download, type LazyModules } from "./full.ts";
import type { LazyModule } from "./globals.ts";
import type { CallName, Calls, WorkerRequest, WorkerResponse } from "./protocol.ts";

interface PendingCall {
  name: CallName;
  input: unknown;
  resolve(output: unknown): void;
  reject(error: Error): void;
}

/** Timeout of one call. On timeout the worker is terminated and the next call starts a new one. */
const CALL_TIMEOUT_MS = 20_000;

export class Engine {
  #worker: Worker | undefined;
  #starting: Promise<Worker> | undefined;
  #pending: PendingCall[] = [];
  /** Calls that wait for a module. */
  #waiting: PendingCall[] = [];
  /** The modules that were downloaded. A failed download is not kept: the next call tries again. */
  readonly #modules: { [Name in LazyModule]?: Promise<LazyModules[Name]> } = {};
  /** The worker that has each module. */
  readonly #workers: { [Name in LazyModule]?: Worker } = {};
  #current: (PendingCall & { id: number }) | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #id = 0;
  /** Input of the last `defineProvider` call, which is repeated in a new worker. */
  #definition: unknown;
  /** Called when the worker has the full module. */
  onFull: (() => void) | undefined;

  /** Calls the worker. Resolves to `undefined` if a newer call of the same name replaced this one. */
  call<Name extends CallName>(
    name: Name,
    input: Calls[Name]["input"],
  ): Promise<Calls[Name]["output"] | undefined> {
    return new Promise((resolve, reject) => {
      for (const calls of [this.#pending, this.#waiting]) {
        const older = calls.findIndex((call) => call.name === name);
        if (older >= 0) calls.splice(older, 1)[0]?.resolve(undefined);
      }
      this.#pending.push({ name, input, resolve: resolve as (output: unknown) => void, reject });
      void this.#dispatch();
    });
  }

  /** Downloads the full module before a call needs it. A failure is reported to the call that needs it, which tries again. */
  async prefetchFull(): Promise<void> {
    await this.#add("full").catch(() => undefined);
  }

  /** Passes a module to the worker. */
  async #add(name: LazyModule): Promise<void> {
    const modules: { [Name in LazyModule]?: Promise<unknown> } = this.#modules;
    modules[name] ??= download(name).catch((error: unknown) => {
      delete modules[name];
      throw error;
    });
    const module = await modules[name];
    const worker = await this.#started();
    if (this.#workers[name] === worker) return;
    this.#workers[name] = worker;
    worker.postMessage({ [name]: module } as unknown as WorkerRequest);
    if (name === "full") this.onFull?.();
  }

  /** Makes a call again when the worker has a module. */
  async #waitFor(name: LazyModule, call: PendingCall): Promise<void> {
    // A newer call of the same name replaces this one. It may run already.
    if ([this.#current, ...this.#pending].some((newer) => newer?.name === call.name))
      return call.resolve(undefined);
    this.#waiting.push(call);
    const isReplaced = () => {
      const index = this.#waiting.indexOf(call);
      if (index >= 0) this.#waiting.splice(index, 1);
      return index < 0;
    };
    try {
      await this.#add(name);
      if (isReplaced()) return;
      this.#pending.unshift(call);
      void this.#dispatch();
    } catch (error) {
      if (!isReplaced()) call.reject(error instanceof Error ? error : new Error(String(error)));
    }
  }

  async #dispatch(): Promise<void> {
    if (this.#current !== undefined) return;
    const next = this.#pending.shift();
    if (next === undefined) return;
    const id = ++this.#id;
    this.#current = { ...next, id };
    try {
      const worker = await this.#started();
      this.#timer = setTimeout(() => this.#terminate(), CALL_TIMEOUT_MS);
      if (next.name === "defineProvider") this.#definition = next.input;
      worker.postMessage({ id, name: next.name, input: next.input } as WorkerRequest);
    } catch (error) {
      this.#finish();
      next.reject(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #finish(): void {
    clearTimeout(this.#timer);
    this.#current = undefined;
    void this.#dispatch();
  }

  #terminate(): void {
    const { reject } = this.#current ?? {};
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#starting = undefined;
    reject?.(new Error(`Timeout: the worker did not respond within ${CALL_TIMEOUT_MS / 1000} seconds.`));
    this.#finish();
  }

  #started(): Promise<Worker> {
    // A failed start is not cached: the next call tries again.
    this.#starting ??= this.#start().catch((error: unknown) => {
      this.#starting = undefined;
      throw error;
    });
    return this.#starting;
  }

  async #start(): Promise<Worker> {
    const [{ default: source }, { text, table, length }] = await Promise.all([
      import("virtual:engine"),
      import("virtual:core"),
    ]);
    // From a blob: a worker from a file would not inherit the page's Content-Security-Policy.
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    const worker = new Worker(url, { name: "hookseal" });
    URL.revokeObjectURL(url);
    worker.onmessage = ({ data }: MessageEvent<WorkerResponse>) => {
      if (data.id !== this.#current?.id) return;
      const current = this.#current;
      const { resolve, reject } = current;
      this.#finish();
      if ("missing" in data) void this.#waitFor(data.missing, current);
      else if ("error" in data) reject(new Error(data.error));
      else resolve(data.output);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      this.#current?.reject(new Error(event.message || "The worker stopped."));
      this.#finish();
    };
    worker.postMessage({ core: { text, table, length } } satisfies WorkerRequest);
    // A worker that replaces one has what that one had.
    for (const name of Object.keys(this.#workers) as LazyModule[]) {
      worker.postMessage({ [name]: await this.#modules[name] } as unknown as WorkerRequest);
      this.#workers[name] = worker;
    }
    if (this.#definition !== undefined)
      worker.postMessage({ id: 0, name: "defineProvider", input: this.#definition } as WorkerRequest);
    this.#worker = worker;
    return worker;
  }
}

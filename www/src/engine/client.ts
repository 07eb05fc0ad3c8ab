/**
 * The page's side of the worker. One question is under way at a time; of those that wait, a newer one of the same
 * name takes the place of the older, which is answered `undefined`: nobody needs it any more.
 */
import source from "virtual:engine";
import type { CallName, Calls, Request, Response } from "./protocol.ts";

interface Waiting {
  name: CallName;
  input: unknown;
  resolve(output: unknown): void;
  reject(error: Error): void;
}

/** Longer than this nothing may take: the worker is ended, and a new one answers the next question. */
const PATIENCE = 20_000;

export class Engine {
  #worker: Worker | undefined;
  #making: Promise<Worker> | undefined;
  #waiting: Waiting[] = [];
  #current: (Waiting & { id: number }) | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #id = 0;
  /** The provider of one's own: a new worker is told of it, too. */
  #own: unknown;

  /** Asks the worker; `undefined` where a newer question of the same name came first. */
  ask<Name extends CallName>(
    name: Name,
    input: Calls[Name]["input"],
  ): Promise<Calls[Name]["output"] | undefined> {
    return new Promise((resolve, reject) => {
      const older = this.#waiting.findIndex((one) => one.name === name);
      if (older >= 0) this.#waiting.splice(older, 1)[0]?.resolve(undefined);
      this.#waiting.push({ name, input, resolve: resolve as (output: unknown) => void, reject });
      void this.#next();
    });
  }

  async #next(): Promise<void> {
    if (this.#current !== undefined) return;
    const next = this.#waiting.shift();
    if (next === undefined) return;
    const id = ++this.#id;
    this.#current = { ...next, id };
    try {
      const worker = await this.#ready();
      this.#timer = setTimeout(() => this.#giveUp(), PATIENCE);
      if (next.name === "define") this.#own = next.input;
      worker.postMessage({ id, name: next.name, input: next.input } as Request);
    } catch (error) {
      this.#done();
      next.reject(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #done(): void {
    clearTimeout(this.#timer);
    this.#current = undefined;
    void this.#next();
  }

  #giveUp(): void {
    const { reject } = this.#current ?? {};
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#making = undefined;
    reject?.(new Error("This took too long and was ended."));
    this.#done();
  }

  #ready(): Promise<Worker> {
    // One that could not be made does not stand in the way of the next.
    this.#making ??= this.#make().catch((error: unknown) => {
      this.#making = undefined;
      throw error;
    });
    return this.#making;
  }

  async #make(): Promise<Worker> {
    const { text, table, length } = await import("virtual:core");
    // From a blob, because a worker from a file of its own would not be under the page's policy.
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    const worker = new Worker(url, { name: "hookseal" });
    URL.revokeObjectURL(url);
    worker.onmessage = ({ data }: MessageEvent<Response>) => {
      if (data.id !== this.#current?.id) return;
      const { resolve, reject } = this.#current;
      this.#done();
      if ("error" in data) reject(new Error(data.error));
      else resolve(data.output);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      this.#current?.reject(new Error(event.message || "The worker stopped."));
      this.#done();
    };
    worker.postMessage({ core: { text, table, length } } satisfies Request);
    if (this.#own !== undefined) worker.postMessage({ id: 0, name: "define", input: this.#own } as Request);
    this.#worker = worker;
    return worker;
  }
}

/**
 * The page's modules in Node, without a browser and without a build of the page. The worker runs in this process, on the
 * package's own core.
 */
import { readFileSync } from "node:fs";
import { register } from "node:module";
import { samplesModule } from "../../build/samples.ts";
import type { Calls, WorkerRequest } from "../../src/engine/protocol.ts";

register(new URL("./hooks.mjs", import.meta.url), {
  data: {
    "virtual:samples": samplesModule(),
    "virtual:core": 'export const text = ""; export const table = []; export const length = 0;',
    "virtual:engine": 'export default "";',
  },
});

const { init } = await import("../../src/engine/core.ts");
await init(readFileSync(new URL("../../../pkg/dist/core.wasm", import.meta.url)));

/** The calls of the worker. */
export const { handlers } = await import("../../src/engine/handlers.ts");

/** Answers each message of the page like the worker does, in a later task. */
class InProcessWorker {
  onmessage: ((event: { data: unknown }) => void) | undefined;

  postMessage(message: WorkerRequest): void {
    if ("core" in message) return;
    const { id, name, input } = message;
    setImmediate(() => {
      try {
        const output = (handlers[name] as (input: unknown) => Calls[typeof name]["output"])(input);
        this.onmessage?.({ data: { id, output } });
      } catch (error) {
        this.onmessage?.({ data: { id, error: (error as Error).message } });
      }
    });
  }

  terminate(): void {}
}

Object.assign(globalThis, { Worker: InProcessWorker });

/** Number of webhooks that were made so far. */
export function webhookCount(): number {
  return (globalThis as unknown as { webhookCounts: { webhooks: number } }).webhookCounts.webhooks;
}

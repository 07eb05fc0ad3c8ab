/**
 * The page's modules in Node, without a browser and without a build of the page. The worker runs in this process, on the
 * page's core.
 */
import { readFileSync } from "node:fs";
import { register } from "node:module";
import { dirname, join } from "node:path";
import { path as core } from "../../build/core.ts";
import { samplesModule } from "../../build/samples.ts";
import type { Calls, WorkerRequest } from "../../src/engine/protocol.ts";

register(new URL("./hooks.mjs", import.meta.url), {
  data: {
    "virtual:samples": samplesModule(),
    "virtual:core": 'export const text = ""; export const table = []; export const length = 0;',
    "virtual:engine": 'export default "";',
    glue: readFileSync(join(dirname(core), "glue.js"), "utf8"),
  },
});

const { init } = await import("../../src/engine/core.ts");
await init(readFileSync(core));

/** Modules that need the core. Their static import would load it before its hooks are registered. */
export const { Outline } = await import("../../src/engine/outline.ts");
export const { edit } = await import("../../src/engine/edit.ts");
export const { buildFields } = await import("../../src/engine/fields.ts");

/** The calls of the worker. */
export const { handlers } = await import("../../src/engine/handlers.ts");

/** Responds to each message of the page like the worker does, in a later task. */
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

/**
 * The page's modules in Node, without a browser and without a build of the page. The worker runs in this process, on the
 * page's core, which is that of a page that has not loaded the full module yet.
 */
import { readFileSync } from "node:fs";
import { register } from "node:module";
import { dirname, join } from "node:path";
import process from "node:process";
import type { Calls, WorkerRequest } from "../src/engine/protocol.ts";
import { path as core, fullPath, publicKeyPath } from "./core.ts";
import { descriptions, others, samplesModule } from "./samples.ts";

register(new URL("./hooks.mjs", import.meta.url), {
  data: {
    "virtual:samples": samplesModule(),
    "virtual:core": 'export const text = ""; export const table = []; export const length = 0;',
    "virtual:full": 'export const url = "full.js"; export const integrity = "";',
    "virtual:public-key": 'export const url = "public-key.js"; export const integrity = "";',
    "virtual:engine": 'export default "";',
    "virtual:first": "export default undefined;",
    glue: readFileSync(join(dirname(core), "glue.js"), "utf8"),
  },
});

// A browser has no files of the package, in which the package would find a full module.
Object.defineProperty(process, "getBuiltinModule", { value: () => undefined });

const { addPublicKeys, init, initFull } = await import("../src/engine/core.ts");
await init(readFileSync(core));

/** Modules that need the core. Their static import would load it before its hooks are registered. */
export const { Outline } = await import("../src/engine/outline.ts");
export const { edit } = await import("../src/engine/edit.ts");
export const { buildFields } = await import("../src/engine/fields.ts");

/** The calls of the worker. */
export const { handlers } = await import("../src/engine/handlers.ts");

const { setFullTexts } = await import("../src/engine/providers.ts");

/** Loads the full module, as the page does when it is idle or when a call needs it. */
export async function loadFull(): Promise<void> {
  setFullTexts({ descriptions: descriptions(), others: others() });
  await initFull(readFileSync(fullPath));
}

/** Loads the module of public keys, as the page does when a call needs it. */
export const loadPublicKeys = (): void => addPublicKeys(readFileSync(publicKeyPath));

/** Responds to each message of the page like the worker does, in a later task. */
class InProcessWorker {
  onmessage: ((event: { data: unknown }) => void) | undefined;

  postMessage(message: WorkerRequest): void {
    if ("core" in message || "full" in message || "publicKey" in message) return;
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

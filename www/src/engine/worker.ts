/** The worker: loads the core and runs the page's calls one after the other. */
import { errorMessage } from "../errors.ts";
import { init } from "./core.ts";
import { handlers } from "./handlers.ts";
import type { WorkerRequest, WorkerResponse } from "./protocol.ts";

let ready: Promise<void> = Promise.resolve();

/** Decodes the core from the text of `virtual:core`, which has one character per byte. */
function decodeCore({ text, table, length }: { text: string; table: number[]; length: number }): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let index = 0; index < length; index++) bytes[index] = table[text.charCodeAt(index)] as number;
  return bytes;
}

addEventListener("message", async ({ data }: MessageEvent<WorkerRequest>) => {
  if ("core" in data) {
    ready = init(decodeCore(data.core));
    return;
  }
  let response: WorkerResponse;
  try {
    await ready;
    const handler = handlers[data.name] as (input: unknown) => unknown;
    response = { id: data.id, output: handler(data.input) };
  } catch (error) {
    response = { id: data.id, error: errorMessage(error) };
  }
  postMessage(response);
});

/** The worker: loads the core and runs the page's calls one after the other. */
import { errorMessage } from "../errors.ts";
import { addPublicKeys, init, initFull, missingModule } from "./core.ts";
import { handlers } from "./handlers.ts";
import type { EncodedModule, FullModule, WorkerRequest, WorkerResponse } from "./protocol.ts";
import { setFullTexts } from "./providers.ts";

let ready: Promise<void> = Promise.resolve();
/** Why the full module does not run. */
let fullError: unknown;

/** Decodes a module, which has one character per byte. */
function decode({ text, table, length }: EncodedModule): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let index = 0; index < length; index++) bytes[index] = table[text.charCodeAt(index)] as number;
  return bytes;
}

/** Replaces the core by the full module. If that fails, the calls that do not need it go on. */
async function addFull(full: FullModule): Promise<void> {
  setFullTexts(full);
  try {
    await initFull(decode(full));
  } catch (error) {
    fullError = error;
  }
}

addEventListener("message", async ({ data }: MessageEvent<WorkerRequest>) => {
  if ("core" in data) {
    ready = init(decode(data.core));
    return;
  }
  if ("full" in data) {
    ready = ready.then(() => addFull(data.full));
    return;
  }
  if ("publicKey" in data) {
    addPublicKeys(decode(data.publicKey));
    return;
  }
  let response: WorkerResponse;
  try {
    await ready;
    const handler = handlers[data.name] as (input: unknown) => unknown;
    response = { id: data.id, output: handler(data.input) };
  } catch (error) {
    const missing = missingModule(error);
    response =
      missing !== undefined && (missing !== "full" || fullError === undefined)
        ? { id: data.id, missing }
        : { id: data.id, error: errorMessage(missing === "full" ? fullError : error) };
  }
  postMessage(response);
});

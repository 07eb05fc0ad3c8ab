/** The worker: holds the core, and answers the page's questions one after the other. */
import { compare } from "./compare.ts";
import { init } from "./core.ts";
import { edit } from "./edit.ts";
import { example, examples } from "./examples.ts";
import { explain } from "./explain.ts";
import { imported } from "./import.ts";
import { at, children, inspect } from "./inspect.ts";
import { define, sample } from "./own.ts";
import { pair } from "./pairs.ts";
import type { CallName, Calls, Request, Response } from "./protocol.ts";
import { entries } from "./providers.ts";
import { redact, report } from "./report.ts";
import { sign, signable } from "./sign.ts";

const answers: { [Name in CallName]: (input: Calls[Name]["input"]) => Calls[Name]["output"] } = {
  start: () => ({ providers: entries(), examples }),
  example: ({ id }) => example(id),
  import: ({ bytes }) => imported(bytes),
  inspect,
  explain,
  children,
  at,
  compare,
  pair,
  signable,
  sign,
  edit,
  define,
  sample,
  report,
  redact,
};

let ready: Promise<void> = Promise.resolve();

function bytesOf({ text, table, length }: { text: string; table: number[]; length: number }): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let index = 0; index < length; index++) bytes[index] = table[text.charCodeAt(index)] as number;
  return bytes;
}

addEventListener("message", async ({ data }: MessageEvent<Request>) => {
  if ("core" in data) {
    ready = init(bytesOf(data.core));
    return;
  }
  let response: Response;
  try {
    await ready;
    const answer = answers[data.name] as (input: unknown) => unknown;
    response = { id: data.id, output: answer(data.input) };
  } catch (error) {
    response = { id: data.id, error: error instanceof Error ? error.message : String(error) };
  }
  postMessage(response);
});

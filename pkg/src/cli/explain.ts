/** `explain`: why a signature does not match, as far as it can be proved. */
import type { Delivery } from "../index.js";
import { Hooks } from "./hooks.js";
import { oneDelivery, sources } from "./input.js";
import { count, frame, harmless, paint, print } from "./paint.js";
import { REJECTED, UsageError, VALID } from "./usage.js";
import type { VerifyCommandOptions } from "./verify.js";

/** One reason for a mismatch. */
interface Cause {
  code: string;
  message: string;
  fix: string;
  changedBytes?: { start: number; end: number };
}

/** What `explain` of a webhook answers. */
interface Explanation {
  matches: Cause[];
  observations: Cause[];
  tried: number;
}

interface Explaining {
  explain?(delivery: Delivery, options?: { now?: number }): Explanation;
}

export async function explain(file: string | undefined, options: VerifyCommandOptions): Promise<number> {
  const [source = "-"] = sources(file === undefined ? [] : [file]);
  const { delivery } = await oneDelivery(source, options);
  const hook = await new Hooks(options, "trust").of(delivery);
  const now = options.now === undefined ? {} : { now: options.now };
  const checked = hook.check(delivery, now);
  const { explain } = hook as Explaining;
  if (explain === undefined) throw new UsageError("This version of hookseal cannot explain a mismatch.");
  const explanation = explain.call(hook, delivery, now);
  const code = checked.ok ? VALID : REJECTED;
  if (options.json === true) {
    print(
      JSON.stringify({ ok: checked.ok, ...(checked.ok ? {} : { code: checked.error.code }), ...explanation }),
    );
    return code;
  }
  if (checked.ok) print(`${paint.green("The signature matches")}: there is nothing to explain.`);
  else print(`${paint.red(checked.error.code)} ${harmless(checked.error.message)}`);
  const { matches, observations, tried } = explanation;
  for (const cause of matches) show(paint.green("proved"), cause, delivery.body, options.redact === true);
  for (const cause of observations) show(paint.blue("seen"), cause, delivery.body, options.redact === true);
  if (matches.length === 0 && !checked.ok)
    print("None of the known causes reproduces the signature that came.");
  print(paint.dim(`${count(tried, "combination")} computed.`));
  return code;
}

function show(
  how: string,
  { code, message, fix, changedBytes }: Cause,
  body: Uint8Array,
  redact: boolean,
): void {
  print(`\n${how} ${paint.bold(harmless(code))} ${harmless(message)}`);
  if (changedBytes !== undefined && changedBytes.end <= body.length) {
    for (const line of frame(
      body,
      { span: place(body, changedBytes.start), byteSpan: changedBytes },
      redact,
    )) {
      print(`    ${line}`);
    }
  }
  for (const line of fix.split("\n")) print(`  ${paint.dim("fix")} ${harmless(line)}`);
}

/** Line and column of a byte. */
function place(body: Uint8Array, at: number): { line: number; column: number } {
  const before = new TextDecoder().decode(body.subarray(0, at));
  return { line: before.split("\n").length, column: before.length - before.lastIndexOf("\n") };
}

/** `explain`: why a signature does not match, as far as that can be proven. */
import type { Cause } from "../index.js";
import { Hooks } from "./hooks.js";
import { oneDelivery, sources } from "./input.js";
import { count, frame, harmless, paint, print } from "./paint.js";
import { REJECTED, VALID } from "./usage.js";
import type { VerifyCommandOptions } from "./verify.js";

export async function explain(file: string | undefined, options: VerifyCommandOptions): Promise<number> {
  const [source = "-"] = sources(file === undefined ? [] : [file]);
  const { delivery } = await oneDelivery(source, options);
  const hook = await new Hooks(options, "trust").of(delivery);
  const { now } = options;
  const checked = hook.check(delivery, { now });
  const explanation = hook.explain(delivery, { now });
  const code = checked.ok ? VALID : REJECTED;
  if (options.json === true) {
    print(
      JSON.stringify({ ok: checked.ok, ...(checked.ok ? {} : { code: checked.error.code }), ...explanation }),
    );
    return code;
  }
  if (!checked.ok) print(`${paint.red(checked.error.code)} ${harmless(checked.error.message)}`);
  else if (checked.value.signature.status === "verified")
    print(`${paint.green("The signature matches")}: there is nothing to explain.`);
  else print(`${paint.yellow("The delivery is not signed")}: there is nothing to explain.`);
  const causes = new CausePrinter(delivery.body, options.redact === true);
  for (const cause of explanation.matches) causes.print(paint.green("match"), cause);
  // The first line has said that the signature is valid.
  const observations = explanation.observations.filter(
    ({ code }) => !checked.ok || code !== "signature-valid",
  );
  for (const cause of observations) causes.print(paint.blue("observation"), cause);
  print(paint.dim(`${count(explanation.tried, "combination")} computed.`));
  return code;
}

/** Prints causes: the code for each framework only once, because many causes have the same. */
class CausePrinter {
  readonly #body: Uint8Array;
  readonly #redact: boolean;
  readonly #frameworks = new Set<string>();

  constructor(body: Uint8Array, redact: boolean) {
    this.#body = body;
    this.#redact = redact;
  }

  print(kind: string, { code, title, message, fix, frameworks, changedBytes }: Cause): void {
    print(`\n${kind} ${paint.bold(harmless(code))} ${harmless(title)}`);
    print(`  ${harmless(message)}`);
    if (changedBytes !== undefined) {
      const span = formatLocation(this.#body, changedBytes.start);
      for (const line of frame(this.#body, { span, byteSpan: changedBytes }, this.#redact))
        print(`    ${line}`);
    }
    print(`  ${paint.dim("fix")} ${harmless(fix)}`);
    const lines = frameworks.filter(({ name }) => !this.#frameworks.has(name));
    if (lines.length < frameworks.length) print("      (See above for the code in each framework.)");
    for (const { name, code } of lines) {
      this.#frameworks.add(name);
      print(`      ${harmless(name)}: ${harmless(code)}`);
    }
  }
}

/** Returns line and column of a byte. */
function formatLocation(body: Uint8Array, offset: number): { line: number; column: number } {
  const before = new TextDecoder().decode(body.subarray(0, offset));
  return { line: before.split("\n").length, column: before.length - before.lastIndexOf("\n") };
}

/** `explain`: why a signature does not match, as far as it can be proved. */
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
  const page = new Page(delivery.body, options.redact === true);
  for (const cause of explanation.matches) page.show(paint.green("proved"), cause);
  // That the signature fits was just said.
  const seen = explanation.observations.filter(({ code }) => !checked.ok || code !== "signature-valid");
  for (const cause of seen) page.show(paint.blue("seen"), cause);
  print(paint.dim(`${count(explanation.tried, "combination")} computed.`));
  return code;
}

/** Where a line for one framework begins in a fix. */
const FRAMEWORK = / (?=(?:Express|Fastify|Next\.js|Hono|NestJS|AWS Lambda|Flask|Django): )/;

/** What is printed of causes: the lines for each framework only once, because most fixes end in them. */
class Page {
  readonly #body: Uint8Array;
  readonly #redact: boolean;
  #shown = false;

  constructor(body: Uint8Array, redact: boolean) {
    this.#body = body;
    this.#redact = redact;
  }

  show(how: string, { code, message, fix, changedBytes }: Cause): void {
    print(`\n${how} ${paint.bold(harmless(code))} ${harmless(message)}`);
    if (changedBytes !== undefined) {
      const span = place(this.#body, changedBytes.start);
      for (const line of frame(this.#body, { span, byteSpan: changedBytes }, this.#redact))
        print(`    ${line}`);
    }
    const [advice = "", ...frameworks] = fix.split(FRAMEWORK);
    const above = frameworks.length > 0 && this.#shown ? " (The lines for each framework stand above.)" : "";
    print(`  ${paint.dim("fix")} ${harmless(advice)}${above}`);
    if (this.#shown) return;
    for (const line of frameworks) print(`      ${harmless(line)}`);
    this.#shown = frameworks.length > 0;
  }
}

/** Line and column of a byte. */
function place(body: Uint8Array, at: number): { line: number; column: number } {
  const before = new TextDecoder().decode(body.subarray(0, at));
  return { line: before.split("\n").length, column: before.length - before.lastIndexOf("\n") };
}

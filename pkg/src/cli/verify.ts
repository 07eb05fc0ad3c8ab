/** `verify`: one delivery, one answer, as a receiver would give it. */
import type { HookOptions } from "./hooks.js";
import { Hooks } from "./hooks.js";
import { type InputOptions, oneDelivery, sources } from "./input.js";
import { harmless, paint, print, showIssue, verdictInk } from "./paint.js";
import { advice } from "./report.js";
import { REJECTED, VALID } from "./usage.js";

export interface VerifyCommandOptions extends HookOptions, InputOptions {
  json?: boolean;
  now?: number;
}

export async function verify(file: string | undefined, options: VerifyCommandOptions): Promise<number> {
  const [source = "-"] = sources(file === undefined ? [] : [file]);
  const { delivery, issues } = await oneDelivery(source, options);
  const hook = await new Hooks(options, "trust").of(delivery);
  const checked = hook.check(delivery, options.now === undefined ? {} : { now: options.now });
  if (options.json === true) {
    print(
      JSON.stringify(
        checked.ok
          ? {
              ok: true,
              ...checked.value,
              event: undefined,
              digest: checked.value.digest,
              issues: checked.value.issues,
            }
          : {
              ok: false,
              code: checked.error.code,
              status: checked.error.status,
              message: checked.error.message,
              issues: checked.error.issues,
            },
      ),
    );
    return checked.ok ? VALID : REJECTED;
  }
  if (checked.ok) {
    const { type, id, signature } = checked.value;
    print(`${verdictInk[signature.status](signature.status)} ${harmless(type)} ${paint.dim(harmless(id))}`);
    return VALID;
  }
  const { code, status, message } = checked.error;
  print(`${paint.red("rejected")} ${code} (${status}) ${harmless(message)}`);
  for (const issue of [...issues, ...checked.error.issues]) {
    if (issue.byteSpan.end > 0 && !issues.includes(issue))
      showIssue(issue, delivery.body, options.redact === true);
  }
  const next = advice(code);
  if (next !== undefined) print(next);
  return REJECTED;
}

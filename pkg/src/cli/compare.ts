/** `compare`: whether two deliveries carry the same event, and every value that differs. */

import { type InputOptions, readDelivery } from "./input.js";
import { print, redactLine, sanitize, style } from "./output.js";
import { EXIT_REJECTED, EXIT_VALID, UsageError } from "./usage.js";
import { type HookOptions, WebhookFactory } from "./webhook-factory.js";

export interface CompareOptions extends HookOptions, InputOptions {
  json?: boolean;
}

/** Longer values are cut, so that one change stays readable on a terminal. */
const MAX_VALUE_CHARS = 60;

export async function compare(first: string, second: string, options: CompareOptions): Promise<number> {
  if (first === "-" && second === "-")
    throw new UsageError("Standard input can be only one of the two deliveries.");
  const one = (await readDelivery(first, options)).delivery;
  const other = (await readDelivery(second, options)).delivery;
  const hooks = new WebhookFactory(options, "none");
  const hook = await hooks.byId(hooks.detect(one) ?? hooks.providerOf(other));
  const { same, sameEvent, changes, omitted } = hook.compare(one, other);
  if (options.json === true) {
    print(
      JSON.stringify({
        same,
        sameEvent,
        changes: options.redact === true ? changes.map(({ pointer }) => ({ pointer })) : changes,
        ...(omitted === undefined ? {} : { omitted }),
      }),
    );
    return same ? EXIT_VALID : EXIT_REJECTED;
  }
  if (same) print(style.green("The same event, unchanged."));
  else if (sameEvent) print(style.yellow("The same event, with a different payload."));
  else print(style.red("Two different events."));
  const show = (value: unknown, exists: boolean) => {
    if (!exists) return style.dim("(missing)");
    const text = JSON.stringify(value);
    const short = text.length > MAX_VALUE_CHARS ? `${text.slice(0, MAX_VALUE_CHARS)}…` : text;
    return sanitize(options.redact === true ? redactLine(short) : short);
  };
  for (const change of changes) {
    print(`  ${sanitize(change.pointer === "" ? "(whole body)" : change.pointer)}`);
    print(`    ${style.red("-")} ${show(change.before, "before" in change)}`);
    print(`    ${style.green("+")} ${show(change.after, "after" in change)}`);
  }
  if (omitted !== undefined) print(`  ${omitted} more changes omitted.`);
  return same ? EXIT_VALID : EXIT_REJECTED;
}

/** `compare`: whether two deliveries are attempts at the same event, and what differs. */
import { type HookOptions, WebhookFactory } from "./hooks.js";
import { type InputOptions, readDelivery } from "./input.js";
import { mask, print, sanitize, style } from "./paint.js";
import { EXIT_REJECTED, EXIT_VALID, UsageError } from "./usage.js";

export interface CompareOptions extends HookOptions, InputOptions {
  json?: boolean;
}

/** Of a value, no more is shown. */
const MAX_VALUE_CHARS = 60;

export async function compare(first: string, second: string, options: CompareOptions): Promise<number> {
  if (first === "-" && second === "-") throw new UsageError("Standard input can be only one of the two.");
  const one = (await readDelivery(first, options)).delivery;
  const other = (await readDelivery(second, options)).delivery;
  const hooks = new WebhookFactory(options, "none");
  const hook = await hooks.named(hooks.name(hooks.knows(one) ? one : other));
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
  else if (sameEvent) print(style.yellow("The same event with another payload."));
  else print(style.red("Two events."));
  const shown = (value: unknown, there: boolean) => {
    if (!there) return style.dim("(not there)");
    const text = JSON.stringify(value);
    const short = text.length > MAX_VALUE_CHARS ? `${text.slice(0, MAX_VALUE_CHARS)}…` : text;
    return sanitize(options.redact === true ? mask(short) : short);
  };
  for (const change of changes) {
    print(`  ${sanitize(change.pointer === "" ? "(whole body)" : change.pointer)}`);
    print(`    ${style.red("-")} ${shown(change.before, "before" in change)}`);
    print(`    ${style.green("+")} ${shown(change.after, "after" in change)}`);
  }
  if (omitted !== undefined) print(`  ${omitted} more changes are not listed.`);
  return same ? EXIT_VALID : EXIT_REJECTED;
}

/** `compare`: whether two deliveries are attempts at the same event, and what differs. */
import { type HookOptions, Hooks } from "./hooks.js";
import { type InputOptions, oneDelivery } from "./input.js";
import { harmless, mask, paint, print } from "./paint.js";
import { REJECTED, UsageError, VALID } from "./usage.js";

export interface CompareOptions extends HookOptions, InputOptions {
  json?: boolean;
}

/** Of a value, no more is shown. */
const LONGEST = 60;

export async function compare(first: string, second: string, options: CompareOptions): Promise<number> {
  if (first === "-" && second === "-") throw new UsageError("Standard input can be only one of the two.");
  const one = (await oneDelivery(first, options)).delivery;
  const other = (await oneDelivery(second, options)).delivery;
  const hooks = new Hooks(options, "none");
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
    return same ? VALID : REJECTED;
  }
  if (same) print(paint.green("The same event, unchanged."));
  else if (sameEvent) print(paint.yellow("The same event with another payload."));
  else print(paint.red("Two events."));
  const shown = (value: unknown, there: boolean) => {
    if (!there) return paint.dim("(not there)");
    const text = JSON.stringify(value);
    const short = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
    return harmless(options.redact === true ? mask(short) : short);
  };
  for (const change of changes) {
    print(`  ${harmless(change.pointer === "" ? "(whole body)" : change.pointer)}`);
    print(`    ${paint.red("-")} ${shown(change.before, "before" in change)}`);
    print(`    ${paint.green("+")} ${shown(change.after, "after" in change)}`);
  }
  if (omitted !== undefined) print(`  ${omitted} more changes are not listed.`);
  return same ? VALID : REJECTED;
}

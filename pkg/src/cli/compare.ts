/** `compare`: whether two deliveries carry the same event, and every value that differs. */

import type { Change, Comparison } from "../index.js";
import { type InputOptions, type ReadDelivery, readDelivery, showImportIssues } from "./input.js";
import { print, redactLine, sanitize, style } from "./output.js";
import { EXIT_REJECTED, EXIT_VALID, UsageError } from "./usage.js";
import { type HookOptions, WebhookFactory } from "./webhook-factory.js";

export interface CompareOptions extends HookOptions, InputOptions {
  json?: boolean;
}

/** Longer values are cut, so that one change stays readable on a terminal. */
const MAX_VALUE_CHARS = 60;
/** How much of two long values is shown before their first difference. */
const CHARS_BEFORE_DIFFERENCE = 20;

export async function compare(first: string, second: string, options: CompareOptions): Promise<number> {
  if (first === "-" && second === "-")
    throw new UsageError("Standard input can be only one of the two deliveries.");
  const inputs = [await readDelivery(first, options), await readDelivery(second, options)] as const;
  const [one, other] = [inputs[0].delivery, inputs[1].delivery];
  const hooks = new WebhookFactory(options, "none");
  const hook = await hooks.byId(hooks.detect(one) ?? hooks.providerOf(other));
  const comparison = hook.compare(one, other);
  const { same, sameEvent, changes, omitted } = comparison;
  const redact = options.redact === true;
  if (options.json === true) {
    print(toJson(comparison, redact, inputs));
    return same ? EXIT_VALID : EXIT_REJECTED;
  }
  for (const input of inputs) showImportIssues(input, options);
  if (same) print(style.green("The same event, unchanged."));
  else if (sameEvent) print(style.yellow("The same event, with a different payload."));
  else print(style.red("Two different events."));
  for (const change of changes) {
    const [before, after] = cutValues(change, redact);
    print(`  ${sanitize(change.pointer === "" ? "(whole body)" : change.pointer)}`);
    print(`    ${style.red("-")} ${before ?? style.dim("(missing)")}`);
    print(`    ${style.green("+")} ${after ?? style.dim("(missing)")}`);
  }
  if (omitted !== undefined) print(`  ${omitted} more changes omitted.`);
  return same ? EXIT_VALID : EXIT_REJECTED;
}

/** The JSON of a value as the body has it, in one line; a JSON string of a body that is no JSON. */
function jsonOf(text: string): string {
  try {
    JSON.parse(text);
  } catch {
    return JSON.stringify(text);
  }
  // A line break in JSON is never inside of a string.
  return text.replace(/[\r\n]+[\t ]*/g, " ");
}

/** The comparison as JSON, in which numbers have all their digits. */
function toJson(
  { changes, omitted, ...rest }: Comparison,
  redact: boolean,
  [first, second]: readonly [ReadDelivery, ReadDelivery],
): string {
  const members = changes.map(({ pointer, beforeText, afterText }) => {
    const parts = [`"pointer":${JSON.stringify(pointer)}`];
    for (const [name, text] of [
      ["before", beforeText],
      ["after", afterText],
    ] as const) {
      if (text !== undefined && !redact)
        parts.push(`"${name}":${jsonOf(text)}`, `"${name}Text":${JSON.stringify(text)}`);
    }
    return `{${parts.join(",")}}`;
  });
  const importIssues = { first: first.issues, second: second.issues };
  const more = JSON.stringify({ omitted, importIssues }).slice(1);
  return `${JSON.stringify(rest).slice(0, -1)},"changes":[${members.join(",")}],${more}`;
}

/** Both values of a change as the bodies have them, cut around their first difference. */
function cutValues({ beforeText, afterText }: Change, redact: boolean): (string | undefined)[] {
  const texts = [beforeText, afterText].map((text) => (text === undefined ? undefined : jsonOf(text)));
  // SECURITY: a text that is cut inside of a string would not be redacted as a whole.
  const start = redact ? 0 : Math.max(0, firstDifference(texts) - CHARS_BEFORE_DIFFERENCE);
  return texts.map((text) => {
    if (text === undefined) return undefined;
    if (text.length <= MAX_VALUE_CHARS) return sanitize(redact ? redactLine(text) : text);
    const part = text.slice(start, start + MAX_VALUE_CHARS);
    const cut = `${start > 0 ? "…" : ""}${part}${start + MAX_VALUE_CHARS < text.length ? "…" : ""}`;
    return sanitize(redact ? redactLine(cut) : cut);
  });
}

/** The index of the first character that differs; 0 if one text is missing or nothing is cut. */
function firstDifference([first = "", second = ""]: readonly (string | undefined)[]): number {
  if (Math.min(first.length, second.length) <= CHARS_BEFORE_DIFFERENCE) return 0;
  let index = 0;
  while (index < first.length && first[index] === second[index]) index += 1;
  return index;
}

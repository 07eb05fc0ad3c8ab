/** Log lines about rejected requests: one line each, rate-limited, and with nothing that a sender could forge. */
import type { Issue } from "../types.js";
import type { ReceiverEvent } from "./options.js";

/** SECURITY: ten lines of one code at once, and one per second after that, so that no sender fills a disk. */
const MAX_BURST = 10;
const REFILL_MS = 1_000;

/** Bounds of one line: enough to find the fault, short enough for one line of a log. */
const MAX_ISSUES = 3;
const MAX_POINTER_CHARS = 100;
const MAX_MESSAGE_CHARS = 300;

/** The parts of a line that are not in the event. */
export interface RejectionDetails {
  issues: readonly Issue[];
  /** The receiver's own reason, if there are no issues. */
  detail: string | undefined;
  /** The event type, if a signature covers it. */
  type: string | undefined;
}

/** Limits the rate of lines per code, so that a flood of one code hides no other. */
export class LogRateLimit {
  readonly #codes = new Map<string, { lines: number; since: number; omitted: number }>();

  /** The number of lines of this code that were omitted before this one. Undefined: this one has to be omitted as well. */
  admit(code: string, now: number): number | undefined {
    let entry = this.#codes.get(code);
    if (entry === undefined) {
      entry = { lines: MAX_BURST, since: now, omitted: 0 };
      this.#codes.set(code, entry);
    }
    const refilled = Math.floor((now - entry.since) / REFILL_MS);
    if (refilled > 0) {
      entry.lines = Math.min(MAX_BURST, entry.lines + refilled);
      entry.since += refilled * REFILL_MS;
    }
    if (entry.lines === 0) {
      entry.omitted += 1;
      return undefined;
    }
    entry.lines -= 1;
    const { omitted } = entry;
    entry.omitted = 0;
    return omitted;
  }
}

/** Formats the line about a rejected request. SECURITY: no value of the payload, no secret, no signature, no line break. */
export function formatLine(
  event: ReceiverEvent,
  { issues, detail, type }: RejectionDetails,
  omitted: number,
): string {
  const { receiver, provider, outcome, status, code } = event;
  const who = receiver === provider ? provider : `${receiver} (${provider})`;
  let text = `hookseal: receiver ${sanitize(who, MAX_POINTER_CHARS)}: ${outcome}, ${status} ${code}`;
  if (type !== undefined) text += `, event type ${JSON.stringify(sanitize(type, MAX_POINTER_CHARS))}`;
  // Only errors explain a rejection, so warnings are listed only where there is no error.
  const errors = issues.filter(({ severity }) => severity === "error");
  const listed = errors.length === 0 ? issues : errors;
  const sentences = listed.slice(0, MAX_ISSUES).map(({ pointer, message }) => {
    const location = pointer === "" ? "" : `${sanitize(pointer, MAX_POINTER_CHARS)}: `;
    return `${location}${sanitize(message, MAX_MESSAGE_CHARS)}`;
  });
  if (listed.length > MAX_ISSUES) sentences.push(`${listed.length - MAX_ISSUES} more issues.`);
  if (sentences.length === 0 && detail !== undefined) sentences.push(sanitize(detail, 2 * MAX_MESSAGE_CHARS));
  if (sentences.length > 0) text += `. ${sentences.join(" ")}`;
  if (omitted > 0) text += ` (${omitted} more lines with this code were omitted.)`;
  return text;
}

/**
 * Makes text safe for a terminal or a log: escapes control and format characters, characters that change the writing direction,
 * all kinds of line breaks and lone surrogates, and truncates long text.
 */
export function sanitize(text: string, maxChars: number): string {
  const cut = text.length > maxChars ? `${text.slice(0, maxChars - 1)}…` : text;
  return cut.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (character) => {
    const hex = (character.codePointAt(0) as number).toString(16);
    return hex.length > 4 ? `\\u{${hex}}` : `\\u${hex.padStart(4, "0")}`;
  });
}

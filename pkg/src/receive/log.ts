/** What a receiver says of the requests it refused: one line each, not too many of them, and nothing a sender could forge. */
import type { Issue } from "../types.js";
import type { ReceiverEvent } from "./options.js";

/** How many lines of one code come at once, and how many milliseconds bring the next: nobody fills a disk from outside. */
const MAX_BURST = 10;
const REFILL_MS = 1_000;

/** How many issues a line names, and how long its parts are at most. */
const MAX_ISSUES = 3;
const MAX_POINTER_CHARS = 100;
const MAX_MESSAGE_CHARS = 300;

/** What a line says beside its event. */
export interface Refused {
  issues: readonly Issue[];
  /** What the receiver itself says, where there are no issues. */
  detail: string | undefined;
  /** The event type, where a signature vouches for it. */
  type: string | undefined;
}

/** Bounds how many lines are written, each code for itself: who floods the one hides none of the others. */
export class LogLimit {
  readonly #codes = new Map<string, { lines: number; since: number; omitted: number }>();

  /** How many lines of this code were left out before this one; nothing where this one is to be left out, too. */
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

/** The line about a refused request: no value of the payload, no secret, no signature, and no line break. */
export function line(event: ReceiverEvent, { issues, detail, type }: Refused, omitted: number): string {
  const { receiver, provider, outcome, status, code } = event;
  const who = receiver === provider ? provider : `${receiver} (${provider})`;
  let text = `hookseal: receiver ${sanitize(who, MAX_POINTER_CHARS)}: ${outcome}, ${status} ${code}`;
  if (type !== undefined) text += `, event type ${JSON.stringify(sanitize(type, MAX_POINTER_CHARS))}`;
  // Errors come first: a warning explains no refusal.
  const errors = issues.filter(({ severity }) => severity === "error");
  const listed = errors.length === 0 ? issues : errors;
  const said = listed.slice(0, MAX_ISSUES).map(({ pointer, message }) => {
    const where = pointer === "" ? "" : `${sanitize(pointer, MAX_POINTER_CHARS)}: `;
    return `${where}${sanitize(message, MAX_MESSAGE_CHARS)}`;
  });
  if (listed.length > MAX_ISSUES) said.push(`${listed.length - MAX_ISSUES} more issues.`);
  if (said.length === 0 && detail !== undefined) said.push(sanitize(detail, 2 * MAX_MESSAGE_CHARS));
  if (said.length > 0) text += `. ${said.join(" ")}`;
  if (omitted > 0) text += ` (${omitted} more lines with this code were left out before.)`;
  return text;
}

/**
 * Text that a terminal or a log shows as it is: control and format characters, those that turn the direction of writing,
 * line breaks of all kinds and halves of surrogate pairs are escaped, and what is too long is cut.
 */
export function sanitize(text: string, maxChars: number): string {
  const cut = text.length > maxChars ? `${text.slice(0, maxChars - 1)}…` : text;
  return cut.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (character) => {
    const hex = (character.codePointAt(0) as number).toString(16);
    return hex.length > 4 ? `\\u{${hex}}` : `\\u${hex.padStart(4, "0")}`;
  });
}

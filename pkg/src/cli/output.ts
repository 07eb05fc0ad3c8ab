/** Terminal output: colors if they are wanted, and text of a delivery without control characters. */
import process from "node:process";
import type { Issue } from "../index.js";

/** Follows NO_COLOR (no-color.org) and FORCE_COLOR; by default, only a terminal gets colors. */
function supportsColor(): boolean {
  const { NO_COLOR, FORCE_COLOR } = process.env;
  if (NO_COLOR !== undefined && NO_COLOR !== "") return false;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== "") return FORCE_COLOR !== "0";
  return process.stdout.isTTY === true && process.env.TERM !== "dumb";
}

const hasColor = supportsColor();
const ansi = (code: number) => (text: string) => (hasColor ? `\x1b[${code}m${text}\x1b[0m` : text);

export const style = {
  bold: ansi(1),
  dim: ansi(2),
  red: ansi(31),
  green: ansi(32),
  yellow: ansi(33),
  blue: ansi(34),
};

export const severityStyle = { error: style.red, warning: style.yellow, info: style.blue };

/** `unsigned` is never green: the sender is not authenticated. */
export const verdictStyle = {
  verified: style.green,
  token: style.green,
  unsigned: style.yellow,
  rejected: style.red,
};

/**
 * SECURITY: replaces control characters and bidirectional marks, which could change what a terminal shows. Keeps line
 * breaks and tabs if `keepsLines`.
 */
export function sanitize(text: string, keepsLines = false): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the expression matches control characters on purpose.
  const control = keepsLines ? /[\0-\x08\x0b-\x1f\x7f-\x9f]/g : /[\0-\x1f\x7f-\x9f]/g;
  return text
    .replace(control, (character) => (character === "\r" && keepsLines ? "" : "\ufffd"))
    .replace(/[\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, "\ufffd");
}

export function print(line = ""): void {
  process.stdout.write(`${line}\n`);
}

export function printError(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** A number with its noun, such as `1 byte` or `2,000 bytes`. */
export function count(number: number, singular: string, plural = `${singular}s`): string {
  return `${number.toLocaleString("en")} ${number === 1 ? singular : plural}`;
}

/** Prints an issue with its location, the line of the source that contains it, and its hint. */
export function showIssue(
  issue: Issue,
  bytes: Uint8Array | undefined,
  redact: boolean,
  write: (line: string) => void = print,
): void {
  const pointer = issue.pointer === "" ? "" : ` ${style.dim(sanitize(issue.pointer))}`;
  write(`  ${severityStyle[issue.severity](issue.code)}${pointer} ${sanitize(issue.message)}`);
  if (bytes !== undefined && issue.byteSpan.end > 0) {
    for (const line of codeFrame(bytes, issue, redact)) write(`    ${line}`);
  }
  if (issue.hint !== undefined) write(`    ${style.dim(sanitize(issue.hint))}`);
}

/** A range of bytes, and the line and column where it starts. */
export interface Located {
  span: { line: number; column: number };
  byteSpan: { start: number; end: number };
}

/** Characters shown before the marked bytes, and from their start on: about the width of a terminal. */
const MAX_CHARS_BEFORE = 36;
const MAX_CHARS_AFTER = 40;
const decoder = new TextDecoder();

/** The line that contains an issue, with line and column, and carets under the bytes of the issue. */
export function codeFrame(bytes: Uint8Array, issue: Located, redact: boolean): string[] {
  const { start, end } = issue.byteSpan;
  // A line may be the whole payload. Only the part around the issue is decoded; a redacted line needs more of it, to
  // find where strings start.
  const maxWidth = redact ? 1 << 14 : 1024;
  const left = bytes.subarray(Math.max(0, start - maxWidth), start);
  const lineStart = left.subarray(left.lastIndexOf(10) + 1);
  const right = bytes.subarray(start, Math.min(bytes.length, end + maxWidth));
  const lineBreak = right.indexOf(10);
  const rest = lineBreak === -1 ? right : right.subarray(0, lineBreak);
  const text = (part: Uint8Array) => decoder.decode(part).replace(/\r$/, "");
  let before = decoder.decode(lineStart.subarray(firstCharacter(lineStart)));
  let marked = text(rest.subarray(0, end - start));
  let after = text(rest.subarray(end - start));
  if (redact) {
    const redacted = redactLine(before + marked + after);
    [before, marked, after] = [
      redacted.slice(0, before.length),
      redacted.slice(before.length, before.length + marked.length),
      redacted.slice(before.length + marked.length),
    ];
  }
  const [beforeChars, markedChars, afterChars] = [[...before], [...marked], [...after]];
  const isCut =
    beforeChars.length > MAX_CHARS_BEFORE || (lineStart.length === left.length && left.length < start);
  const head = (isCut ? "…" : "") + beforeChars.slice(-MAX_CHARS_BEFORE).join("");
  const middle = markedChars.slice(0, MAX_CHARS_AFTER).join("");
  const trailing =
    afterChars.slice(0, MAX_CHARS_AFTER).join("") + (afterChars.length > MAX_CHARS_AFTER ? "…" : "");
  const tail = markedChars.length > MAX_CHARS_AFTER ? "…" : trailing;
  const label = `${issue.span.line}:${issue.span.column}`;
  const oneColumnTabs = (part: string) => sanitize(part.replaceAll("\t", " "));
  const carets = "^".repeat(Math.max(1, width(oneColumnTabs(middle))));
  return [
    `${style.dim(`${label} |`)} ${oneColumnTabs(head + middle + tail)}`,
    `${style.dim(`${" ".repeat(label.length)} |`)} ${" ".repeat(width(oneColumnTabs(head)))}${style.red(carets)}`,
  ];
}

/** Offset of the first byte that starts a UTF-8 sequence. */
function firstCharacter(bytes: Uint8Array): number {
  let offset = 0;
  while (offset < bytes.length && ((bytes[offset] as number) & 0xc0) === 0x80) offset += 1;
  return offset;
}

/**
 * SECURITY: hides everything in a line of JSON except keys and punctuation. The line may be part of a document and may be
 * invalid JSON, so that it is not parsed: any character outside a string is hidden, too.
 */
export function redactLine(line: string): string {
  return line.replace(/("(?:[^"\\]|\\.)*")(\s*:)?|[^\s{}[\],:"]/gs, (part, text?: string, colon?: string) => {
    if (text === undefined) return "•".repeat(part.length);
    return colon === undefined ? `"${"•".repeat(text.length - 2)}"` : part;
  });
}

/** Columns of a text on a terminal: wide characters take two, combining characters none. */
function width(text: string): number {
  let columns = 0;
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    if (/\p{Mark}|\u200d|\ufe0f/u.test(character)) continue;
    columns +=
      code >= 0x1100 &&
      /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|\p{Emoji_Presentation}|[\uff01-\uff60]/u.test(
        character,
      )
        ? 2
        : 1;
  }
  return columns;
}

/** Prints rows in columns under their headings. */
export function table(headings: string[], rows: string[][]): void {
  const widths = headings.map((name, column) =>
    Math.max(name.length, ...rows.map((row) => width(row[column] ?? ""))),
  );
  const line = (row: string[]) =>
    row
      .map((cell, column) => cell + " ".repeat(Math.max(0, (widths[column] as number) - width(cell))))
      .join("  ")
      .trimEnd();
  print(style.bold(line(headings)));
  for (const row of rows) print(line(row));
}

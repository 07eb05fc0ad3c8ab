/** What goes to a terminal: colour where it is wanted, and no control characters of somebody else's. */
import process from "node:process";
import type { Issue } from "../index.js";

/** By the custom of NO_COLOR (no-color.org) and FORCE_COLOR; otherwise on a terminal only. */
function coloured(): boolean {
  const { NO_COLOR, FORCE_COLOR } = process.env;
  if (NO_COLOR !== undefined && NO_COLOR !== "") return false;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== "") return FORCE_COLOR !== "0";
  return process.stdout.isTTY === true && process.env.TERM !== "dumb";
}

const colour = coloured();
const ansi = (code: number) => (text: string) => (colour ? `\x1b[${code}m${text}\x1b[0m` : text);

export const style = {
  bold: ansi(1),
  dim: ansi(2),
  red: ansi(31),
  green: ansi(32),
  yellow: ansi(33),
  blue: ansi(34),
};

export const severityInk = { error: style.red, warning: style.yellow, info: style.blue };

/** `unsigned` is never green: nobody vouches for it. */
export const verdictInk = { verified: style.green, unsigned: style.yellow, rejected: style.red };

/** A text of somebody else's without what a terminal would obey. Line breaks and tabs stay where they may. */
export function sanitize(text: string, lines = false): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is control characters that are looked for.
  const control = lines ? /[\0-\x08\x0b-\x1f\x7f-\x9f]/g : /[\0-\x1f\x7f-\x9f]/g;
  return text
    .replace(control, (character) => (character === "\r" && lines ? "" : "\ufffd"))
    .replace(/[\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, "\ufffd");
}

export function print(line = ""): void {
  process.stdout.write(`${line}\n`);
}

export function printError(line: string): void {
  process.stderr.write(`${line}\n`);
}

export function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}

/** One issue, its place and what to do, with the line it stands in. */
export function showIssue(
  issue: Issue,
  bytes: Uint8Array | undefined,
  redact: boolean,
  say: (line: string) => void = print,
): void {
  const pointer = issue.pointer === "" ? "" : ` ${style.dim(sanitize(issue.pointer))}`;
  say(`  ${severityInk[issue.severity](issue.code)}${pointer} ${sanitize(issue.message)}`);
  if (bytes !== undefined && issue.byteSpan.end > 0) {
    for (const line of codeFrame(bytes, issue, redact)) say(`    ${line}`);
  }
  if (issue.hint !== undefined) say(`    ${style.dim(sanitize(issue.hint))}`);
}

/** What stands somewhere. */
export interface Located {
  span: { line: number; column: number };
  byteSpan: { start: number; end: number };
}

const BEFORE = 36;
const AFTER = 40;
const decoder = new TextDecoder();

/** The line an issue stands in, with its number, and carets under the bytes it speaks of. */
export function codeFrame(bytes: Uint8Array, issue: Located, redact: boolean): string[] {
  const { start, end } = issue.byteSpan;
  // A line may be the whole payload: no more of it is looked at than can be shown.
  const maxWidth = redact ? 1 << 14 : 1024;
  const left = bytes.subarray(Math.max(0, start - maxWidth), start);
  const own = left.subarray(left.lastIndexOf(10) + 1);
  const right = bytes.subarray(start, Math.min(bytes.length, end + maxWidth));
  const next = right.indexOf(10);
  const line = next === -1 ? right : right.subarray(0, next);
  const text = (part: Uint8Array) => decoder.decode(part).replace(/\r$/, "");
  let before = decoder.decode(own.subarray(boundary(own)));
  let marked = text(line.subarray(0, end - start));
  let after = text(line.subarray(end - start));
  if (redact) {
    const redactLine = mask(before + marked + after);
    [before, marked, after] = [
      redactLine.slice(0, before.length),
      redactLine.slice(before.length, before.length + marked.length),
      redactLine.slice(before.length + marked.length),
    ];
  }
  const [ahead, shown, rest] = [[...before], [...marked], [...after]];
  const cut = ahead.length > BEFORE || (own.length === left.length && left.length < start);
  const head = (cut ? "…" : "") + ahead.slice(-BEFORE).join("");
  const middle = shown.slice(0, AFTER).join("");
  const behind = rest.slice(0, AFTER).join("") + (rest.length > AFTER ? "…" : "");
  const tail = shown.length > AFTER ? "…" : behind;
  const label = `${issue.span.line}:${issue.span.column}`;
  const flat = (part: string) => sanitize(part.replaceAll("\t", " "));
  const carets = "^".repeat(Math.max(1, width(flat(middle))));
  return [
    `${style.dim(`${label} |`)} ${flat(head + middle + tail)}`,
    `${style.dim(`${" ".repeat(label.length)} |`)} ${" ".repeat(width(flat(head)))}${style.red(carets)}`,
  ];
}

/** The first place where a character begins. */
function boundary(bytes: Uint8Array): number {
  let place = 0;
  while (place < bytes.length && ((bytes[place] as number) & 0xc0) === 0x80) place += 1;
  return place;
}

/** The line with every value hidden: what is no key, and no punctuation. */
export function mask(line: string): string {
  return line.replace(/("(?:[^"\\]|\\.)*")(\s*:)?|[^\s{}[\],:"]/gs, (part, text?: string, colon?: string) => {
    if (text === undefined) return "•".repeat(part.length);
    return colon === undefined ? `"${"•".repeat(text.length - 2)}"` : part;
  });
}

/** How many columns a text takes: wide characters two, combining ones none. */
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

/** Rows under their heads, in columns. */
export function table(head: string[], rows: string[][]): void {
  const widths = head.map((name, column) =>
    Math.max(name.length, ...rows.map((row) => width(row[column] ?? ""))),
  );
  const line = (row: string[]) =>
    row
      .map((cell, column) => cell + " ".repeat(Math.max(0, (widths[column] as number) - width(cell))))
      .join("  ")
      .trimEnd();
  print(style.bold(line(head)));
  for (const row of rows) print(line(row));
}

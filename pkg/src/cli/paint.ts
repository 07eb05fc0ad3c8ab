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
const ink = (code: number) => (text: string) => (colour ? `\x1b[${code}m${text}\x1b[0m` : text);

export const paint = {
  bold: ink(1),
  dim: ink(2),
  red: ink(31),
  green: ink(32),
  yellow: ink(33),
  blue: ink(34),
};

export const severityInk = { error: paint.red, warning: paint.yellow, info: paint.blue };

/** `unsigned` is never green: nobody vouches for it. */
export const verdictInk = { verified: paint.green, unsigned: paint.yellow, rejected: paint.red };

/** A text of somebody else's without what a terminal would obey. Line breaks and tabs stay where they may. */
export function harmless(text: string, lines = false): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is control characters that are looked for.
  const control = lines ? /[\0-\x08\x0b-\x1f\x7f-\x9f]/g : /[\0-\x1f\x7f-\x9f]/g;
  return text
    .replace(control, (character) => (character === "\r" && lines ? "" : "\ufffd"))
    .replace(/[\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, "\ufffd");
}

export function print(line = ""): void {
  process.stdout.write(`${line}\n`);
}

export function complain(line: string): void {
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
  const pointer = issue.pointer === "" ? "" : ` ${paint.dim(harmless(issue.pointer))}`;
  say(`  ${severityInk[issue.severity](issue.code)}${pointer} ${harmless(issue.message)}`);
  if (bytes !== undefined && issue.byteSpan.end > 0) {
    for (const line of frame(bytes, issue, redact)) say(`    ${line}`);
  }
  if (issue.hint !== undefined) say(`    ${paint.dim(harmless(issue.hint))}`);
}

/** What stands somewhere. */
export interface Placed {
  span: { line: number; column: number };
  byteSpan: { start: number; end: number };
}

const BEFORE = 36;
const AFTER = 40;
const decoder = new TextDecoder();

/** The line an issue stands in, with its number, and carets under the bytes it speaks of. */
export function frame(bytes: Uint8Array, issue: Placed, redact: boolean): string[] {
  const { start, end } = issue.byteSpan;
  const lineStart = start === 0 ? 0 : bytes.lastIndexOf(10, start - 1) + 1;
  const next = bytes.indexOf(10, start);
  const lineEnd = next === -1 ? bytes.length : next;
  const text = (from: number, to: number) => decoder.decode(bytes.subarray(from, to));
  // A line may be the whole payload: no more of it is decoded than can be shown.
  const most = redact ? 1 << 16 : 1024;
  let before = text(boundary(bytes, Math.max(lineStart, start - most)), start);
  const within = text(start, Math.min(end, lineEnd, start + most));
  let after = text(Math.min(end, lineEnd), Math.min(lineEnd, end + most)).replace(/\r$/, "");
  let marked = within.replace(/\r$/, "");
  if (redact) {
    const masked = mask(before + marked + after);
    [before, marked, after] = [
      masked.slice(0, before.length),
      masked.slice(before.length, before.length + marked.length),
      masked.slice(before.length + marked.length),
    ];
  }
  const left = [...before];
  const shown = [...marked];
  const cutLeft = left.length > BEFORE || start - lineStart > most;
  const head = (cutLeft ? "…" : "") + left.slice(-BEFORE).join("");
  const room = Math.max(8, AFTER);
  const middle = shown.slice(0, room).join("");
  const rest = [...after];
  const tail = shown.length > room ? "…" : rest.slice(0, room).join("") + (rest.length > room ? "…" : "");
  const label = `${issue.span.line}:${issue.span.column}`;
  const flat = (part: string) => harmless(part.replaceAll("\t", " "));
  const carets = "^".repeat(Math.max(1, width(flat(middle))));
  return [
    `${paint.dim(`${label} |`)} ${flat(head + middle + tail)}`,
    `${paint.dim(`${" ".repeat(label.length)} |`)} ${" ".repeat(width(flat(head)))}${paint.red(carets)}`,
  ];
}

/** The next place where a character begins. */
function boundary(bytes: Uint8Array, at: number): number {
  let place = at;
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
  print(paint.bold(line(head)));
  for (const row of rows) print(line(row));
}

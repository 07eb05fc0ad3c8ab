/** Untrusted text with invisible characters, bidi controls and bytes that are not UTF-8 shown as symbols. */
import { h } from "./dom.ts";

/** SECURITY: characters that are invisible or change how others are displayed, so that a text cannot look like another. */
export const INVISIBLE_CHARS =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: matching control characters is the purpose.
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffc\ud800-\udfff]/u;

const NAMES: Record<number, string> = {
  9: "tab",
  10: "line break",
  13: "carriage return",
  65279: "byte order mark",
};
const GLYPHS: Record<number, string> = { 9: "⇥", 10: "↵", 13: "␍", 65279: "BOM" };

/** The symbol and the name of an invisible character. */
export function describeChar(code: number): [glyph: string, name: string] {
  if (code >= 0xdc80 && code <= 0xdcff) {
    const hex = (code - 0xdc00).toString(16).toUpperCase();
    return [hex, `byte ${hex}, not UTF-8`];
  }
  const hex = code.toString(16).toUpperCase().padStart(4, "0");
  return [GLYPHS[code] ?? hex, NAMES[code] ?? `U+${hex}`];
}

/** The element that shows an invisible character. */
export function chip(code: number): HTMLElement {
  const [glyph, name] = describeChar(code);
  const raw = code >= 0xdc80 && code <= 0xdcff;
  return h("span", { class: raw ? "chip raw" : "chip", title: name, role: "img", "aria-label": name }, glyph);
}

/** The text as nodes. With `lines`, line breaks stay line breaks. */
export function visible(text: string, lines = false): (Node | string)[] {
  const nodes: (Node | string)[] = [];
  const pattern = new RegExp(INVISIBLE_CHARS, "gu");
  let from = 0;
  for (const match of text.matchAll(pattern)) {
    if (match.index > from) nodes.push(text.slice(from, match.index));
    from = match.index + match[0].length;
    const code = match[0].codePointAt(0) as number;
    if (code === 10 && lines) nodes.push("\n");
    else nodes.push(chip(code));
  }
  if (from < text.length) nodes.push(text.slice(from));
  return nodes;
}

/** A whole number with commas between thousands. PERF: the formatter of the browser is slow to start. */
export const formatNumber = (number: number): string => String(number).replace(/\B(?=(?:\d{3})+$)/g, ",");

/** A count with its noun, such as `1 byte` or `2 bytes`. */
export function count(number: number, singular: string, plural = `${singular}s`): string {
  return `${formatNumber(number)} ${number === 1 ? singular : plural}`;
}

/** Texts of strangers made visible: control characters, bidi controls and bytes that are not UTF-8 are shown as what they are. */
import { h } from "./dom.ts";

/** What would not be seen, or would make other characters be seen otherwise. */
export const UNSEEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is control characters that are looked for.
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffc\ud800-\udfff]/u;

const NAMES: Record<number, string> = {
  9: "tab",
  10: "line break",
  13: "carriage return",
  65279: "byte order mark",
};
const GLYPHS: Record<number, string> = { 9: "⇥", 10: "↵", 13: "␍", 65279: "BOM" };

/** What stands for an unseen character, and its name. */
export function named(code: number): [glyph: string, name: string] {
  if (code >= 0xdc80 && code <= 0xdcff) {
    const hex = (code - 0xdc00).toString(16).toUpperCase();
    return [hex, `byte ${hex}, not UTF-8`];
  }
  const hex = code.toString(16).toUpperCase().padStart(4, "0");
  return [GLYPHS[code] ?? hex, NAMES[code] ?? `U+${hex}`];
}

/** The chip of an unseen character. */
export function chip(code: number): HTMLElement {
  const [glyph, name] = named(code);
  const raw = code >= 0xdc80 && code <= 0xdcff;
  return h("span", { class: raw ? "chip raw" : "chip", title: name, role: "img", "aria-label": name }, glyph);
}

/** The text as nodes. Line breaks keep breaking lines where `lines` is true. */
export function visible(text: string, lines = false): (Node | string)[] {
  const nodes: (Node | string)[] = [];
  const all = new RegExp(UNSEEN, "gu");
  let from = 0;
  for (const match of text.matchAll(all)) {
    if (match.index > from) nodes.push(text.slice(from, match.index));
    from = match.index + match[0].length;
    const code = match[0].codePointAt(0) as number;
    if (code === 10 && lines) nodes.push("\n");
    else nodes.push(chip(code));
  }
  if (from < text.length) nodes.push(text.slice(from));
  return nodes;
}

/** A number of things in words. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}

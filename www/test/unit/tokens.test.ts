/** Contrast of the colors of both themes, computed from the CSS (WCAG 2.2, 1.4.3 and 1.4.11). */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const css = readFileSync(new URL("../../src/css/tokens.css", import.meta.url), "utf8");
const [light = "", system = "", dark = ""] = css.split(
  /@media \(prefers-color-scheme: dark\)|:root\[data-theme="dark"\]/,
);

const colorsOf = (text: string) =>
  new Map(
    [...text.matchAll(/--([\w-]+): (#[\da-f]{6});/g)].map(([, name = "", color = ""]) => [name, color]),
  );

function luminance(color: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

/** Text, and every ground that it is on. */
const TEXT: [text: string, grounds: string[]][] = [
  ...["ink", "muted", "accent"].map((name): [string, string[]] => [name, ["page", "raised", "sunken"]]),
  ["faint", ["page", "raised", "sunken"]],
  ...["good", "open", "bad", "ask", "note"].map((name): [string, string[]] => [
    name,
    ["page", "raised", `${name}-soft`],
  ]),
  ...["key", "string", "number", "word"].map((name): [string, string[]] => [name, ["raised", "line-active"]]),
  ["ink", ["good-soft", "open-soft", "bad-soft", "ask-soft", "selection"]],
  ["muted", ["good-soft", "open-soft", "bad-soft", "ask-soft"]],
  ["signed", ["signed-soft"]],
  ["received", ["received-soft"]],
  ["on-press", ["press"]],
];

for (const [theme, text] of Object.entries({ light, system, dark })) {
  test(`text has a contrast of 4.5, controls and ticks of 3: ${theme}`, () => {
    const colors = colorsOf(text);
    const of = (name: string) => {
      const color = colors.get(name);
      assert.ok(color !== undefined, `${name} has no color`);
      return color;
    };
    for (const [name, grounds] of TEXT)
      for (const ground of grounds) {
        const ratio = contrast(of(name), of(ground));
        assert.ok(ratio >= 4.5, `${name} on ${ground}: ${ratio.toFixed(2)}`);
      }
    for (const name of ["edge-strong", "tick"])
      for (const ground of ["page", "raised"]) {
        const ratio = contrast(of(name), of(ground));
        assert.ok(ratio >= 3, `${name} on ${ground}: ${ratio.toFixed(2)}`);
      }
  });
}

test("the dark theme is the same by choice and by the system", () => {
  assert.deepEqual(colorsOf(system), colorsOf(dark));
});

/** The editor's keys, its history and its markers of invisible characters. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { type Opened, open } from "./page.ts";

let opened: Opened;
let page: Page;

before(async () => {
  opened = await open();
  page = opened.page;
});

after(() => opened?.close());

const body = () => page.locator(".cm-content").first();
const text = async () =>
  (await body().locator(".cm-line").allInnerTexts()).join("\n").replaceAll("\n\n", "\n");
const selected = () => page.evaluate(() => String(getSelection()));

/** Ends the current undo step: the editor joins changes that follow each other within half a second. */
const endUndoStep = () => page.evaluate("Date.now = ((now) => () => now() + 600)(Date.now)");

/** Replaces the text in an undo step of its own, with the cursor at its end. */
async function put(content: string): Promise<void> {
  await body().click();
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText(content);
  await endUndoStep();
}

async function press(...keys: string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key);
}

/** The text with "|" at the cursor after some keys. */
async function cursor(content: string, ...keys: string[]): Promise<string> {
  await put(content);
  await press(...keys);
  await page.keyboard.insertText("|");
  return text();
}

test("an empty editor has a placeholder", async () => {
  await put("");
  await press("Control+a", "Backspace");
  assert.match(await text(), /^Paste a whole request/);
  assert.match((await body().getAttribute("aria-placeholder")) ?? "", /^Paste a whole request/);
  await page.keyboard.type("1");
  assert.equal(await text(), "1");
});

test("keys move by characters, words, lines and to every end", async () => {
  const words = "one two\n  three four\nfive";
  assert.equal(await cursor(words, "ArrowLeft"), "one two\n  three four\nfiv|e");
  assert.equal(await cursor(words, "Control+ArrowLeft", "Control+ArrowLeft"), "one two\n  three |four\nfive");
  assert.equal(await cursor(words, "ArrowUp"), "one two\n  th|ree four\nfive");
  assert.equal(await cursor(words, "ArrowUp", "Home"), "one two\n  |three four\nfive");
  assert.equal(await cursor(words, "ArrowUp", "Home", "Home"), "one two\n|  three four\nfive");
  assert.equal(await cursor(words, "ArrowUp", "Home", "Home", "Home"), "one two\n  |three four\nfive");
  assert.equal(await cursor(words, "ArrowUp", "End"), "one two\n  three four|\nfive");
  assert.equal(await cursor(words, "Control+Home", "ArrowRight"), "o|ne two\n  three four\nfive");
  assert.equal(await cursor(words, "Control+Home", "Control+ArrowRight"), "one| two\n  three four\nfive");
  assert.equal(await cursor(words, "Control+Home", "Control+End"), "one two\n  three four\nfive|");
  assert.equal(await cursor(words, "Home", "ArrowDown"), "one two\n  three four\nfive|");
  assert.equal(await cursor(words, "Control+Home", "ArrowDown", "ArrowDown"), "one two\n  three four\n|five");
  assert.equal(await cursor(words, "Home", "ArrowLeft"), "one two\n  three four|\nfive");
});

test("keys with Shift extend the selection", async () => {
  await put("one two\nthree four");
  await press("Shift+ArrowLeft", "Shift+ArrowLeft");
  assert.equal(await selected(), "ur");
  await press("Control+Shift+ArrowLeft");
  assert.equal(await selected(), "four");
  await press("Shift+Home");
  assert.equal(await selected(), "three four");
  await press("Shift+ArrowUp", "Control+Shift+Home");
  assert.equal((await selected()).replaceAll("\n\n", "\n"), "one two\nthree four");
  await press("ArrowLeft");
  await page.keyboard.type("|");
  assert.equal(await text(), "|one two\nthree four");
  await press("Control+Shift+End", "ArrowRight");
  await page.keyboard.type("|");
  assert.equal(await text(), "|one two\nthree four|");
});

test("keys delete characters, words and the selection", async () => {
  assert.equal(await cursor("one two three", "Backspace", "Control+Backspace"), "one two |");
  assert.equal(await cursor("one two three", "Control+Home", "Delete", "Control+Delete"), "| two three");
  assert.equal(await cursor("one two", "Shift+ArrowLeft", "Shift+ArrowLeft", "Delete"), "one t|");
  assert.equal(await cursor("one two", "Enter"), "one two\n|");
});

test("Page Down and Page Up move by the visible lines", async () => {
  await put(Array.from({ length: 200 }, (_, line) => `${line}`).join("\n"));
  await press("Control+Home", "PageDown");
  const top = await page
    .locator(".cm-scroller")
    .first()
    .evaluate(({ scrollTop }) => scrollTop);
  assert.ok(top > 100, `${top}`);
  const line = Number(await page.locator(".cm-activeLineGutter").first().innerText());
  assert.ok(line > 10 && line < 60, `${line}`);
  await press("PageUp");
  assert.equal(await page.locator(".cm-activeLineGutter").first().innerText(), "1");
  await press("Shift+PageDown");
  assert.ok((await selected()).split("\n").length > 10);
});

test("changes are undone and redone in groups", async () => {
  await put("start");
  await page.keyboard.type(" of");
  await endUndoStep();
  await page.keyboard.type(" it");
  await press("Home");
  await page.keyboard.type("<");
  assert.equal(await text(), "<start of it");
  await press("Control+z");
  assert.equal(await text(), "start of it");
  await press("Control+z");
  assert.equal(await text(), "start of");
  await press("Control+z");
  assert.equal(await text(), "start");
  await press("Control+y");
  assert.equal(await text(), "start of");
  await press("Control+Shift+Z");
  assert.equal(await text(), "start of it");
  await page.keyboard.type("!");
  assert.equal(await text(), "start of it!");
  await press("Control+y");
  assert.equal(await text(), "start of it!");
  await press("Control+z");
  assert.equal(await text(), "start of it");
  await press("Control+a", "Backspace", "Control+z");
  assert.equal(await selected(), "start of it");
});

test("invisible characters have markers, and combined characters are one", async () => {
  await put('"a\u0007b\u202ecd\u00ade\tf"');
  const chips = body().locator(".chip");
  assert.deepEqual(await chips.allInnerTexts(), ["0007", "202E", "00AD"]);
  assert.equal(await chips.first().getAttribute("aria-label"), "U+0007");
  for (const one of ["👨‍👩‍👧", "🇬🇧", "e\u0301", "👍🏽", "ก็"]) {
    assert.equal(await cursor(`a${one}`, "ArrowLeft"), `a|${one}`, one);
    assert.equal(await cursor(`a${one}`, "Backspace"), "a|", one);
  }
  assert.equal(await cursor("🇩🇪🇬🇧", "ArrowLeft"), "🇩🇪|🇬🇧");
});

test("in right-to-left text, the arrow keys move in their direction", async () => {
  await put("אבג");
  await press("ArrowRight");
  await page.keyboard.insertText("|");
  assert.equal(await text(), "אב|ג");
});

/** The page by keyboard: skip links, toolbars that are one stop, few stops to the body, and one live region. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { type Opened, open, pick, untilAnnounced } from "./page.ts";
import { settled } from "./rest.ts";

let opened: Opened;
let page: Page;

before(async () => {
  opened = await open();
  page = opened.page;
  await pick(page, "re-serialized");
});

after(() => opened?.close());

const focused = () =>
  page.evaluate(() => {
    const { activeElement: element } = document;
    return element?.getAttribute("aria-label") ?? element?.textContent ?? "";
  });
const isInBody = () => page.evaluate(() => document.activeElement?.closest(".cm-content") !== null);

/** Nothing is focused, as after a load of the page. */
async function leave(): Promise<void> {
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await page.evaluate(() => getSelection()?.setPosition(document.body, 0));
}

test("skip links lead to the verdict and to the body", async () => {
  await leave();
  await page.keyboard.press("Tab");
  assert.equal(await focused(), "Skip to the verdict");
  await page.keyboard.press("Enter");
  assert.equal(await focused(), "These are not the bytes that were signed");
  assert.equal(await page.evaluate(() => document.activeElement?.tagName), "H1");
  await page.getByRole("link", { name: "Skip to the body" }).focus();
  await page.keyboard.press("Enter");
  assert.equal(await isInBody(), true);
});

test("ten stops at most are between the bar and the body, and their order is that of the page", async () => {
  await page.getByRole("button", { name: /^Colors/ }).focus();
  let stops = 0;
  let bottom = 0;
  do {
    await page.keyboard.press("Tab");
    stops += 1;
    const top = await page.evaluate(() => document.activeElement?.getBoundingClientRect().top ?? 0);
    assert.ok(top >= bottom - 60, `${await focused()} is above what had the focus before`);
    bottom = top;
    assert.ok(stops <= 10, `${stops} stops, the last one is ${await focused()}`);
  } while (!(await isInBody()));
});

test("a toolbar is one stop, and arrow keys move inside", async () => {
  await page.getByRole("button", { name: "Share", exact: true }).focus();
  await page.keyboard.press("ArrowRight");
  assert.equal(await focused(), "Report");
  await page.keyboard.press("End");
  assert.equal(await focused(), "Code");
  await page.keyboard.press("ArrowRight");
  assert.equal(await focused(), "Share");
  // The stop is where the focus was.
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Shift+Tab");
  assert.equal(await focused(), "Code");
  for (const bar of await page.getByRole("toolbar").all()) {
    if (!(await bar.isVisible())) continue;
    assert.equal(
      await bar.locator("[tabindex='0']:visible").count(),
      1,
      String(await bar.getAttribute("aria-label")),
    );
  }
});

test("one heading is the headline, and one region announces it with the number of issues", async () => {
  assert.deepEqual(await page.locator("h1:visible").allInnerTexts(), [
    "These are not the bytes that were signed",
  ]);
  assert.equal(
    await page
      .locator("[role=alert], [role=status], [aria-live=polite]:not(.cm-announced), [aria-live=assertive]")
      .count(),
    1,
  );
  await pick(page, "Four issues");
  await untilAnnounced(page, /^Rejected\. .*\. \d errors?(, \d warnings?)?\.$/);
});

test("the mode is the current link", async () => {
  const current = page.locator(".modes [aria-current=page]");
  assert.equal(await current.innerText(), "Inspect");
  await page.getByRole("link", { name: "Sign", exact: true }).press("Enter");
  assert.equal(await current.innerText(), "Sign");
  assert.equal(new URL(page.url()).hash, "#sign");
  await page.keyboard.press("Alt+1");
});

test("a place of a difference is selected in the body", async () => {
  await pick(page, "re-serialized");
  const list = page.getByRole("group", { name: "What was signed above what was received" });
  assert.equal(await list.locator(".aligned-row").count(), 4);
  assert.match(
    await page.locator(".change").innerText(),
    /74 places differ; the first: byte 9, a space is missing/,
  );
  await page.getByRole("button", { name: "All 74 places" }).click();
  assert.ok((await list.locator(".aligned-row").count()) > 10);
  // Both lines have the same character in the same column.
  const lines = await list.locator(".aligned-row").first().locator(".line-text").allInnerTexts();
  assert.equal([...(lines[0] ?? "")].length, [...(lines[1] ?? "")].length);
  await list.locator("ins").nth(1).click();
  await page.locator(".cm-editor.cm-focused").waitFor();
  assert.equal(await page.locator(".cm-content .mark.place").count(), 74);
});

test("single keys work outside of fields, and can be switched off", async () => {
  await pick(page, "Four issues");
  await pick(page, "signed with SHA-256");
  await leave();
  await page.keyboard.press("s");
  assert.equal(await page.evaluate(() => document.activeElement?.closest(".secret") !== null), true);
  // In a field they are text.
  await page.keyboard.press("e");
  assert.match(await page.locator("#mode-inspect .secret input").inputValue(), /e$/);
  await leave();
  const text = page.locator("#mode-inspect .cm-content");
  const shown = await text.innerText();
  await page.keyboard.press("j");
  await settled(page);
  assert.notEqual(await text.innerText(), shown);
  await page.keyboard.press("k");
  await settled(page);
  assert.equal(await text.innerText(), shown);
  await page.keyboard.press("]");
  assert.equal(await page.locator(".step[open] > summary:focus").count(), 1);
  await page.keyboard.press("?");
  await page.getByLabel("Shortcuts of a single key").uncheck();
  await page.keyboard.press("Escape");
  await leave();
  await page.keyboard.press("e");
  assert.equal(await isInBody(), false);
  assert.equal(await page.evaluate(() => localStorage.getItem("hookseal-letters")), "off");
});

test("the browser reported no problem", () => {
  assert.deepEqual(opened.complaints, []);
});

/** Accessibility of Inspect: axe finds no violation in any state, theme or width, and all works by keyboard. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { findings } from "./axe.ts";
import { type Opened, open, pick } from "./page.ts";
import { examplesListed } from "./rest.ts";

let opened: Opened;
let page: Page;

before(async () => {
  opened = await open();
  page = opened.page;
});

after(() => opened?.close());

test("axe finds nothing", async (t) => {
  const states = [
    "",
    "signed with SHA-256",
    "re-serialized",
    "As printed",
    "File request, first revision",
    "Four issues",
    "Latin-1",
  ];
  for (const colorScheme of ["light", "dark"] as const) {
    for (const width of [1440, 390]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      for (const state of states) {
        await t.test(`${state || "empty"}, ${colorScheme}, ${width}`, async () => {
          if (state === "") await page.getByRole("button", { name: "Clear" }).click();
          else await pick(page, state);
          assert.deepEqual(await findings(page), []);
        });
      }
    }
  }
  await page.setViewportSize({ width: 1440, height: 900 });
});

test("a mouse is not needed", async () => {
  await page.reload();
  await examplesListed(page);
  await pick(page, "Four issues");
  await page.keyboard.press("F8");
  assert.equal(await page.locator(".issue[aria-current]").count(), 1);
  await page.locator(".cm-editor.cm-focused").waitFor();
  // Tab leaves the editor, and arrow keys move in the tree.
  await page.keyboard.press("Tab");
  await page.locator(".cm-editor.cm-focused").waitFor({ state: "detached" });
  await page.locator(".tree [tabindex='0']").focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  assert.match(
    (await page.evaluate(() => document.activeElement?.getAttribute("data-pointer"))) ?? "",
    /^\/event/,
  );
  await page.keyboard.press("Alt+2");
  assert.equal(await page.getByRole("tab", { name: "Compare" }).getAttribute("aria-selected"), "true");
  await page.keyboard.press("Alt+1");
  await page.locator("body").press("?");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
});

test("on a phone the verdict, the response of a receiver, the cause and the next step are within 200 pixels", async () => {
  await page.setViewportSize({ width: 390, height: 844 });
  for (const [title, aside, step] of [
    ["signed with SHA-256", "", "Code for a receiver"],
    ["re-serialized", "a receiver responds with 401", "Show the fix"],
    ["One digit", "a receiver responds with 401", "Enter another secret"],
    ["As printed", "a receiver responds with 400", "Show the first error"],
    ["first revision", "", "Code for a receiver"],
  ] as const) {
    await pick(page, title);
    const verdict = page.locator("#mode-inspect .verdict");
    await verdict.getByRole("button", { name: step }).waitFor();
    assert.equal((await verdict.locator(".aside").allInnerTexts()).join(), aside, title);
    const box = await verdict.getByRole("button", { name: step }).boundingBox();
    assert.ok(box !== null && box.y + box.height <= 200, `${title}: ${box?.y}`);
    assert.deepEqual(await findings(page), [], title);
  }
  await page.setViewportSize({ width: 1440, height: 900 });
});

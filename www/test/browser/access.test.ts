/** Accessibility of Inspect: axe finds no violation in any state, theme or width, and all works by keyboard. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { findings } from "./axe.ts";
import { clear, type Opened, open, pick, showBody } from "./page.ts";
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
  const looks: [width: number, colorScheme: "light" | "dark", forcedColors: "none" | "active"][] = [
    [1440, "light", "none"],
    [1024, "light", "none"],
    [768, "light", "none"],
    [390, "light", "none"],
    [320, "light", "none"],
    [1440, "dark", "none"],
    [390, "dark", "none"],
    [1440, "light", "active"],
  ];
  for (const [width, colorScheme, forcedColors] of looks) {
    await page.emulateMedia({ colorScheme, forcedColors });
    await page.setViewportSize({ width, height: 900 });
    for (const state of states) {
      await t.test(
        `${state || "empty"}, ${colorScheme}, ${width}, forced colors: ${forcedColors}`,
        async () => {
          if (state === "") await clear(page);
          else await pick(page, state);
          assert.deepEqual(await findings(page), []);
          assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
        },
      );
    }
  }
  await page.emulateMedia({ colorScheme: "light", forcedColors: "none" });
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
  await showBody(page, "Tree");
  await page.locator(".tree [tabindex='0']").focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  assert.match(
    (await page.evaluate(() => document.activeElement?.getAttribute("data-pointer"))) ?? "",
    /^\/event/,
  );
  await showBody(page, "As it came");
  await page.keyboard.press("Alt+2");
  assert.equal(await page.getByRole("link", { name: "Compare" }).getAttribute("aria-current"), "page");
  await page.keyboard.press("Alt+1");
  await page.locator("body").press("?");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
});

test("on a phone the verdict, the response of a receiver, the cause and the next step are within 200 pixels", async () => {
  await page.setViewportSize({ width: 390, height: 844 });
  for (const [title, aside, step] of [
    ["signed with SHA-256", "a receiver responds with 200 and calls the handler", "Code for a receiver"],
    ["re-serialized", "a receiver responds with 401", "Copy the fix for Express"],
    ["One digit", "a receiver responds with 401", "Enter another secret"],
    ["As printed", "a receiver responds with 400", /^Go to line \d+$/],
    ["first revision", "handled only where you allow it", "Code for a receiver"],
  ] as const) {
    await pick(page, title);
    const verdict = page.locator("#mode-inspect .verdict");
    await verdict.getByRole("button", { name: step }).waitFor();
    assert.equal((await verdict.locator(".aside").allInnerTexts()).join(), aside, title);
    for (const element of [verdict.locator("h1"), verdict.getByRole("button", { name: step })]) {
      const box = await element.boundingBox();
      assert.ok(box !== null && box.y + box.height <= 200, `${title}: ${box?.y}`);
    }
    assert.deepEqual(await findings(page), [], title);
  }
  await page.setViewportSize({ width: 1440, height: 900 });
});

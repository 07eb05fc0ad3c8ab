/** Compare on the built page: verdicts, navigation between changes and texts, headers, and all ways to import. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { findings } from "./axe.ts";
import { type Opened, open, untilAnnounced } from "./page.ts";
import { settled } from "./rest.ts";

let opened: Opened;
let page: Page;

before(async () => {
  opened = await open();
  page = opened.page;
  await page.keyboard.press("Alt+2");
  await page.locator("#mode-compare .verdict").waitFor();
});

after(() => opened?.close());

const word = () => page.locator("#mode-compare .verdict .kicker").innerText();
const sentence = () => page.locator("#mode-compare .verdict").innerText();
const body = (side: "original" | "retry") => page.getByLabel(`Body of the ${side}`, { exact: true });

async function pair(id: string): Promise<void> {
  await page.getByLabel("Example pairs").selectOption(id);
  await settled(page);
}

async function clear(): Promise<void> {
  await page.getByRole("button", { name: "Clear both" }).click();
  await settled(page);
}

/** Replaces the whole text by pasting. */
async function paste(side: "original" | "retry", text: string): Promise<void> {
  await body(side).click();
  await page.keyboard.press("Control+a");
  await body(side).evaluate((element, text) => {
    const data = new DataTransfer();
    data.setData("text/plain", text);
    element.dispatchEvent(
      new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }),
    );
  }, text);
  await settled(page);
}

async function drop(side: "original" | "retry", text: string): Promise<void> {
  await body(side).evaluate((element, text) => {
    const data = new DataTransfer();
    data.items.add(new File([text], "archive.har"));
    element.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
  }, text);
  await settled(page);
}

test("an empty mode shows the next action, and a click starts with an example", async () => {
  assert.equal(await word(), "Nothing to compare yet");
  assert.deepEqual(await findings(page), []);
  await page.getByRole("button", { name: "Unchanged retry" }).click();
  await settled(page);
  assert.equal(await word(), "Same event, unchanged");
  await clear();
});

test("an unchanged retry is the same event, byte for byte", async () => {
  await pair("same");
  assert.equal(await word(), "Same event, unchanged");
  assert.match(await sentence(), /byte for byte/);
  assert.equal(await page.locator(".change-item").count(), 0);
  assert.equal(await page.locator("#mode-compare .both.unequal").count(), 0);
});

test("a changed retry is listed by pointer, with before and after", async () => {
  await pair("changed");
  assert.equal(await word(), "Same event, changed");
  assert.match(await sentence(), /4 values differ from the original/);
  const items = await page.locator(".change-item").allInnerTexts();
  const [score, , stamp, position] = items.map((text) => text.replaceAll(/\s+/g, " "));
  assert.match(score ?? "", /pain_score changed Original 0 Retry 9/);
  assert.match(stamp ?? "", /update_stamp removed Original 265901 Retry missing/);
  assert.match(position ?? "", /user_position added Original missing Retry "nurse"/);
});

test("a changed retry of an immutable provider has a warning, as in a receiver, and its signature header differs", async () => {
  await pair("changed");
  assert.equal(await page.locator("#mode-compare .verdict").getAttribute("data-tone"), "open");
  assert.match(await sentence(), /handled, with the warning retry-changed/);
  assert.match(await page.locator(".header-item").innerText(), /X-PainChek-WH-Signature\s+signature/);
});

test("a change leads to its marks in both texts", async () => {
  await pair("changed");
  assert.equal(await page.locator(".side .mark.changed").count(), 4);
  await page.locator(".change-head", { hasText: "pain_score" }).click();
  assert.deepEqual(await page.locator(".side .mark.current").allInnerTexts(), ["0", "9"]);
  await page.locator(".change-head", { hasText: "update_stamp" }).click();
  // A missing value has the location of its parent's bracket.
  assert.deepEqual(await page.locator(".side .mark.current").allInnerTexts(), [
    '"update_stamp": 265901',
    "{",
  ]);
});

test("the difference is aligned: values, lines, bytes, and each changed row says what it is", async () => {
  await pair("changed");
  const table = page.getByRole("table", { name: "Difference of A and B" });
  assert.deepEqual(await table.getByRole("columnheader").allInnerTexts(), ["A\noriginal", "B\nretry"]);
  const changed = table.locator(".diff-row.changed");
  assert.match((await changed.allInnerTexts()).join(" "), /changed:\s*"pain_score": 0[\s\S]*"pain_score": 9/);
  assert.deepEqual(await changed.filter({ hasText: "pain_score" }).locator("del, ins").allInnerTexts(), [
    "0",
    "9",
  ]);
  assert.match(await table.locator(".only-a").innerText(), /only in A:\s*"update_stamp": 265901/);
  assert.match(await table.locator(".only-b").innerText(), /only in B:\s*"user_position": "nurse"/);
  // A row selects its change, and a fold opens.
  await table.locator(".only-a code").click();
  assert.match(await page.locator(".change-item[aria-current]").innerText(), /update_stamp/);
  const rows = await table.getByRole("row").count();
  await table.locator(".folded button").first().click();
  assert.ok((await table.getByRole("row").count()) > rows);
  await page.getByRole("button", { name: "Text", exact: true }).click();
  await table.locator(".diff-row.changed .line-number", { hasText: "18" }).first().waitFor();
  await page.getByRole("button", { name: "Bytes", exact: true }).click();
  await table
    .locator(".diff-row.changed .line-number", { hasText: /^0[\da-f]{3}$/ })
    .first()
    .waitFor();
  assert.deepEqual(await findings(page), []);
  await page.getByRole("button", { name: "Values", exact: true }).click();
});

test("a mark leads back to its change", async () => {
  await pair("changed");
  await page.locator(".side .mark.changed", { hasText: "9" }).click();
  assert.match(await page.locator(".change-item[aria-current]").innerText(), /pain_score/);
  assert.deepEqual(await page.locator(".side .mark.current").allInnerTexts(), ["0", "9"]);
});

test("a reserialized body has equal values and other bytes", async () => {
  await pair("rewritten");
  assert.equal(await word(), "Same event, different bytes");
  assert.equal(await page.locator(".change-item").count(), 0);
});

test("two similar events are two events", async () => {
  await pair("other");
  assert.equal(await word(), "Two different events");
  assert.match(await page.locator(".change-item").innerText(), /\/event\/id/);
});

test("a body that is not JSON cannot be compared, and its error is located", async () => {
  await pair("same");
  await body("retry").click();
  await page.keyboard.press("Control+Home");
  await page.keyboard.type("x");
  await settled(page);
  assert.equal(await word(), "Cannot be compared");
  assert.match(await sentence(), /The retry cannot be parsed\s+Line 1, column 1/);
  assert.deepEqual(await findings(page), []);
});

const curl = (score: number) =>
  `curl https://h.example/x -H 'X-Try: ${score}' --data-raw '{"event":"assessment_add","data":{"uuid":"1","score":${score}}}'`;

test("each side imports a request, and requires a provider that is not detected", async () => {
  await clear();
  await paste("original", curl(1));
  assert.match(await sentence(), /Nothing to compare yet\s+Paste the retry/);
  await paste("retry", curl(2));
  assert.equal(await body("retry").innerText(), '{"event":"assessment_add","data":{"uuid":"1","score":2}}');
  assert.equal(await word(), "Same event, changed");
  assert.match(await page.locator(".header-item").innerText(), /X-Try/);
  await paste("retry", '{"other":true}');
  await paste("original", '{"other":false}');
  await page.getByLabel("Request line and headers of the original").fill("");
  await page.getByLabel("Request line and headers of the retry").fill("");
  await settled(page);
  assert.equal(await word(), "Not compared yet");
  await page.getByLabel("Provider of both").selectOption("xon");
  await settled(page);
  assert.equal(await word(), "Two different events", await sentence());
});

test("an archive that is dropped on one side fills both", async () => {
  await clear();
  const entry = (text: string) => ({
    request: {
      method: "POST",
      url: "https://h.example/x",
      headers: [],
      postData: { mimeType: "application/json", text },
    },
  });
  const body1 = '{"event":"assessment_add","data":{"uuid":"1","a":1}}';
  await drop("original", JSON.stringify({ log: { entries: [entry(body1), entry(body1)] } }));
  assert.equal(await body("retry").innerText(), body1);
  assert.equal(await word(), "Same event, unchanged");
  assert.equal(await page.getByRole("link", { name: "Compare" }).getAttribute("aria-current"), "page");
});

test("works by keyboard: to the changes, into the text, and back", async () => {
  await pair("changed");
  await page.locator("body").press("F8");
  assert.equal(await page.locator(".change-item[aria-current]").count(), 1);
  await page.keyboard.press("F8");
  await page.keyboard.press("Shift+F8");
  assert.match(await page.locator(".change-item[aria-current]").innerText(), /pain_score/);
  await untilAnnounced(page, /1 of 4: .*pain_score changed, lines 18 and 18/);
  await page.locator(".change-item[aria-current] .link").nth(1).focus();
  await page.keyboard.press("Enter");
  await page.locator(".side:nth-child(2) .cm-editor.cm-focused").waitFor();
  assert.equal(await page.evaluate(() => getSelection()?.toString()), "9");
  await page.keyboard.press("Escape");
  assert.match((await page.evaluate(() => document.activeElement?.textContent)) ?? "", /pain_score/);
});

test("a delivery opens in Inspect, and swapping changes sides", async () => {
  await pair("changed");
  await page.getByRole("button", { name: "Swap" }).click();
  await settled(page);
  const [first] = await page.locator(".change-item").allInnerTexts();
  assert.match(first?.replaceAll(/\s+/g, " ") ?? "", /Original 9 Retry 0/);
  await page.getByRole("button", { name: "Open in Inspect the original" }).click();
  assert.equal(await page.getByRole("link", { name: "Inspect" }).getAttribute("aria-current"), "page");
  assert.match(await page.locator("#mode-inspect .cm-content").innerText(), /"pain_score": 9/);
  await page.keyboard.press("Alt+2");
});

test("a thousand changes neither hang the page nor fill it", async () => {
  await clear();
  const text = (add: number) =>
    JSON.stringify({
      event: "assessment_add",
      data: { uuid: "1", list: Array.from({ length: 5000 }, (_, n) => n + add) },
    });
  await paste("original", text(0));
  await paste("retry", text(1));
  assert.equal(await word(), "Same event, changed");
  assert.equal(await page.locator(".change-item").count(), 50);
});

test("axe finds nothing, in light and dark, wide and narrow", async (t) => {
  for (const colorScheme of ["light", "dark"] as const) {
    for (const width of [1440, 1024, 390]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      for (const id of ["changed", "other"]) {
        await t.test(`${id}, ${colorScheme}, ${width}`, async () => {
          await pair(id);
          assert.deepEqual(await findings(page), []);
          assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
        });
      }
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize({ width: 1440, height: 900 });
});

test("the browser reported no problem", () => {
  assert.deepEqual(opened.complaints, []);
});

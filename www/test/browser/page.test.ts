/** Inspect on the built page: it inspects, explains, and sends nothing. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { BASE, type Opened, open, pick, showBody } from "./page.ts";
import { examplesListed, settled } from "./rest.ts";

let opened: Opened;
let page: Page;

before(async () => {
  opened = await open();
  page = opened.page;
});

after(() => opened?.close());

const verdict = () => page.locator("#mode-inspect .verdict .kicker").innerText();
const codes = () => page.locator(".issue .where code:first-child").allInnerTexts();

test("an empty page shows the next action", async () => {
  assert.equal(await verdict(), "Nothing to check yet");
});

test("a signed example is verified, with its digests compared", async () => {
  await pick(page, "signed with SHA-256");
  assert.equal(await verdict(), "Verified");
  assert.equal(await page.locator(".compared.good").innerText(), "The signatures are equal.");
  assert.equal(await page.locator('.step[data-state="failed"]').count(), 0);
  await showBody(page, "Tree");
  assert.ok((await page.locator(".tree .row").count()) > 5);
  // A value of the tree is shown in the text.
  await page.locator(".tree .row", { hasText: "created_at" }).click();
  await page.locator(".cm-editor.cm-focused").waitFor();
  await showBody(page, "Hex");
  assert.match(await page.locator(".body-hex .hex > div").first().innerText(), /^000000\s+7b[\s\S]*\{/);
  await showBody(page, "As it came");
});

test("typing is inspected at once: a changed body is a mismatch", async () => {
  await pick(page, "signed with SHA-256");
  await page.locator(".cm-content").click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type(" ");
  await settled(page);
  assert.equal(await verdict(), "Rejected");
  assert.ok((await codes()).includes("signature-mismatch"));
  await page.keyboard.press("Control+z");
  await settled(page);
  assert.equal(await verdict(), "Verified");
});

test("a mismatch is explained, with the bytes that differ", async () => {
  await pick(page, "re-serialized");
  assert.equal(await verdict(), "Rejected");
  await page.locator(".cause.proved").first().waitFor();
  assert.ok((await page.locator(".cause.proved code").first().innerText()).startsWith("body-"));
  // The example was signed with a space after each comma and colon, and received without.
  const signedOnly = await page.locator(".aligned ins").allInnerTexts();
  assert.ok(signedOnly.length > 10 && signedOnly.every((text) => text === "\u00b7"), `${signedOnly}`);
  // The received line is blank there.
  assert.ok((await page.locator(".aligned del").allInnerTexts()).every((text) => text.trim() === ""));
  assert.ok((await page.locator(".hex mark").count()) > 0);
  assert.equal(await page.locator('.step[data-state="failed"] .step-title').innerText(), "Signature");
});

test("a secret with a line break is named", async () => {
  await pick(page, "line break");
  await page.locator(".cause.proved").first().waitFor();
  assert.match(await page.locator(".secret .note").innerText(), /a trailing line break/);
});

test("a syntax error is marked in the text, and the list leads there", async () => {
  await pick(page, "As printed");
  assert.ok((await codes()).includes("json-syntax"));
  assert.ok((await page.locator(".mark.error").count()) > 0);
  await page.locator(".issue.error").first().click();
  await page.locator(".cm-editor.cm-focused").waitFor();
});

test("an unsigned delivery is never shown as valid", async () => {
  await pick(page, "File request, first revision");
  assert.equal(await verdict(), "Unsigned");
  assert.equal(await page.locator(".verdict").getAttribute("data-tone"), "open");
});

test("a payload without a contract is not called valid", async () => {
  await page.locator(".settings select").first().selectOption("xon");
  await page.locator(".cm-content").click();
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText('{"event":{"id":"2e0db25d-8b39-40fa-81fc-cab625fa130f","type":"new.type"}}');
  await settled(page);
  const text = await page.locator(".verdict").innerText();
  assert.match(text, /Unsigned/);
  assert.match(text, /was not validated|no contract/);
  assert.doesNotMatch(text, /and valid|satisfies/);
});

test("all issues are listed and marked", async () => {
  await pick(page, "Four issues");
  assert.ok((await codes()).length >= 4);
});

test("hovering a field shows its description", async () => {
  await pick(page, "signed with SHA-256");
  await page.locator(".tok-key", { hasText: '"pain_score"' }).first().hover();
  await page.locator(".hover").waitFor();
  assert.match(await page.locator(".hover").innerText(), /pain_score\s+Total: 0 to 42/);
  await page.locator(".cm-content").press("Escape");
  await page.locator(".hover").waitFor({ state: "hidden" });
  await page.mouse.move(5, 5);
});

test("bytes that are not UTF-8 survive, and are shown as such", async () => {
  await pick(page, "Latin-1");
  assert.equal(await page.locator(".cm-content .chip.raw").innerText(), "E9");
  assert.ok((await codes()).includes("json-encoding"));
});

test("a pasted request is imported", async () => {
  await page.getByRole("button", { name: "Clear" }).click();
  await page.locator(".cm-content").click();
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.setData(
      "text/plain",
      "curl https://h.example/x -H 'X-PainChek-WH-Signature: sha256=00' --data-raw '{\"event\":1}'",
    );
    document
      .querySelector(".cm-content")
      ?.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
  });
  await settled(page);
  assert.match(await page.getByLabel("Request line and headers").inputValue(), /X-PainChek/);
  assert.equal(await page.locator(".cm-content").innerText(), '{"event":1}');
});

test("what an import reports is shown, and can be closed", async () => {
  await page.getByRole("button", { name: "Clear" }).click();
  await page.locator(".cm-content").click();
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.setData("text/plain", "curl https://h.example/x -d @body.json --not-an-option");
    document
      .querySelector(".cm-content")
      ?.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
  });
  await settled(page);
  const panel = page.getByRole("region", { name: "Import" });
  assert.match(await panel.innerText(), /of the clipboard[\s\S]*body-not-included[\s\S]*line 1, column \d+/);
  assert.match(await panel.innerText(), /Unknown curl option/);
  await panel.getByRole("button", { name: "Close" }).click();
  assert.equal(await panel.isVisible(), false);
});

test("the page looks the same on a phone and in the dark", async () => {
  await pick(page, "re-serialized");
  await page.locator(".cause.proved").first().waitFor();
  await page.emulateMedia({ colorScheme: "dark" });
  await page.setViewportSize({ width: 390, height: 844 });
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.equal(width, 390);
  await page.emulateMedia({ colorScheme: "light" });
  await page.locator(".verdict").scrollIntoViewIfNeeded();
  await page.evaluate(() => document.querySelector(".spine")?.scrollIntoView());
  await page.setViewportSize({ width: 1440, height: 900 });
});

test("the page may not connect, and requests only its own files", async () => {
  const refused = await page.evaluate(() =>
    fetch("./icon.svg").then(
      () => "answered",
      () => "refused",
    ),
  );
  assert.equal(refused, "refused");
  const inWorker = await page.evaluate(
    () =>
      new Promise((resolve) => {
        const source =
          "fetch(\"data:text/plain,x\").then(() => postMessage('answered'), () => postMessage('refused'))";
        const worker = new Worker(URL.createObjectURL(new Blob([source])));
        worker.onmessage = ({ data }) => resolve(data);
      }),
  );
  assert.equal(inWorker, "refused");
  const policy = await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute("content");
  assert.match(policy ?? "", /connect-src 'none'/);
  assert.ok(
    opened.served.requests.every((path) => path.startsWith(BASE)),
    opened.served.requests.join(" "),
  );
});

test("opens without a network after the first load", async () => {
  await page.evaluate(() => navigator.serviceWorker.ready);
  await opened.context.setOffline(true);
  await page.reload();
  await examplesListed(page);
  await pick(page, "signed with SHA-256");
  assert.equal(await verdict(), "Verified");
  await opened.context.setOffline(false);
});

test("the browser reported no problem", () => {
  // A test above provokes the messages of the policy.
  const own = opened.complaints.filter(
    (text) => !/connect-src|violates the document's Content Security Policy/.test(text),
  );
  assert.deepEqual(own, []);
});

// `hookseal listen --ui` as a person uses it: real processes, real deliveries, an application with a bug that is fixed, and the page.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { painchek } from "../../../pkg/src/index.ts";
import { receiver } from "../../../pkg/src/node.ts";
import { send } from "../../../pkg/src/send.ts";
import { findings } from "./axe.ts";
import { browser } from "./page.ts";

const COMMAND = fileURLToPath(new URL("../../../pkg/dist/cli.cjs", import.meta.url));
const SECRET = "a secret of the live test";
const hook = painchek({ secrets: [SECRET] });

interface Listening {
  child: ChildProcess;
  url: string;
  link: string;
  text(): string;
}

const started: ChildProcess[] = [];
const servers: Server[] = [];
let chromium: Awaited<ReturnType<typeof browser>>;
const folder = mkdtempSync(join(tmpdir(), "hookseal-live-"));

before(async () => {
  chromium = await browser();
});
afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
});
after(async () => {
  await chromium.close();
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
  rmSync(folder, { recursive: true, force: true });
});

/** Starts the command, and waits for the link of its console. */
async function listen(...args: string[]): Promise<Listening> {
  const child = spawn(
    process.execPath,
    [COMMAND, "listen", "0", "--ui", "--secret-env", "LIVE_SECRET", ...args],
    {
      cwd: folder,
      env: { ...process.env, LIVE_SECRET: SECRET, NO_COLOR: "1" },
    },
  );
  started.push(child);
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (part: string) => {
      text += part;
    });
  for (let tries = 0; tries < 400; tries++) {
    const url = /Listening on (http:\S+) /.exec(text)?.[1];
    const link = /Console: (http:\S+)\n/.exec(text)?.[1];
    if (url !== undefined && link !== undefined) return { child, url, link, text: () => text };
    assert.equal(child.exitCode, null, text);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(text);
}

/** Starts an application whose code can be replaced while it runs. */
async function application() {
  const app = { handle: (_: { event: unknown }): void => {} };
  const receive = receiver(hook, (delivery) => app.handle(delivery as { event: unknown }), {
    log: false,
    onError: () => {},
    store: { claim: async () => "new", async done() {}, async release() {} },
  });
  const server = createServer(receive);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { app, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks` };
}

/** Sends a delivery with the package's own sender. */
async function deliver(
  url: string,
  { body, secret = SECRET }: { body: string; secret?: string },
): Promise<number | undefined> {
  const signed = painchek({ secrets: [secret] }).sign(body);
  const { status } = await send(url, signed, {
    retries: [],
    allowAddresses: "any",
    plainHttp: "allow",
    provider: hook.definition,
  });
  return status;
}

/** The sample of an assessment with another id and score. */
function bodyOf(uuid: string, score: number): string {
  const text = readFileSync(
    new URL("../../../providers/painchek/samples/assessment_add.nrs.json", import.meta.url),
    "utf8",
  );
  const payload = JSON.parse(text);
  payload.data.uuid = uuid;
  payload.data.data.assessment.pain_score = score;
  return JSON.stringify(payload);
}

async function openPage(link: string): Promise<Page> {
  const page = await chromium.context.newPage();
  await page.goto(link);
  await page.waitForSelector(".connection[data-state=open]");
  return page;
}

const headline = (page: Page, text: string | RegExp) =>
  page.locator("#detail h1").filter({ hasText: text }).waitFor({ timeout: 10_000 });

/** Both themes, without findings of axe. */
async function bothThemes(page: Page): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    assert.deepEqual(await findings(page), [], colorScheme);
  }
}

const isSideways = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);

describe("listen --ui", () => {
  it("shows why an application fails; after the fix a replay responds 200", async () => {
    const { app, url: target } = await application();
    app.handle = ({ event }) => {
      const { data } = event as { data: { data: { assessment: { pain_score: number } } } };
      // The bug: a score of ten is not expected.
      if (data.data.assessment.pain_score > 9) throw new TypeError("score");
    };
    const listening = await listen("--provider", "painchek", "--forward", target);
    const page = await openPage(listening.link);
    assert.ok(!page.url().includes("#"), "the token is not left in the address");
    await page.getByText("Waiting for the first delivery").waitFor();

    assert.equal(
      await deliver(listening.url, { body: bodyOf("11111111-1111-4111-8111-111111111111", 3) }),
      200,
    );
    assert.equal(
      await deliver(listening.url, { body: bodyOf("22222222-2222-4222-8222-222222222222", 10) }),
      500,
    );
    assert.equal(
      await deliver(listening.url, { body: bodyOf("33333333-3333-4333-8333-333333333333", 4) }),
      200,
    );
    assert.equal(
      await deliver(listening.url, {
        body: bodyOf("44444444-4444-4444-8444-444444444444", 4),
        secret: "another",
      }),
      401,
    );
    await page.locator(".deliveries li").nth(3).waitFor();

    // Find the delivery that failed, and read why.
    await page.getByRole("button", { name: /App failed 1/ }).click();
    await page.locator(".deliveries li:visible").click();
    await headline(page, /Your app responded 500 after/);
    await page.getByText("Verified, and your app failed").first().waitFor();
    await page.getByLabel("Response of your app").getByText('"code":"handler-failed"').waitFor();
    const body = await page.getByLabel("Body", { exact: true }).textContent();
    assert.match(body ?? "", /"pain_score":10/);
    assert.deepEqual(await findings(page), []);

    // Fix the application, and replay.
    app.handle = () => {};
    await page.getByRole("button", { name: "Replay to your app" }).click();
    const notice = (text: string | RegExp) => page.locator(".notice").filter({ hasText: text }).waitFor();
    await notice(/^Replay, as it came: Your app responded 200 after/);
    await page.getByRole("button", { name: "All 5" }).click();

    // An application that checks signatures rejects what was changed. Each is a replay of the original, which stays selected.
    await page.keyboard.press("t");
    await notice("Replay, one byte changed: Your app rejected a tampered delivery: 401.");
    await page.getByRole("button", { name: "Unsigned" }).click();
    await notice("Replay, unsigned: Your app rejected an unsigned delivery: 401.");
    await page.getByRole("button", { name: "As a retry" }).click();
    await notice(/^Replay, as a retry: Your app responded 200 after/);
    await headline(page, /Your app responded 500 after/);
    const table = page.locator(".why tbody tr");
    assert.deepEqual(
      (await table.allInnerTexts()).map((text) =>
        text
          .replace(/^\S+\s+/, "")
          .replace(/\d+(?= m?s)/, "N")
          .split("\t"),
      ),
      [
        ["as it came", "500 after N ms"],
        ["replay, as it came", "200 after N ms"],
        ["replay, one byte changed", "401 after N ms, as it should"],
        ["replay, unsigned", "401 after N ms, as it should"],
        ["replay, as a retry", "200 after N ms"],
      ],
    );
    await table.getByRole("button").first().click();
    await headline(page, /Your app responded 200 after/);

    // The rejected delivery: its cause is in the page, and the secret is not.
    await page.getByRole("button", { name: /Rejected \d/ }).click();
    await page.locator(".deliveries li:visible").last().click();
    await headline(page, "The signature does not match");
    await page.locator(".step[data-state=failed]").getByText("Signature").first().waitFor();
    assert.ok(!(await page.content()).includes(SECRET), "the page has the secret");
    assert.deepEqual(await findings(page), []);
    await page.close();
  });

  it("shows a GET request as one that is no delivery", async () => {
    const { url: target } = await application();
    const listening = await listen("--provider", "painchek", "--forward", target);
    const page = await openPage(listening.link);
    assert.equal((await fetch(`${listening.url}favicon.ico`)).status, 405);
    await headline(page, "Not a delivery: the method is not POST");
    await page.getByRole("button", { name: "Rejected 0" }).waitFor();
    assert.equal(await page.getByRole("button", { name: "Replay to your app" }).count(), 0);
    await page.keyboard.press("r");
    assert.equal(await page.locator(".deliveries li").count(), 1);
    assert.deepEqual(await findings(page), []);
    await page.close();
  });

  it("compares two deliveries, filters, pauses, and is used by keyboard", async () => {
    const listening = await listen("--provider", "painchek");
    const page = await openPage(listening.link);
    const uuid = "55555555-5555-4555-8555-555555555555";
    await deliver(listening.url, { body: bodyOf(uuid, 3) });
    await deliver(listening.url, { body: bodyOf(uuid, 4) });
    await deliver(listening.url, { body: bodyOf(uuid, 4) });
    const rows = page.locator(".deliveries li");
    await rows.nth(2).waitFor();
    assert.equal(await rows.first().locator(".tag").textContent(), "again");
    await page.keyboard.press("k");
    await page.keyboard.press("j");
    await page.keyboard.press("c");
    await page.keyboard.press("j");
    await headline(page, "The same event, with a different payload");
    await page.getByText("/data/data/assessment/pain_score").waitFor();
    assert.deepEqual(await findings(page), []);
    await page.keyboard.press("Escape");
    await page.keyboard.press("p");
    await page.getByText("Paused, 0 new").waitFor();
    await deliver(listening.url, { body: bodyOf(uuid, 5) });
    await page.getByText("Paused, 1 new").waitFor();
    assert.equal(await rows.count(), 3);
    await page.keyboard.press("p");
    await rows.nth(3).waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type("nothing like this");
    await page.getByText("No delivery matches the filter.").waitFor();
    await page.keyboard.press("Escape");
    // Save: a download, since there is no folder.
    await page.getByLabel("Filter deliveries").fill("");
    await rows.first().click();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Save", exact: true }).click(),
    ]);
    assert.match(download.suggestedFilename(), /-assessment_add\.http$/);
    await page.setViewportSize({ width: 390, height: 800 });
    assert.ok(
      await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth),
      "the page scrolls sideways",
    );
    assert.deepEqual(await findings(page), []);
    await page.close();
  });

  it("says where to send the first delivery, and shows the body as a tree and in hex", async () => {
    const listening = await listen("--provider", "painchek");
    const page = await openPage(listening.link);
    await headline(page, "Waiting for the first delivery");
    const command = await page.locator(".empty-page pre").textContent();
    assert.equal(
      command,
      `hookseal send ${listening.url} --provider painchek --secret-env LIVE_SECRET --event assessment_add`,
    );
    await bothThemes(page);
    // The command of the page, as it is there.
    const sent = spawn(process.execPath, [COMMAND, ...(command ?? "").split(" ").slice(1)], {
      env: { ...process.env, LIVE_SECRET: SECRET },
      stdio: "ignore",
    });
    const code = await new Promise((resolve) => sent.once("exit", resolve));
    assert.equal(code, 0);
    await headline(page, "Signed with your secret, and valid");

    const choose = (name: string) => page.getByRole("button", { name, exact: true }).click();
    await choose("Tree");
    const item = (name: string) => page.getByRole("treeitem", { name });
    await item("event").first().waitFor();
    await item("pain_score").waitFor({ state: "detached" });
    await item("uuid").first().click();
    // A value that is selected is shown in the text.
    assert.match((await page.locator(".body mark").textContent()) ?? "", /^"uuid":\s*"/);
    await bothThemes(page);
    await choose("Hex");
    assert.match(await page.locator(".hex > div").first().innerText(), /^000000\s+7b/);
    await bothThemes(page);
    // The choice stays with the next delivery.
    await deliver(listening.url, { body: bodyOf("77777777-7777-4777-8777-777777777777", 3) });
    await page.locator("#row-2").click();
    await page.locator(".hex > div").first().waitFor();
    await page.close();
  });

  it("on a narrow page shows the list, and then the delivery with one of its sides", async () => {
    const { url: target } = await application();
    const listening = await listen("--provider", "painchek", "--forward", target);
    const page = await openPage(listening.link);
    await page.setViewportSize({ width: 390, height: 800 });
    await headline(page, "Waiting for the first delivery");
    await bothThemes(page);
    for (const score of [4, 5])
      await deliver(listening.url, { body: bodyOf(`88888888-8888-4888-8888-88888888888${score}`, score) });
    const row = page.locator("#row-2");
    await row.waitFor();
    for (const width of [1440, 1024, 901]) {
      await page.setViewportSize({ width, height: 800 });
      const isCut = await page.evaluate(() =>
        [".deliveries", ".list-head", ".list-head .segments"].some((selector) => {
          const { scrollWidth = 0, clientWidth = 0 } = document.querySelector(selector) ?? {};
          return scrollWidth > clientWidth;
        }),
      );
      assert.ok(!isCut, `${width}: the list is cut off`);
    }
    await page.setViewportSize({ width: 390, height: 800 });
    // A new delivery does not take the list away.
    assert.ok(!(await page.locator("#detail").isVisible()));
    await bothThemes(page);
    for (const width of [320, 390, 768]) {
      await page.setViewportSize({ width, height: 800 });
      assert.ok(!(await isSideways(page)), `${width}: the list`);
    }
    await page.setViewportSize({ width: 390, height: 800 });
    await row.click();
    await headline(page, /Your app responded 200/);
    assert.ok(!(await row.isVisible()));
    assert.equal(await page.evaluate(() => document.activeElement?.tagName), "H1");
    await page.getByText(", 1 of 2").waitFor();
    const box = await page.locator("#detail h1").boundingBox();
    assert.ok(box !== null && box.y + box.height <= 250, JSON.stringify(box));
    await bothThemes(page);
    // Steps in a row that passed are one line, until they are unfolded.
    assert.equal(await page.locator(".step:visible").count(), 1);
    await page.getByRole("button", { name: "6 steps passed" }).click();
    assert.equal(await page.locator(".step:visible").count(), 7);
    await page.keyboard.press("w");
    await page.getByLabel("Body", { exact: true }).waitFor();
    assert.ok(!(await page.locator(".step").first().isVisible()));
    await bothThemes(page);
    for (const width of [320, 390, 768]) {
      await page.setViewportSize({ width, height: 800 });
      for (const view of ["Tree", "Hex", "As it came"]) {
        await page.getByRole("button", { name: view, exact: true }).click();
        assert.ok(!(await isSideways(page)), `${width}: ${view}`);
      }
    }
    // The document scrolls, and its end is above the bar at the bottom.
    const end = await page.evaluate(() => {
      scrollTo(0, document.documentElement.scrollHeight);
      const last = document.querySelector(".request > p")?.getBoundingClientRect().bottom ?? 0;
      return [scrollY, last <= (document.querySelector(".thumb")?.getBoundingClientRect().top ?? 0)];
    });
    assert.ok((end[0] as number) > 0 && end[1] === true, JSON.stringify(end));
    await page.getByRole("button", { name: "Other replays…" }).click();
    await page.getByRole("dialog", { name: "Replay" }).getByRole("button", { name: "Tampered" }).click();
    await page
      .locator(".notice")
      .filter({ hasText: "Your app rejected a tampered delivery: 401." })
      .waitFor();
    await page.getByRole("button", { name: "‹ All deliveries" }).click();
    await row.waitFor();
    await page.goBack();
    await headline(page, /Your app responded 200/);
    await page.goBack();
    await row.waitFor();
    await page.close();
  });

  it("replays to the application that is chosen, and saves all deliveries", async () => {
    const [first, second] = [await application(), await application()];
    let calls = 0;
    second.app.handle = () => {
      calls += 1;
    };
    const saved = join(folder, "saved");
    const listening = await listen(
      ...["--provider", "painchek", "--forward", first.url, "--forward", second.url, "--save", saved],
    );
    const page = await openPage(listening.link);
    for (const score of [3, 4])
      await deliver(listening.url, { body: bodyOf(`99999999-9999-4999-8999-99999999999${score}`, score) });
    await page.locator("#row-2").click();
    assert.equal(calls, 2);
    await page.getByLabel("Replay to").selectOption(second.url);
    await page.getByRole("button", { name: "Replay to your app" }).click();
    await page
      .locator(".notice")
      .filter({ hasText: `to ${second.url}: Your app responded 200` })
      .waitFor();
    assert.equal(calls, 3);
    await page.keyboard.press("Shift+R");
    const dialog = page.getByRole("dialog", { name: "Replay" });
    assert.equal(await dialog.getByLabel("Replay to").inputValue(), second.url);
    await bothThemes(page);
    await dialog.getByLabel("Replay to").selectOption(first.url);
    await dialog.getByRole("button", { name: "As a retry" }).click();
    await page
      .locator(".notice")
      .filter({ hasText: `to ${first.url}: Your app responded 200` })
      .waitFor();
    assert.equal(calls, 3);
    await page.getByRole("button", { name: "Save all" }).click();
    await page
      .locator(".notice")
      .filter({ hasText: `2 deliveries saved in ${saved}` })
      .waitFor();
    assert.equal(readdirSync(saved).length, 2);
    await page.close();
  });

  it("is used by keyboard alone; single letters can be switched off", async () => {
    const { url: target } = await application();
    const listening = await listen("--provider", "painchek", "--forward", target);
    const page = await openPage(listening.link);
    for (const score of [3, 4])
      await deliver(listening.url, { body: bodyOf(`aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaa${score}`, score) });
    await page.locator("#row-2[aria-selected=true]").waitFor();
    const press = (key: string) => page.keyboard.press(key);
    const state = (name: string) =>
      page.getByRole("button", { name, exact: true }).getAttribute("aria-pressed");
    await press("j");
    await page.locator("#row-1[aria-selected=true]").waitFor();
    assert.equal(await state("Follow"), "false");
    await press("k");
    await page.locator("#row-2[aria-selected=true]").waitFor();
    await press("g");
    assert.equal(await state("Follow"), "true");
    await press("Enter");
    const focused = () => page.evaluate(() => document.activeElement?.textContent);
    assert.match((await focused()) ?? "", /^Your app responded 200/);
    // The headline is a few stops before the body, and a button that was pressed keeps the focus.
    await press("Tab");
    assert.equal(await focused(), "Replay to your app");
    await press("Enter");
    await page.locator(".notice").filter({ hasText: "Your app responded 200" }).waitFor();
    await page.waitForFunction(() => document.activeElement?.textContent === "Replay to your app");
    await press("ArrowRight");
    assert.equal(await focused(), "Save");
    await press("Tab");
    assert.equal(await focused(), "As a retry");
    await press("Tab");
    assert.equal(await focused(), "As it came");
    await press("Tab");
    await press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("aria-label")), "Body");
    const open = () => page.locator(".step[open]").count();
    const before = await open();
    await press("]");
    assert.equal(await open(), before + 1);
    await press("[");
    assert.equal(await open(), before);
    await press("r");
    await page.locator(".notice").filter({ hasText: "Replay, as it came: Your app responded 200" }).waitFor();
    await press("Shift+R");
    await page.getByRole("dialog", { name: "Replay" }).waitFor();
    await press("Escape");
    await press("p");
    assert.equal(await state("Resume"), "true");
    await press("p");
    await press("/");
    await page.keyboard.type("jgprt");
    assert.equal(await page.getByLabel("Filter deliveries").inputValue(), "jgprt");
    assert.equal(await state("Pause"), "false");
    await press("Escape");
    await press("?");
    const help = page.getByRole("dialog", { name: "Keyboard shortcuts" });
    assert.deepEqual(await help.locator("dt").allInnerTexts(), [
      "/",
      "J",
      "K",
      "Enter",
      "R",
      "Shift R",
      "T",
      "C",
      "P",
      "G",
      "W",
      "[",
      "]",
      "Esc",
      "?",
    ]);
    await bothThemes(page);
    await help.getByLabel("Single letters").uncheck();
    await press("Escape");
    await press("p");
    assert.equal(await state("Pause"), "false");
    await page.close();
  });

  it("keeps the newest 500 of many deliveries, also after a reload", async () => {
    const listening = await listen("--provider", "painchek", "--json");
    const page = await openPage(listening.link);
    const signed = hook.sign(bodyOf("66666666-6666-4666-8666-666666666666", 3));
    const flood = async (total: number) => {
      let left = total;
      await Promise.all(
        Array.from({ length: 16 }, async () => {
          while (left > 0) {
            left -= 1;
            const { status } = await fetch(listening.url, {
              method: "POST",
              headers: signed.headers,
              body: signed.body as Uint8Array<ArrayBuffer>,
            });
            assert.equal(status, 200);
          }
        }),
      );
    };
    await flood(600);
    const rows = page.locator(".deliveries li");
    await page.locator("#row-600").waitFor({ timeout: 20_000 });
    await page.reload();
    await page.locator("#row-600").waitFor();
    await flood(600);
    await page.locator("#row-1200").waitFor({ timeout: 20_000 });
    await page.waitForFunction(() => document.querySelectorAll(".deliveries li").length === 500);
    const numbers = await rows.evaluateAll((items) => items.map(({ id }) => Number(id.slice(4))));
    assert.deepEqual(
      numbers,
      Array.from({ length: 500 }, (_, index) => 1_200 - index),
    );
    await page.close();
  });

  it("says that the terminal has ended, and that a link is used", async () => {
    const listening = await listen("--provider", "painchek");
    const page = await openPage(listening.link);
    const second = await chromium.context.newPage();
    await second.goto(listening.link);
    await second.getByText("This link was used before. The terminal has printed a new one.").waitFor();
    assert.equal(await second.locator(".connection").textContent(), "Not connected");
    assert.ok(!(await second.content()).includes("The terminal has ended"));
    const links = [...listening.text().matchAll(/Console: (\S+)\n/g)].map(([, link]) => link);
    assert.equal(links.length, 2);
    await second.goto("about:blank");
    await second.goto(links[1] as string);
    await second.waitForSelector(".connection[data-state=open]");
    await second.close();
    listening.child.kill("SIGKILL");
    await page
      .getByText("The terminal has ended. What is shown stays until this tab is closed.")
      .waitFor({ timeout: 15_000 });
    await page.close();
  });
});

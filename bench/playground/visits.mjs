// What is measured in Chromium: a first visit, a key, and an archive that is opened.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { executable, FLAGS } from "../../www/build/chromium.mjs";
import { SECRET, signedRequest, writeHar } from "./captures.mjs";
import { OBSERVE } from "./observe.mjs";
import { servePage } from "./server.mjs";
import { longestTask, processorTime, traced } from "./trace.mjs";

/** What Lighthouse applies by DevTools: a request waits 3.75 round trips, and gets 0.9 of the throughput. */
const SLOW_4G = { latency: 150 * 3.75, down: 1.6 * 0.9, up: 0.75 * 0.9 };
export const DEVICES = {
  desktop: {
    options: { viewport: { width: 1350, height: 940 } },
    processor: 1,
    network: { latency: 40, down: 10, up: 10 },
  },
  mobile: {
    options: {
      viewport: { width: 412, height: 823 },
      deviceScaleFactor: 1.75,
      isMobile: true,
      hasTouch: true,
    },
    processor: 4,
    network: SLOW_4G,
  },
};
/** @typedef {keyof typeof DEVICES} Device */

/** How long the page is observed after its last download. */
const QUIET_MS = 1500;

/** Longer than what the page does after a delay, such as keeping the session. */
const PAUSE_MS = 800;
const MAX_MS = 120_000;

/** Fails where a measurement does not end. @template T @param {Promise<T>} measured */
async function within(measured) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error("A measurement of the page did not end.")), MAX_MS);
  });
  try {
    await Promise.race([measured, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** @param {object} [options] */
async function openBrowser(options) {
  const profile = mkdtempSync(join(tmpdir(), "hookseal-bench-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: executable(),
    headless: true,
    args: FLAGS,
    ...options,
  });
  await context.addInitScript({ content: OBSERVE });
  return {
    context,
    close: async () => {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

/** @param {import("playwright-core").Page} page @param {string} mark */
const untilMark = (page, mark) =>
  page.waitForFunction((name) => performance.getEntriesByName(name).length > 0, mark);

/** One first visit in a new browser. @param {Device} device */
export async function visit(device) {
  const served = await servePage();
  const { options, processor, network } = DEVICES[device];
  const { context, close } = await openBrowser({ ...options, serviceWorkers: "block" });
  try {
    const page = await context.newPage();
    await page.goto("about:blank");
    const session = await context.newCDPSession(page);
    await session.send("Network.enable");
    await session.send("Network.emulateNetworkConditions", {
      offline: false,
      latency: network.latency,
      downloadThroughput: (network.down * 1e6) / 8,
      uploadThroughput: (network.up * 1e6) / 8,
    });
    await session.send("Emulation.setCPUThrottlingRate", { rate: processor });
    const { tasks } = await traced(session, async () => {
      await page.goto(served.url);
      await untilMark(page, "hookseal-ready");
      await untilMark(page, "hookseal-prefetched");
      await page.waitForTimeout(QUIET_MS);
    });
    const { paint, largest, largestOf, shift, ready } = await page.evaluate(
      `({ ...measured, ready: performance.getEntriesByName("hookseal-ready")[0].startTime })`,
    );
    // The full module is the first file that is loaded when the page is idle.
    const first = served.transfers.findIndex(({ path }) => path.includes("/full-"));
    return {
      largestOf,
      browser: (await session.send("Browser.getVersion")).product,
      times: {
        paint,
        largest,
        ready,
        shift,
      },
      tasks: tasks.filter(({ isPage }) => isPage).map(({ processor }) => processor),
      transfers: served.transfers.map(({ path, bytes }, index) => ({ path, bytes, isFirst: index < first })),
    };
  } finally {
    await close();
    served.close();
  }
}

/** A key in a signed body, and the key that brings it back. @param {number} bytes @param {number} rounds */
export async function afterKeys(bytes, rounds) {
  const served = await servePage();
  const { context, close } = await openBrowser(DEVICES.desktop.options);
  try {
    const page = await context.newPage();
    await page.goto(`${served.url}#inspect`);
    await untilMark(page, "hookseal-prefetched");
    await page.evaluate((text) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData("text/plain", text);
      document.body.dispatchEvent(
        new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }),
      );
    }, signedRequest(bytes));
    await page.locator("#mode-inspect .secret input").first().fill(SECRET);
    const verdict = page.locator("#mode-inspect .verdict");
    await verdict.locator(".kicker", { hasText: "Verified" }).waitFor();
    await page.waitForFunction(
      () => document.querySelector("#mode-inspect .verdict")?.getAttribute("data-busy") === "false",
    );
    await page.locator("#mode-inspect .cm-content").first().click();
    await page.keyboard.press("Control+Home");
    const session = await context.newCDPSession(page);
    const { tasks, marks } = await traced(session, async () => {
      for (let round = 0; round <= rounds; round++) {
        // A space before the body keeps it JSON, and breaks the signature.
        for (const key of ["Space", "Backspace"]) {
          await page.waitForTimeout(PAUSE_MS);
          await page.evaluate("measured.watchKey()");
          await page.keyboard.press(key);
          await within(page.evaluate("measured.done"));
        }
      }
      await page.waitForTimeout(PAUSE_MS);
    });
    const [verdicts, all] = [marks("measured-verdict"), marks("measured-all")];
    return (
      marks("measured-key")
        .map((key, index) => {
          const verdict = verdicts[index] ?? Number.NaN;
          const end = all[index] ?? Number.NaN;
          return {
            verdict: verdict - key,
            verdictProcessor: processorTime(tasks, key, verdict),
            all: end - key,
            allProcessor: processorTime(tasks, key, end),
            longest: longestTask(tasks, key, end + PAUSE_MS),
          };
        })
        // Those that break the signature, without the first one, which compiles code.
        .filter((_, index) => index > 0 && index % 2 === 0)
    );
  } finally {
    await close();
    served.close();
  }
}

/** Opens an archive. @param {number} bytes @param {number} rounds */
export async function afterOpening(bytes, rounds) {
  const folder = mkdtempSync(join(tmpdir(), "hookseal-bench-"));
  try {
    const path = join(folder, "archive.har");
    const deliveries = writeHar(path, bytes);
    const all = [];
    for (let round = 0; round < rounds; round++) {
      const served = await servePage();
      const { context, close } = await openBrowser(DEVICES.desktop.options);
      try {
        const page = await context.newPage();
        await page.goto(`${served.url}#inspect`);
        await untilMark(page, "hookseal-prefetched");
        const session = await context.newCDPSession(page);
        const { tasks, marks } = await traced(session, async () => {
          await page.evaluate(`measured.watchOpening(${deliveries})`);
          await page.locator("#mode-inspect input[type=file]").setInputFiles(path);
          await within(page.evaluate("measured.done"));
        });
        const [open = 0] = marks("measured-open");
        const [list = Number.NaN] = marks("measured-list");
        const [checked = Number.NaN] = marks("measured-checked");
        all.push({
          list: list - open,
          listProcessor: processorTime(tasks, open, list),
          all: checked - open,
          allProcessor: processorTime(tasks, open, checked),
          longest: longestTask(tasks, open),
        });
      } finally {
        await close();
        served.close();
      }
    }
    return { deliveries, rounds: all };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

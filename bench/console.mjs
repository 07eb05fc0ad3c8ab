// How fast the console of `hookseal listen --ui` is with 500 rows: from the arrival of a delivery to its row, and a frame while the list
// is scrolled. Both as time that passes, and as time of the main thread, which other programs of the machine do not change. Prints
// numbers, and fails for none: they depend on the machine. `node bench/console.mjs`, after a build of the package.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { painchek } from "hookseal";
import { chromium } from "playwright-core";

const ROWS = 500;
const DELIVERIES = 100;
const PAUSE_MS = 50;
const SECRET = "a secret of the measurement";

const command = fileURLToPath(new URL("../pkg/dist/cli.cjs", import.meta.url));
const sample = readFileSync(
  new URL("../providers/painchek/samples/assessment_add.nrs.json", import.meta.url),
  "utf8",
);
const hook = painchek({ secrets: [SECRET] });

/** @param {number[]} times */
function summary(times) {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (/** @type {number} */ part) => (sorted[Math.floor(part * (sorted.length - 1))] ?? 0).toFixed(1);
  return `median ${at(0.5)} ms, 95 % ${at(0.95)} ms, largest ${at(1)} ms (${sorted.length} values)`;
}

const child = spawn(
  process.execPath,
  [command, "listen", "0", "--ui", "--json", "--provider", "painchek", "--secret-env", "MEASURED_SECRET"],
  { env: { ...process.env, MEASURED_SECRET: SECRET }, stdio: ["ignore", "ignore", "pipe"] },
);
let text = "";
child.stderr.setEncoding("utf8").on("data", (part) => {
  text += part;
});
while (!/Console: \S+\n/.test(text)) {
  if (child.exitCode !== null) throw new Error(text);
  await new Promise((resolve) => setTimeout(resolve, 50));
}
const url = /Listening on (\S+)/.exec(text)?.[1] ?? "";
const link = /Console: (\S+)\n/.exec(text)?.[1] ?? "";

let sent = 0;
async function deliver() {
  sent += 1;
  const uuid = `00000000-0000-4000-8000-${String(sent).padStart(12, "0")}`;
  const { headers, body } = hook.sign(sample.replace(/"uuid": *"[^"]+"/, `"uuid":"${uuid}"`));
  const response = await fetch(url, { method: "POST", headers, body: Buffer.from(body) });
  if (response.status !== 200) throw new Error(`${response.status}`);
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(link);
  await page.waitForSelector(".connection[data-state=open]");
  for (let index = 0; index < ROWS; index++) await deliver();
  await page.locator(`#row-${ROWS}`).waitFor();
  await page.evaluate(() => {
    /** @type {any} */ (globalThis).measured = { rows: [], tasks: [] };
    const { rows, tasks } = /** @type {any} */ (globalThis).measured;
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) tasks.push(duration);
    }).observe({ type: "longtask" });
    new MutationObserver((changes) => {
      const now = performance.timeOrigin + performance.now();
      for (const { addedNodes } of changes)
        for (const node of addedNodes) {
          // The time of the arrival, by the terminal's clock, which is that of this machine.
          const time = /** @type {Element} */ (node).querySelector("time")?.dateTime;
          if (time !== undefined) rows.push(now - Date.parse(time));
        }
    }).observe(/** @type {Element} */ (document.querySelector(".deliveries ol")), { childList: true });
  });
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  /** Time of the main thread, in milliseconds. */
  const mainThread = async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    return 1000 * (metrics.find(({ name }) => name === "TaskDuration")?.value ?? Number.NaN);
  };
  const before = await mainThread();
  for (let index = 0; index < DELIVERIES; index++) {
    await deliver();
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  await page.locator(`#row-${ROWS + DELIVERIES}`).waitFor();
  const { rows, tasks } = await page.evaluate(() => /** @type {any} */ (globalThis).measured);
  const between = await mainThread();
  console.log(`arrival to row, with ${ROWS} rows: ${summary(rows)}`);
  console.log(`main thread for a delivery: ${((between - before) / DELIVERIES).toFixed(1)} ms`);
  console.log(`tasks of more than 50 ms meanwhile: ${tasks.length}`);
  const frames = await page.evaluate(
    () =>
      new Promise((resolve) => {
        const list = /** @type {Element} */ (document.querySelector(".deliveries ol"));
        /** @type {number[]} */
        const times = [];
        let last = performance.now();
        const step = () => {
          const now = performance.now();
          times.push(now - last);
          last = now;
          list.scrollTop += 60;
          if (times.length <= 240) requestAnimationFrame(step);
          else resolve(times.slice(1));
        };
        requestAnimationFrame(step);
      }),
  );
  console.log(`a frame while the list is scrolled: ${summary(/** @type {number[]} */ (frames))}`);
  console.log(`main thread for such a frame: ${(((await mainThread()) - between) / 240).toFixed(1)} ms`);
} finally {
  await browser.close();
  child.kill();
}

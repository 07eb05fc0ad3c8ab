/** Browsers: a page that Vite built, under a policy that permits what the package needs, and the playground. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../support/pack.ts";
import { type Browser, openChromium, openFirefox, openWebKit } from "../browser.ts";
import type { Environment } from "../environment.ts";
import { check, failingDelivery } from "../program.ts";
import type { Project } from "../project.ts";
import { serveFolder } from "../static.ts";
import { resultOf, writePage } from "./bundlers.ts";

const OPTIONS = { full: true, publicKey: "module" } as const;
const WITHOUT_THE_WORD = "default-src 'none'; script-src 'self'";
const POLICY = `${WITHOUT_THE_WORD} 'wasm-unsafe-eval'`;

/** Puts the error of a call into the page, as a result. */
const SHOWS_ERROR = `import { result } from "./result.js";
try {
  document.body.dataset.result = result();
} catch (error) {
  document.body.dataset.result = error.message;
}
`;

const BROWSERS: [name: string, title: string, open: (project: Project) => Promise<Browser>][] = [
  ["chromium", "Chromium", openChromium],
  ["firefox", "Firefox", openFirefox],
  ["webkit", "WebKitGTK", openWebKit],
];

export const IN_BROWSERS: Environment[] = BROWSERS.map(([name, title, open]) => ({
  name,
  title,
  covers:
    "a page whose Content-Security-Policy has `'wasm-unsafe-eval'`, the error without it, and the playground, which explains a pasted delivery",
  async run(project) {
    await project.useNode(24);
    await project.install(["vite@8"]);
    writePage(project, { "page.js": SHOWS_ERROR });
    await project.command("vite", ["build", "--logLevel", "warn"]);
    const browser = await open(project);
    await browser.open(await serveFolder(project, "dist", POLICY));
    check(await resultOf(browser), OPTIONS);
    await browser.open(await serveFolder(project, "dist", WITHOUT_THE_WORD));
    assert.match(await resultOf(browser), /add 'wasm-unsafe-eval' to `script-src`/);
    await explain(project, browser);
    return `${title} ${browser.version}`;
  },
}));

/** Pastes a failing delivery into the playground, types the secret, and reads the cause. */
async function explain(project: Project, browser: Browser): Promise<void> {
  const dist = join(root, "www/dist");
  if (!existsSync(join(dist, "index.html"))) throw new Error("no playground: `cargo xtask www --build`");
  await browser.open(`${await serveFolder(project, dist)}/#inspect`);
  const { request, secret, cause } = failingDelivery();
  await until(browser, `return document.querySelector("#mode-inspect .secret input") !== null`);
  await browser.evaluate(`
    const element = document.querySelector("#mode-inspect textarea");
    element.focus();
    element.select();
    const data = new DataTransfer();
    data.setData("text/plain", ${JSON.stringify(request)});
    const event = new Event("paste", { bubbles: true, cancelable: true });
    // Firefox takes no data from the constructor of a ClipboardEvent.
    Object.defineProperty(event, "clipboardData", { value: data });
    element.dispatchEvent(event);
  `);
  // The import takes the secret of the delivery before away.
  await until(
    browser,
    `return document.querySelector("#mode-inspect").innerText.includes("Enter the secret")`,
  );
  await browser.type("#mode-inspect .secret input", secret);
  await until(
    browser,
    `return document.querySelector("#mode-inspect").innerText.includes(${JSON.stringify(cause)})`,
  );
}

async function until(browser: Browser, condition: string): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    if ((await browser.evaluate(condition)) === true) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const text = await browser.evaluate("return document.querySelector('main')?.innerText ?? ''");
  throw new Error(`not in time: ${condition}\n${String(text).slice(0, 1_000)}`);
}

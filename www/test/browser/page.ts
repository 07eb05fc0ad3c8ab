/** The built page behind a plain static server on loopback, in Debian's Chromium. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { countWhatIsUnderWay, settled } from "./rest.ts";

const dist = fileURLToPath(new URL("../../dist/", import.meta.url));

/** A path below the root of a host, as on many static hosts. */
export const BASE = "/some/path/";

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

export interface Served {
  url: string;
  /** The paths that were asked for. */
  requests: string[];
  close(): Promise<void>;
}

/** Serves the built page, and nothing else. */
export async function serve(): Promise<Served> {
  const requests: string[] = [];
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    requests.push(path);
    const name = path.startsWith(BASE) ? normalize(path.slice(BASE.length) || "index.html") : "..";
    try {
      if (name.startsWith("..")) throw new Error("outside");
      const bytes = await readFile(join(dist, name));
      response
        .writeHead(200, { "Content-Type": TYPES[extname(name)] ?? "application/octet-stream" })
        .end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${BASE}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Debian's Chromium, or the one that the environment names. */
function executable(): string {
  const found = [
    process.env.CHROMIUM,
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
  ].find((path) => path !== undefined && existsSync(path));
  return found ?? chromium.executablePath();
}

/** A browser with a profile of its own, that is gone afterwards. */
export async function browser(
  options: Record<string, unknown> = {},
): Promise<{ context: BrowserContext; close(): Promise<void> }> {
  const profile = mkdtempSync(join(tmpdir(), "hookseal-www-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: executable(),
    headless: true,
    args: FLAGS,
    viewport: { width: 1440, height: 900 },
    ...options,
  });
  await countWhatIsUnderWay(context);
  return {
    context,
    close: async () => {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

/** The page, opened, and what it stands on. */
export interface Opened {
  page: Page;
  context: BrowserContext;
  served: Served;
  /** Errors and warnings of the console, errors of scripts, and dialogs that were opened. */
  complaints: string[];
  close(): Promise<void>;
}

/** Serves the page, opens it in a browser of its own, and waits until it can be used. */
export async function open(options?: Parameters<typeof browser>[0]): Promise<Opened> {
  const served = await serve();
  const { context, close } = await browser(options);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("dialog", (dialog) => {
    complaints.push("a dialog was opened");
    void dialog.dismiss();
  });
  await page.goto(served.url);
  await page.getByLabel("Examples", { exact: true }).locator("option").nth(3).waitFor({ state: "attached" });
  return {
    page,
    context,
    served,
    complaints,
    async close() {
      await close();
      await served.close();
    },
  };
}

/** Picks an example by its title, and waits until it is judged. */
export async function pick(page: Page, title: string): Promise<void> {
  const menu = page.getByLabel("Examples", { exact: true });
  const value = await menu.locator("option", { hasText: title }).first().getAttribute("value");
  await menu.selectOption(value ?? "");
  await settled(page);
}

/** Waits until screen readers are told of it: a moment later than eyes are. */
export async function told(page: Page, what: RegExp): Promise<void> {
  await page.locator("[role=status]", { hasText: what }).waitFor({ state: "attached" });
}

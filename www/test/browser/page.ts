/** The built page on a plain static server on loopback, in Debian's Chromium. */
import { mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { executable, FLAGS } from "../../build/chromium.mjs";
import { countPendingWork, examplesListed, settled } from "./rest.ts";

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
  /** The requested paths. */
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
        .writeHead(200, {
          "Content-Type": TYPES[extname(name)] ?? "application/octet-stream",
          // As static hosts do for files with a hash in their names.
          "Cache-Control": name.startsWith("assets") ? "public, max-age=31536000, immutable" : "no-cache",
        })
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

/** Starts a browser with a temporary profile. */
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
  await countPendingWork(context);
  return {
    context,
    close: async () => {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

/** An open page with its browser and server. */
export interface Opened {
  page: Page;
  context: BrowserContext;
  served: Served;
  /** Console errors and warnings, script errors, and dialogs. */
  complaints: string[];
  close(): Promise<void>;
}

/** Waits until the page has loaded the full module, or has failed to. */
export async function untilPrefetched(page: Page): Promise<void> {
  await page.waitForFunction(() => performance.getEntriesByName("hookseal-prefetched").length > 0);
}

/** Serves the page, opens it in a new browser, and waits until it has everything. */
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
  // An address with a mode: without one, a first visit shows an example.
  await page.goto(`${served.url}#inspect`);
  await examplesListed(page);
  await untilPrefetched(page);
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

/** Selects an example by its title, and waits for its inspection. */
export async function pick(page: Page, title: string): Promise<void> {
  // A narrow page has it at the lower edge.
  const menu = page.locator(".examples-menu:visible");
  const value = await menu.locator("option", { hasText: title }).first().getAttribute("value");
  await menu.selectOption(value ?? "");
  await settled(page);
}

/** Clears the delivery of Inspect: in the menu of a narrow page. */
export async function clear(page: Page): Promise<void> {
  const button = page.getByRole("button", { name: "Clear", exact: true });
  if (await button.isVisible()) await button.click();
  else {
    await page.getByRole("button", { name: "Menu" }).click();
    await page.getByRole("button", { name: "Clear the delivery" }).click();
  }
}

/** Shows the body of Inspect in another way: As it came, Fields, Tree or Hex. */
export async function showBody(page: Page, title: string): Promise<void> {
  await page.locator("#mode-inspect").getByRole("button", { name: title, exact: true }).click();
  await settled(page);
}

/** Waits for an announcement to screen readers, which is delayed. */
export async function untilAnnounced(page: Page, text: RegExp): Promise<void> {
  await page.locator("[role=status]", { hasText: text }).waitFor({ state: "attached" });
}

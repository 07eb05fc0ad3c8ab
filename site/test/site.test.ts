// The built site: its links, and what a reader does with it in a browser that reaches nothing but this machine.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import process from "node:process";
import { after, before, describe, it } from "node:test";
import type { Page } from "playwright-core";
import { findings } from "../../www/test/browser/axe.ts";
import { browser } from "../../www/test/browser/page.ts";
import { serve } from "../serve.mjs";

const folder = process.env.HOOKSEAL_SITE as string;
assert.ok(folder, "HOOKSEAL_SITE is the folder of the built site");

const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) =>
  name.replaceAll("\\", "/"),
);
/** The pages that the generator made. The playground and rustdoc have their own. */
const pages = files.filter((name) => name.endsWith(".html") && !/^(?:playground|rust)\//.test(name));
const read = (name: string) => readFileSync(join(folder, name), "utf8");
const ids = new Map<string, Set<string>>();

/** The ids of a page. */
function idsOf(name: string): Set<string> {
  let found = ids.get(name);
  if (found === undefined) {
    found = new Set([...read(name).matchAll(/ id="([^"]+)"/g)].map(([, id]) => id as string));
    ids.set(name, found);
  }
  return found;
}

describe("the files of the site", () => {
  it("have no dead link", () => {
    const dead: string[] = [];
    for (const page of pages) {
      for (const [, link = ""] of read(page).matchAll(/ (?:href|src)="([^"]+)"/g)) {
        if (/^(?:https?|data|mailto):/.test(link)) continue;
        const [path = "", anchor] = link.replaceAll("&amp;", "&").split("#");
        let target = path === "" ? page : posix.join(path.startsWith("/") ? "." : posix.dirname(page), path);
        if (target === "." || target.endsWith("/")) target = posix.join(target, "index.html");
        const isFound = existsSync(join(folder, target));
        const isHeading =
          anchor === undefined || !target.endsWith(".html") || /^(?:playground|rust)\//.test(target);
        if (!isFound || !(isHeading || anchor === "" || idsOf(target).has(decodeURIComponent(anchor))))
          dead.push(`${page}: ${link}`);
      }
    }
    assert.deepEqual(dead, []);
  });

  it("are in the navigation, apart from those of one provider", () => {
    const index = read("index.html");
    const missing = pages.filter(
      (name) => !/^(?:404|index|providers\/|api\/)/.test(name) && !index.includes(` href="/${name}"`),
    );
    assert.deepEqual(missing, []);
  });

  it("load nothing from elsewhere", () => {
    for (const page of pages) {
      assert.doesNotMatch(read(page), / src="(?:https?:)?\/\/|<link [^>]*href="(?:https?:)?\/\//, page);
    }
    for (const name of files.filter((name) => name.endsWith(".css") && !name.startsWith("rust/"))) {
      assert.doesNotMatch(read(name), /@import|url\(["']?(?:https?:)?\/\//, name);
    }
  });

  it("have a policy that permits their own scripts and styles only", () => {
    for (const page of pages) {
      const [, policy = ""] =
        /<meta http-equiv="Content-Security-Policy" content="([^"]+)">/.exec(read(page)) ?? [];
      assert.match(
        policy,
        /^default-src 'none'; script-src 'self'( 'sha256-[^']+')*; style-src 'self'; /,
        page,
      );
      assert.doesNotMatch(policy, /unsafe/);
    }
  });
});

describe("a reader of the site", () => {
  let url = "";
  let page: Page;
  const closing: (() => unknown)[] = [];
  const outside: string[] = [];
  const complaints: string[] = [];

  before(async () => {
    const served = await serve(folder, 0);
    url = served.url;
    const { context, close } = await browser();
    closing.push(close, () => served.server.close());
    await context.route("**/*", (route) => {
      const address = route.request().url();
      if (address.startsWith(url) || /^(?:blob|data):/.test(address)) return route.continue();
      outside.push(address);
      return route.abort();
    });
    page = await context.newPage();
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(String(error)));
  });

  after(async () => {
    for (const close of closing) await close();
  });

  const open = async (path: string) => {
    await page.goto(url + path, { waitUntil: "load" });
    await page.locator("#app .VPNav").waitFor();
  };

  it("finds a code by the search, without a server", async () => {
    await open("index.html");
    await page.getByRole("button", { name: "Search" }).first().click();
    await page.locator(".VPLocalSearchBox input").fill("secret-wrong-type");
    const result = page.locator(".VPLocalSearchBox .result").first();
    await result.waitFor();
    await page.keyboard.press("Enter");
    await page.waitForURL(/causes|codes|troubleshooting|faq/);
    await page.locator("main h1").waitFor();
  });

  it("follows each link of the navigation", async () => {
    await open("index.html");
    const links = await page
      .locator(".VPSidebar a, .VPNavBarMenu a")
      .evaluateAll((elements) =>
        elements.map((element) => (element as HTMLAnchorElement).getAttribute("href") as string),
      );
    assert.ok(links.length > 20, `${links.length} links`);
    for (const link of new Set(links)) {
      if (/^\/(?:playground|rust)\//.test(link)) continue;
      await page
        .locator(`.VPSidebar a[href="${link}"], .VPNavBarMenu a[href="${link}"]`)
        .first()
        .evaluate((a) => (a as HTMLElement).click());
      await page.waitForURL((address) => address.pathname === link);
      await page.locator("main h1").waitFor();
      assert.doesNotMatch((await page.locator("main h1").textContent()) ?? "", /404/);
    }
  });

  it("opens the playground, which has its own policy", async () => {
    await page.goto(`${url}playground/index.html`);
    assert.match(await page.title(), /Hookseal/);
    const policy = await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute("content");
    assert.match(policy ?? "", /connect-src 'none'/);
  });

  for (const scheme of ["light", "dark"] as const) {
    for (const path of ["index", "performance", "providers/painchek", "faq"]) {
      it(`can read ${path} in ${scheme} colors, by axe`, async () => {
        await page.emulateMedia({ colorScheme: scheme });
        await open(`${path}.html`);
        assert.equal(
          await page.evaluate(() => document.documentElement.classList.contains("dark")),
          scheme === "dark",
        );
        assert.deepEqual(await findings(page), []);
      });
    }
  }

  it("does not scroll sideways on a narrow screen", async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    const wide: string[] = [];
    for (const name of pages.filter((name) => !/^(?:404|providers\/|api\/)/.test(name))) {
      await open(name);
      const [inner, outer] = await page.evaluate(() => {
        const { scrollWidth, clientWidth } = document.documentElement;
        return [scrollWidth, clientWidth] as const;
      });
      if (inner > outer) wide.push(`${name}: ${inner} of ${outer}`);
    }
    assert.deepEqual(wide, []);
  });

  it("has requested nothing from elsewhere, and has met no error", () => {
    assert.deepEqual(outside, []);
    assert.deepEqual(complaints, []);
  });
});

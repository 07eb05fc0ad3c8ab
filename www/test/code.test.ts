/** The code that is copied: it parses, it fits the package's types, it imports what the package has, and holds no secret. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { transform } from "esbuild";
import type { Page } from "playwright-core";
import { type Opened, open } from "./browser.ts";
import { copied, settled } from "./rest.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const FRAMEWORKS = ["Node", "Express", "Fastify", "Next.js", "Hono", "Workers"];

let opened: Opened;
let page: Page;
/** What was copied, by a name for its file. */
const codes = new Map<string, string>();

before(async () => {
  opened = await open({ permissions: ["clipboard-read", "clipboard-write"] });
  page = opened.page;
  await page.keyboard.press("Alt+4");
  await page.getByLabel("Template").selectOption("2");
  await settled(page);
  await page.getByRole("button", { name: "Sign the sample" }).click();
  await settled(page);
});

after(() => opened?.close());

test("every framework's code can be copied for every kind of provider, and holds no secret", async () => {
  const secret = await page.getByLabel("Secret", { exact: true }).inputValue();
  assert.match(secret, /^whsec_/);
  await page.keyboard.press("Alt+5");
  // The provider that is looked at is filled in.
  assert.equal(await page.locator("dialog select").inputValue(), "custom");
  for (const provider of ["custom", "painchek", "xon", "standard-webhooks"]) {
    await page.locator("dialog select").selectOption(provider);
    for (const framework of FRAMEWORKS) {
      await page.locator("dialog .choice span", { hasText: framework }).click();
      const code = await copied(page, () => page.locator("dialog button.main").click());
      codes.set(`${provider}-${framework.replace(".", "").toLowerCase()}`, code);
      assert.equal(code.includes(secret) || code.includes("made-up"), false);
      const environment = framework === "Workers" ? "env" : "process.env";
      const name = {
        custom: "MY_STANDARD_SECRET",
        painchek: "PAINCHEK_SECRET",
        "standard-webhooks": "STANDARD_WEBHOOKS_SECRET",
      }[provider];
      if (provider === "xon") assert.match(code, /unsigned: "allow"/);
      else assert.ok(code.includes(`{ secrets: [${environment}.${name}] }`), code);
      if (provider === "custom") assert.match(code, /"signedContent": "\{id\}\.\{timestamp\}\.\{body\}"/);
    }
  }
  await page.keyboard.press("Escape");
  assert.equal(codes.size, 24);
});

test("the copied code parses", async (t) => {
  for (const [name, code] of codes)
    await t.test(name, async () => {
      await transform(code, { loader: "js", format: "esm", target: "es2022" });
    });
});

test("the copied code fits the types of the package and of the frameworks", async () => {
  const folder = join(root, "target/www/snippets");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  // In modules of JavaScript, as people paste it; the folder has its node_modules above it.
  for (const [name, code] of codes) writeFileSync(join(folder, `${name}.mjs`), code);
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({
      extends: "../../../tsconfig.json",
      compilerOptions: { noImplicitAny: false, types: ["node"] },
      include: ["*.mjs"],
    }),
  );
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  await promisify(execFile)(process.execPath, [tsc, "--project", folder], { cwd: root }).catch(
    ({ stdout }: { stdout: string }) => assert.fail(stdout),
  );
});

test("the copied code says what the documented recipes say", async (t) => {
  const page = readFileSync(join(root, "docs/receiving.md"), "utf8");
  const recipes = { node: "node:http", nextjs: "Next.js", workers: "Cloudflare Workers" } as Record<
    string,
    string
  >;
  for (const framework of FRAMEWORKS) {
    await t.test(framework, () => {
      const name = framework.replace(".", "").toLowerCase();
      const [, recipe = ""] = page.split(`\n### ${recipes[name] ?? framework}\n`);
      const lines = (text: string) => text.split("\n").map((line) => line.trim());
      const known = new Set(lines(/```js\n([\s\S]*?)```/.exec(recipe)?.[1] ?? ""));
      const other = lines(codes.get(`painchek-${name}`) ?? "").filter(
        (line) => line !== "" && !line.startsWith("// ") && !known.has(line),
      );
      assert.deepEqual(other, []);
    });
  }
});

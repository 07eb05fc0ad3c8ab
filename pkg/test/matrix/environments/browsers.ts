/** Browsers: a page that Vite built, under a policy that permits no more than the package needs. */
import { type Browser, openChromium, openFirefox, openWebKit } from "../browser.ts";
import type { Environment } from "../environment.ts";
import { check } from "../program.ts";
import type { Project } from "../project.ts";
import { serveFolder } from "../static.ts";
import { resultOf, writePage } from "./bundlers.ts";

const OPTIONS = { full: true, publicKey: "module" } as const;
const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'";

const BROWSERS: [name: string, title: string, open: (project: Project) => Promise<Browser>][] = [
  ["chromium", "Chromium", openChromium],
  ["firefox", "Firefox", openFirefox],
  ["webkit", "WebKitGTK", openWebKit],
];

export const IN_BROWSERS: Environment[] = BROWSERS.map(([name, title, open]) => ({
  name,
  title,
  covers: "a page under a Content-Security-Policy with `'wasm-unsafe-eval'`, and the error without it",
  async run(project) {
    await project.useNode(24);
    await project.install(["vite@8"]);
    writePage(project);
    await project.command("vite", ["build", "--logLevel", "warn", "--target", "es2022"]);
    const browser = await open(project);
    await browser.open(await serveFolder(project, "dist", POLICY));
    check(await resultOf(browser), OPTIONS);
    return `${title} ${browser.version}`;
  },
}));

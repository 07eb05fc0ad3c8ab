/** The installed Chromium, and how tests and measurements start it. */
import { existsSync } from "node:fs";
import process from "node:process";
import { chromium } from "playwright-core";

export const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** The executable of Chromium: $CHROMIUM, or an installed one. */
export function executable() {
  const found = [
    process.env.CHROMIUM,
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
  ].find((path) => path !== undefined && existsSync(path));
  return found ?? chromium.executablePath();
}

/** Browsers that open a page: Chromium by Playwright; Firefox and WebKitGTK by the commands of WebDriver. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { chromium } from "playwright-core";
import type { Project } from "./project.ts";

export interface Browser {
  version: string;
  open(url: string): Promise<void>;
  /** Calls a function body in the page, and returns its result, which is JSON. */
  evaluate(body: string): Promise<unknown>;
  /** Types into the element that a selector finds, as a person does. */
  type(selector: string, text: string): Promise<void>;
}

const CHROMIUM = [
  process.env.CHROMIUM,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];
const MINI_BROWSER = "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser";

export async function openChromium(project: Project): Promise<Browser> {
  const executablePath = CHROMIUM.find((path) => path !== undefined && existsSync(path));
  if (executablePath === undefined) throw new Error("no Chromium: apt-get install chromium");
  const browser = await chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
  });
  project.onEnd(() => browser.close());
  const page = await browser.newPage();
  return {
    version: browser.version(),
    open: async (url) => void (await page.goto(url)),
    evaluate: (body) => page.evaluate(`(() => { ${body} })()`),
    type: (selector, text) => page.locator(selector).pressSequentially(text),
  };
}

/** A command of WebDriver: its name in Marionette, its method and path in HTTP, and its parameters. */
type Send = (command: Command, parameters?: Record<string, unknown>, element?: string) => Promise<unknown>;
type Command = keyof typeof COMMANDS;
const COMMANDS = {
  open: ["WebDriver:Navigate", "POST", "url"],
  evaluate: ["WebDriver:ExecuteScript", "POST", "execute/sync"],
  find: ["WebDriver:FindElement", "POST", "element"],
  type: ["WebDriver:ElementSendKeys", "POST", "element/{id}/value"],
} as const;

function overWebDriver(version: string, send: Send): Browser {
  return {
    version,
    open: async (url) => void (await send("open", { url })),
    evaluate: (body) => send("evaluate", { script: body, args: [] }),
    async type(selector, text) {
      const found = (await send("find", { using: "css selector", value: selector })) as object;
      await send("type", { text }, Object.values(found)[0]);
    },
  };
}

/** Firefox, by its own protocol for WebDriver's commands, Marionette. */
export async function openFirefox(project: Project): Promise<Browser> {
  const profile = mkdtempSync(join(tmpdir(), "hookseal-firefox-"));
  project.onEnd(() => rmSync(profile, { recursive: true, force: true, maxRetries: 5 }));
  writeFileSync(join(profile, "user.js"), 'user_pref("marionette.port", 0);\n');
  const args = ["--marionette", "--headless", "--no-remote", "--profile", profile];
  const port = await project.serve("firefox-esr", args, {
    // Firefox writes below its home.
    env: { HOME: profile, MOZ_DISABLE_CONTENT_SANDBOX: "1" },
    says: /Listening on port:? (\d+)/,
  });
  const socket = connect(Number(port), "127.0.0.1");
  project.onEnd(() => void socket.destroy());
  const receive = messages(socket);
  await receive();
  let id = 0;
  const call = async (name: string, parameters: object = {}) => {
    const message = JSON.stringify([0, ++id, name, parameters]);
    socket.write(`${Buffer.byteLength(message)}:${message}`);
    const [, , error, result] = (await receive()) as [number, number, { message: string } | null, unknown];
    if (error !== null) throw new Error(`${name}: ${error.message}`);
    return result as { value: unknown };
  };
  const session = (await call("WebDriver:NewSession")) as unknown as {
    capabilities: { browserVersion: string };
  };
  return overWebDriver(session.capabilities.browserVersion, async (command, parameters, element) => {
    const { value } = await call(COMMANDS[command][0], { ...parameters, ...(element && { id: element }) });
    return value;
  });
}

/** Reads messages of the form `LENGTH:JSON`. */
function messages(socket: Socket): () => Promise<unknown> {
  let buffer = Buffer.alloc(0);
  socket.on("data", (part) => {
    buffer = Buffer.concat([buffer, part]);
  });
  return async () => {
    for (;;) {
      const colon = buffer.indexOf(":");
      const end = colon + 1 + Number(buffer.subarray(0, Math.max(colon, 0)));
      if (colon > 0 && buffer.length >= end) {
        const message = buffer.subarray(colon + 1, end).toString();
        buffer = buffer.subarray(end);
        return JSON.parse(message);
      }
      if (socket.destroyed) throw new Error("Firefox closed the connection");
      await sleep(5);
    }
  };
}

/** WebKitGTK, which Epiphany is made of, on a virtual display. Safari has the same engine. */
export async function openWebKit(project: Project): Promise<Browser> {
  const args = ["-displayfd", "1", "-screen", "0", "1440x900x24", "-nolisten", "tcp"];
  const display = await project.serve("Xvfb", args, { says: /^(\d+)\n/ });
  const home = mkdtempSync(join(tmpdir(), "hookseal-webkit-"));
  project.onEnd(() => rmSync(home, { recursive: true, force: true, maxRetries: 5 }));
  const port = 20_000 + Math.floor(Math.random() * 20_000);
  const env = { DISPLAY: `:${display}`, HOME: home, XDG_RUNTIME_DIR: home, LIBGL_ALWAYS_SOFTWARE: "1" };
  project.background("WebKitWebDriver", [`--port=${port}`, "--host=127.0.0.1"], env);
  const call = async (method: string, path: string, body?: object) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      ...(body && { body: JSON.stringify(body) }),
    });
    const { value } = (await response.json()) as { value: unknown };
    if (!response.ok) throw new Error(`${path}: ${(value as { message: string }).message}`);
    return value;
  };
  for (let tries = 0; ; tries++) {
    try {
      await call("GET", "/status");
      break;
    } catch (error) {
      if (tries === 200) throw error;
      await sleep(50);
    }
  }
  const options = { binary: MINI_BROWSER, args: ["--automation"] };
  const session = (await call("POST", "/session", {
    capabilities: { alwaysMatch: { "webkitgtk:browserOptions": options } },
  })) as { sessionId: string; capabilities: { browserVersion: string } };
  return overWebDriver(session.capabilities.browserVersion, async (command, parameters = {}, element) => {
    const [, method, path] = COMMANDS[command];
    return await call(
      method,
      `/session/${session.sessionId}/${path.replace("{id}", element ?? "")}`,
      parameters,
    );
  });
}

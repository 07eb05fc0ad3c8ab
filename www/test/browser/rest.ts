/** Waits until the page is idle: no call of the worker, no file read and no verdict is pending. */
import type { BrowserContext, Page } from "playwright-core";

/** Runs before the page's scripts. As text: the compiler of the tests would add helpers that the page does not have. */
const COUNT = `
  globalThis.pendingWork = 0;
  const begin = () => { globalThis.pendingWork++; };
  const end = () => { globalThis.pendingWork--; };
  const { postMessage, terminate } = Worker.prototype;
  const pendingCalls = new WeakMap();
  globalThis.Worker = class extends Worker {
    constructor(...args) {
      super(...args);
      pendingCalls.set(this, 0);
      this.addEventListener("message", () => {
        if (pendingCalls.get(this) === 0) return;
        pendingCalls.set(this, pendingCalls.get(this) - 1);
        // After the page's own listener, which may start the next call.
        setTimeout(end);
      });
    }
    postMessage(message, ...rest) {
      if (message?.name !== undefined) {
        pendingCalls.set(this, pendingCalls.get(this) + 1);
        begin();
      }
      return postMessage.call(this, message, ...rest);
    }
    terminate() {
      for (; pendingCalls.get(this) > 0; pendingCalls.set(this, pendingCalls.get(this) - 1)) end();
      return terminate.call(this);
    }
  };
  for (const prototype of [Blob.prototype, Clipboard.prototype])
    for (const name of ["arrayBuffer", "text", "writeText"]) {
      const method = prototype[name];
      if (method === undefined) continue;
      prototype[name] = function (...args) {
        begin();
        const result = method.apply(this, args);
        result.then(() => setTimeout(end), () => setTimeout(end));
        return result;
      };
    }
`;

export async function countPendingWork(context: BrowserContext): Promise<void> {
  await context.addInitScript({ content: `{${COUNT}}` });
}

/** Waits until the page is idle for three frames. */
export async function settled(page: Page): Promise<void> {
  await page.waitForFunction(`new Promise((resolve) => {
    let idleFrames = 0;
    const check = () => {
      const busy = pendingWork > 0 || document.querySelector('.verdict[data-busy="true"]') !== null;
      idleFrames = busy ? 0 : idleFrames + 1;
      if (idleFrames === 3) resolve(true);
      else requestAnimationFrame(check);
    };
    requestAnimationFrame(check);
  })`);
}

/** Returns what the page copies during an action. */
export async function copied(page: Page, act: () => Promise<unknown>): Promise<string> {
  await page.evaluate(() => navigator.clipboard.writeText(""));
  await act();
  await settled(page);
  return page.evaluate(() => navigator.clipboard.readText());
}

/** Waits until the page lists its examples. */
export async function examplesListed(page: Page): Promise<void> {
  await page.getByLabel("Examples", { exact: true }).locator("option").nth(3).waitFor({ state: "attached" });
}

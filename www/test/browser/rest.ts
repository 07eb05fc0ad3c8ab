/** Waits until the page is idle: no call of the worker, no file read and no verdict is pending. */
import type { BrowserContext, Page } from "playwright-core";

/** Runs before the page's scripts. As text: the compiler of the tests would add helpers that the page does not have. */
const COUNT = `
  globalThis.pendingWork = 0;
  const begun = () => { globalThis.pendingWork++; };
  const ended = () => { globalThis.pendingWork--; };
  const { postMessage, terminate } = Worker.prototype;
  const asked = new WeakMap();
  globalThis.Worker = class extends Worker {
    constructor(...given) {
      super(...given);
      asked.set(this, 0);
      this.addEventListener("message", () => {
        if (asked.get(this) === 0) return;
        asked.set(this, asked.get(this) - 1);
        // After the page's own listener, which may ask the next.
        setTimeout(ended);
      });
    }
    postMessage(message, ...rest) {
      if (message?.name !== undefined) {
        asked.set(this, asked.get(this) + 1);
        begun();
      }
      return postMessage.call(this, message, ...rest);
    }
    terminate() {
      for (; asked.get(this) > 0; asked.set(this, asked.get(this) - 1)) ended();
      return terminate.call(this);
    }
  };
  for (const of of [Blob.prototype, Clipboard.prototype])
    for (const name of ["arrayBuffer", "text", "writeText"]) {
      const own = of[name];
      if (own === undefined) continue;
      of[name] = function (...given) {
        begun();
        const result = own.apply(this, given);
        result.then(() => setTimeout(ended), () => setTimeout(ended));
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
    let still = 0;
    const look = () => {
      const busy = pendingWork > 0 || document.querySelector('.verdict[data-busy="true"]') !== null;
      still = busy ? 0 : still + 1;
      if (still === 3) resolve(true);
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  })`);
}

/** Returns what the page copies during an action. */
export async function copied(page: Page, act: () => Promise<unknown>): Promise<string> {
  await page.evaluate(() => navigator.clipboard.writeText(""));
  await act();
  await settled(page);
  return page.evaluate(() => navigator.clipboard.readText());
}

/** Downloads the full module, which explains and imports. The page starts without it. */
import { integrity, url } from "virtual:full";
import { FULL_GLOBAL } from "./full-global.ts";
import type { FullModule } from "./protocol.ts";

/** The full module was not downloaded. The same call can be made again. */
export class DownloadError extends Error {}

/**
 * Loads the script of the full module. A new element each time: a browser may keep the failed import of a module, and then
 * nothing but a reload of the page would load it.
 */
export function downloadFull(): Promise<FullModule> {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = url;
    script.integrity = integrity;
    script.onload = () => {
      const globals = globalThis as { [name: string]: unknown };
      const full = globals[FULL_GLOBAL] as FullModule | undefined;
      delete globals[FULL_GLOBAL];
      script.remove();
      if (full === undefined) reject(failure());
      else resolve(full);
    };
    script.onerror = () => {
      script.remove();
      reject(failure());
    };
    document.head.append(script);
  });
}

const failure = () =>
  new DownloadError(
    "The download of the module that explains and imports deliveries failed. Check the connection, then try again.",
  );

/**
 * Downloads the modules that the page starts without: the full one, which explains and imports, and the one that verifies with
 * public keys.
 */
import * as full from "virtual:full";
import * as publicKey from "virtual:public-key";
import { FULL_GLOBAL, type LazyModule, PUBLIC_KEY_GLOBAL } from "./globals.ts";
import type { EncodedModule, FullModule } from "./protocol.ts";

/** The modules as their scripts hand them over. */
export interface LazyModules {
  full: FullModule;
  publicKey: EncodedModule;
}

const SCRIPTS: Record<LazyModule, { url: string; integrity: string; global: string; purpose: string }> = {
  full: { ...full, global: FULL_GLOBAL, purpose: "explains and imports deliveries" },
  publicKey: { ...publicKey, global: PUBLIC_KEY_GLOBAL, purpose: "verifies with public keys" },
};

/** A module was not downloaded. The same call can be made again. */
export class DownloadError extends Error {}

/**
 * Loads the script of a module. A new element each time: a browser may keep the failed import of a module, and then
 * nothing but a reload of the page would load it.
 */
export function download<Name extends LazyModule>(name: Name): Promise<LazyModules[Name]> {
  const { url, integrity, global, purpose } = SCRIPTS[name];
  const failure = () =>
    new DownloadError(
      `The download of the module that ${purpose} failed. Check the connection, then try again.`,
    );
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = url;
    script.integrity = integrity;
    script.onload = () => {
      const globals = globalThis as { [name: string]: unknown };
      const module = globals[global] as LazyModules[Name] | undefined;
      delete globals[global];
      script.remove();
      if (module === undefined) reject(failure());
      else resolve(module);
    };
    script.onerror = () => {
      script.remove();
      reject(failure());
    };
    document.head.append(script);
  });
}

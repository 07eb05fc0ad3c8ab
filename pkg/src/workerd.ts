/** The entry for Cloudflare Workers, which compile a module when a worker is deployed, and never bytes. */
import module from "../core.wasm";
import { setModuleLoader } from "./core.js";

setModuleLoader(() => module);

export * from "./api.js";

/** The entry for Vercel's edge runtime, which compiles no bytes and marks its modules with `?module`. */
import module from "../core.wasm?module";
import { setModuleLoader } from "./core.js";

setModuleLoader(() => module);

export * from "./api.js";

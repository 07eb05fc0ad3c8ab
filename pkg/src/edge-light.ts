/** The entry for Vercel's edge runtime, which compiles no bytes and marks its modules with `?module`. */
import module from "../core.wasm?module";
import { provide } from "./core.js";

provide(() => module);

export * from "./api.js";

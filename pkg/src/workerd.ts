/** The entry for Cloudflare Workers, which compile a module when a worker is deployed, and never bytes. */
import module from "../core.wasm";
import { provide } from "./core.js";

provide(() => module);

export * from "./api.js";

/** The entry without a module, for those who place `hookseal/core.wasm` themselves: `init` takes it. */
export * from "./api.js";

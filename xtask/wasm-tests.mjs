// Runs the tests that `wasm_bindgen_test` compiled into a module: node wasm-tests.mjs GLUE.
// The names below are those that wasm-bindgen-test exports for its own runner, at the pinned version.
import { createRequire } from "node:module";
import process from "node:process";

const glue = process.argv[2];
if (glue === undefined) throw new Error("usage: node wasm-tests.mjs GLUE.js");

/** Hands console calls to the test that makes them, and keeps the original for the tests' report. */
const handlers = {};
globalThis.__wbgtest_og_console_log = console.log;
globalThis.__wbgtest_og_console_error = console.error;
for (const method of ["debug", "log", "info", "warn", "error"]) {
  console[method] = (...args) => handlers[method]?.(args);
}
globalThis.__wbg_test_invoke = (test) => test();

const wasm = createRequire(import.meta.url)(glue);
const context = new wasm.WasmBindgenTestContext(false);
for (const method of ["debug", "log", "info", "warn", "error"]) {
  handlers[method] = wasm[`__wbgtest_console_${method}`];
}
context.include_ignored(true);
context.filtered_count(0);

const tests = Object.keys(wasm.__wasm).filter((name) => name.startsWith("__wbgt_"));
const passed = await context.run(tests.map((name) => wasm.__wasm[name]));
process.exit(passed ? 0 : 1);

/** The modules of the core: `core`, which signs and verifies, and `full`, which has all of it and explains and imports, too. */

import { callError } from "./error.js";
import { packageFile } from "./package-file.js";
import { checkRuntime, compileError } from "./runtime.js";

/** The source of a module: compiled, its bytes, or the response to a request for them. */
export type WasmSource = WasmModule | ArrayBuffer | Uint8Array | WasmResponse;

/**
 * A `WebAssembly.Module`, or any object where the program's type libraries do not declare one: a declaration that names the
 * type would not compile there.
 */
export type WasmModule = typeof globalThis extends {
  WebAssembly: { Module: { prototype: infer Module } };
}
  ? Module
  : object;

/** The used members of a `Response`. */
export interface WasmResponse {
  readonly ok: boolean;
  readonly status: number;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/**
 * A module, or its bytes.
 * @internal
 */
export type Compilable = WebAssembly.Module | BufferSource;

/**
 * Returns a module that an entry of the package brings.
 * @internal
 */
export type ModuleLoader = () => Compilable;

let loadCore: ModuleLoader | undefined;
let loadFull: ModuleLoader | undefined;

/**
 * Sets the source of the module `core`. Each entry that brings it calls this when it is loaded.
 * @internal
 */
export function setCoreLoader(load: ModuleLoader): void {
  loadCore = load;
}

/**
 * Sets the source of the module `full`: see full.ts.
 * @internal
 */
export function setFullLoader(load: ModuleLoader): void {
  loadFull = load;
}

/**
 * The modules that verify with public keys: see public-key.ts and ed25519.ts.
 * @internal
 */
export const publicKeyModules: ModuleLoader[] = [];

/**
 * Adds a module that verifies with public keys.
 * @internal
 */
export function addPublicKeyModule(load: ModuleLoader): void {
  publicKeyModules.push(load);
}

/**
 * The module that calls start with: `core`, or `full` where only that one is there.
 * @internal
 */
export function coreModule(): Compilable {
  const load = loadCore ?? loadFull;
  if (load !== undefined) return load();
  throw new Error(
    'hookseal has no core yet. With hookseal/slim, call `await init(...)` with the module, its bytes, or `fetch(...)` of "hookseal/core.wasm" first. ' +
      'Otherwise import `init` from "hookseal", and call `await init()`.',
  );
}

/**
 * The module `full`: as `hookseal/full` brings it, or else from the file of the package.
 * @internal
 */
export function fullModule(): Compilable {
  const module = loadFull?.() ?? packageFile("full");
  if (module !== undefined) return module;
  throw callError(
    "full-missing",
    'Explaining, importing, schemas and definitions need the full module of hookseal, and this program contains the light one only. Add `import "hookseal/full"` to it. ' +
      'Or load "hookseal/full.wasm" yourself, and pass it to `initFull`.',
  );
}

/**
 * A source as a compiled module.
 * @internal
 */
export async function compileSource(source: WasmSource | Compilable): Promise<WebAssembly.Module> {
  let compilable: unknown = source;
  if (isResponse(source)) {
    if (!source.ok) throw new Error(`The request for hookseal's core failed with status ${source.status}.`);
    compilable = await source.arrayBuffer();
  }
  if (isModule(compilable as Compilable)) return compilable as WebAssembly.Module;
  checkRuntime();
  try {
    // Not as a method: webpack fails to build middleware of Next.js that contains `WebAssembly.compile(...)`, called or not.
    const { compile } = WebAssembly;
    return await compile(compilable as BufferSource);
  } catch (thrown) {
    throw compileError(thrown);
  }
}

/**
 * A module, compiled at once.
 * @internal
 */
export function compileNow(source: Compilable): WebAssembly.Module {
  if (isModule(source)) return source;
  try {
    return new WebAssembly.Module(source);
  } catch (thrown) {
    throw compileError(thrown);
  }
}

/**
 * An instance of a module without imports, compiled at once. WebKit checks a Content-Security-Policy when a module is instantiated.
 * @internal
 */
export function instanceNow(source: Compilable): WebAssembly.Instance {
  const module = compileNow(source);
  try {
    return new WebAssembly.Instance(module);
  } catch (thrown) {
    throw compileError(thrown);
  }
}

function isResponse(source: WasmSource | Compilable): source is WasmResponse {
  return "arrayBuffer" in source;
}

/** Whether the source is compiled, in any realm: Next.js compiles outside of the realm that its edge runtime runs in. */
function isModule(source: Compilable): source is WebAssembly.Module {
  return Object.prototype.toString.call(source) === "[object WebAssembly.Module]";
}

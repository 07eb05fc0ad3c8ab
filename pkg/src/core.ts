/** The WebAssembly core: instantiated on the first call, with one scratch buffer in its memory for input. */
import { callError, type HooksealError } from "./error.js";
import * as glue from "./generated/glue.js";
import { ResultLayout } from "./generated/layout.js";
import {
  type Compilable,
  compileNow,
  compileSource,
  coreModule,
  fullModule,
  type WasmSource,
} from "./modules.js";
import { createNativeHasher, nativeDigest } from "./native-hash.js";
import { createPublicKeyVerifier } from "./public-key-verifier.js";
import { checkRuntime, compileError, TextDecoder, TextEncoder } from "./runtime.js";

/** The functions of the module `full`, and all others. Both modules have the same glue. */
type FullGlue = typeof glue;
/** The functions of the module `core`. */
type CoreGlue = Omit<
  FullGlue,
  | "DetectorHandle"
  | "ImportStream"
  | "SchemaHandle"
  | "export_delivery"
  | "import_text"
  | "provider_definition"
>;

/** The compiled module, from which an instance that trapped is replaced. */
let compiled: WebAssembly.Module | undefined;
/** Whether that module is `full`. */
let isFull = false;
let memory: WebAssembly.Memory | undefined;
/** The generation of the current instance. */
let instanceGeneration = 0;

/**
 * After a WebAssembly trap the instance is never called again, because the call that trapped left its memory half changed.
 * The code that catches a trap increments `generation`. (An assignment needs no stack, which may be exhausted.) The next call
 * makes a new instance, and each {@link CoreHandle} makes its object again.
 *
 * `tapeGeneration` counts the verifications: each overwrites the tape of the one before. `scratchGeneration` counts the calls
 * that write into the scratch buffer.
 * @internal
 */
export const state = { generation: 1, tapeGeneration: 0, scratchGeneration: 0 };

/** All of the core's memory; replaced when the memory has grown, which detaches the view. */
let view = new Uint8Array(0);
/** The address and the length of the scratch buffer. It moves only when it grows. */
let scratchPtr = 0;
let scratchLength = 0;

/** The same memory as words of four bytes. */
let words = new Uint32Array(0);
/** The words of the last verification's result. */
let result = new Uint32Array(0);

/**
 * The used methods of Node's Buffer. PERF: `write` and `toString` call these after reading their arguments, which takes as
 * long as the work.
 */
interface NodeBuffer {
  utf8Write(text: string, offset: number, length: number): number;
  utf8Slice(start: number, end: number): string;
  latin1Slice(start: number, end: number): string;
  latin1Write(text: string, offset: number, length: number): number;
}
let buffer: NodeBuffer | undefined;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * The core's functions, ready to be called: those that both modules have.
 * @internal
 */
export function core(): CoreGlue {
  if (instanceGeneration !== state.generation) instantiate(compiled ?? coreModule());
  return glue;
}

/**
 * The core's functions, with those of the module `full`. INVARIANT: call it before anything is written for a call, since it
 * may replace the instance: `full` takes the place of `core`, and then objects are made again as after a trap.
 * @internal
 */
export function fullCore(): FullGlue {
  if (isFull) core();
  else switchTo(fullModule());
  return glue;
}

/** Replaces the instance by one of another module. If that fails, the next call goes on with the module of before. */
function switchTo(source: Compilable): void {
  checkRuntime();
  const module = compileNow(source);
  // Objects of the instance that is replaced belong to the generation of before.
  state.generation += 1;
  instantiate(module);
}

/**
 * A handle to an object in the core's memory. After a trap, the object is made again from the same arguments. Therefore the
 * arguments stay in JavaScript, and a webhook's secrets with them. SECURITY: they are in private fields, which neither printing
 * nor copying an object shows.
 * @internal
 */
export class CoreHandle<T> {
  readonly #make: () => T;
  #object: T;
  #generation: number;

  constructor(make: () => T) {
    this.#make = make;
    this.#object = make();
    this.#generation = state.generation;
  }

  /** The object, valid until the next call that may trap. */
  get(): T {
    if (this.#generation !== state.generation) {
      this.#object = this.#make();
      this.#generation = state.generation;
    }
    return this.#object;
  }
}

/**
 * Calls the core, and turns a trap into an error of the package. INVARIANT: `work` runs no code of the caller, whose errors
 * would count as traps.
 * @internal
 */
export function callCore<T>(work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    if (typeof thrown === "object" && thrown !== null && ("issues" in thrown || "keyword" in thrown))
      throw thrown;
    state.generation += 1;
    throw trapError(thrown);
  }
}

/**
 * The error for a trap.
 * @internal
 */
export function trapError(thrown: unknown): HooksealError {
  const { name, message, code } = (thrown ?? {}) as { name?: unknown; message?: unknown; code?: unknown };
  const isOverflow = isStackOverflow(message);
  // An array or a string over the engine's limit, or a core whose memory cannot grow.
  if (!isOverflow && (name === "RangeError" || code === "ERR_STRING_TOO_LONG" || isMemoryExhausted()))
    return outOfMemory(thrown);
  const reason = isOverflow
    ? "the call stack is exhausted"
    : "this is a bug in the package, please report it";
  const error = callError(
    "internal",
    `The core stopped with ${String(name)}: ${reason}. It was restarted, and later calls are not affected.`,
  );
  return withCause(error, thrown);
}

/**
 * Whether the call stack was exhausted, by the messages of V8 and JavaScriptCore, or of SpiderMonkey. No regular expression:
 * V8 ends the process if it has no stack left to compile one.
 */
export function isStackOverflow(message: unknown): boolean {
  return typeof message === "string" && (message.includes("call stack") || message.includes("recursion"));
}

function outOfMemory(cause?: unknown): HooksealError {
  const message =
    "The core did not get the memory that this call needs. Pass less at a time, or lower `maxBytes`. Later calls are not affected.";
  return withCause(callError("out-of-memory", message), cause);
}

function withCause(error: HooksealError, cause: unknown): HooksealError {
  if (cause === undefined) return error;
  return Object.defineProperty(error, "cause", { value: cause, configurable: true, writable: true });
}

/** Whether the memory of a discarded core can no longer grow to twice its size, or by 256 MiB if that is more. */
function isMemoryExhausted(): boolean {
  try {
    memory?.grow(Math.max(memory.buffer.byteLength / 65_536, 4_096));
    return false;
  } catch {
    return true;
  }
}

/**
 * Instantiates the core now instead of at the first call. Optional, except for `hookseal/slim`, which needs the module as
 * `source`: that of "hookseal/core.wasm" or that of "hookseal/full.wasm". Idempotent.
 */
export async function init(source?: WasmSource | PromiseLike<WasmSource>): Promise<void> {
  if (compiled !== undefined) return;
  const resolved = source === undefined ? undefined : await source;
  const module = await compileSource(resolved ?? coreModule());
  // Another call may have instantiated the core meanwhile, and its instance is in use.
  if (compiled === undefined) instantiate(module);
}

/**
 * Instantiates the full module now instead of at the first call that needs it, as from "hookseal/full.wasm" in a browser.
 * Webhooks that were made before go on with it. Without `source`, the module is that of `hookseal/full`, or the package's file.
 *
 * @example
 * ```ts
 * await initFull(fetch(new URL("hookseal/full.wasm", import.meta.url)));
 * ```
 */
export async function initFull(source?: WasmSource | PromiseLike<WasmSource>): Promise<void> {
  if (isFull) return;
  const resolved = source === undefined ? undefined : await source;
  const module = await compileSource(resolved ?? fullModule());
  if (!isFullModule(module)) throw new Error('Expected the module "hookseal/full.wasm", got another one.');
  if (!isFull) switchTo(module);
}

/** Whether a module has the functions that only `full` has. */
function isFullModule(module: WebAssembly.Module): boolean {
  return WebAssembly.Module.exports(inThisRealm(module)).some(({ name }) => name === FULL_EXPORT);
}

/** A function that only the module `full` has. */
const FULL_EXPORT = "hook_explain";

/** Makes a module of another realm one of this: the glue recognizes no others. */
function inThisRealm(module: WebAssembly.Module): WebAssembly.Module {
  return module instanceof WebAssembly.Module
    ? module
    : Object.setPrototypeOf(module, WebAssembly.Module.prototype);
}

function instantiate(source: Compilable): void {
  checkRuntime();
  const module = inThisRealm(compileNow(source));
  // An instance that trapped may be large, so every reference to it is dropped first.
  const { generation } = state;
  glue.forget();
  memory = undefined;
  view = new Uint8Array(0);
  words = result = new Uint32Array(0);
  buffer = undefined;
  scratchPtr = scratchLength = 0;
  state.tapeGeneration += 1;
  try {
    const exports = glue.initSync({ module });
    memory = exports.memory;
    isFull = FULL_EXPORT in exports;
  } catch (thrown) {
    if (thrown instanceof RangeError) throw outOfMemory(thrown);
    // Imports that a module of another version lacks. WebKit throws any other error for a policy, and only here.
    throw thrown instanceof TypeError ? thrown : compileError(thrown);
  }
  compiled = module;
  instanceGeneration = generation;
  const hasher = createNativeHasher(memoryBytes);
  if (hasher !== undefined) glue.set_native_hasher(hasher);
  glue.set_public_key_verifier(createPublicKeyVerifier(memoryBytes));
}

/**
 * The SHA-256 of bytes of the scratch buffer, in hex. Overwrites the texts of the last call.
 * @internal
 */
export function scratchDigest(length: number, offset: number): string {
  const start = scratchPtr + offset;
  return (
    nativeDigest(memoryBytes().subarray(start, start + length)) ?? resultText(core().digest(offset, length))
  );
}

/**
 * The SHA-256 of bytes, or of a text's UTF-8, in hex.
 * @internal
 */
export function digestOf(data: Uint8Array | string): string {
  return (
    nativeDigest(data) ??
    callCore(() => {
      if (typeof data === "string") return scratchDigest(writeText(data), 0);
      writeBytes(data);
      return scratchDigest(data.length, 0);
    })
  );
}

/**
 * Reserves `length` bytes of the scratch buffer. A buffer that grows loses its contents, so reserve all bytes of a call
 * before writing any.
 * @internal
 */
export function reserve(length: number): void {
  const { scratch } = core();
  state.scratchGeneration += 1;
  if (length <= scratchLength) return;
  // The glue would truncate a longer length to 32 bits.
  if (length > MAX_SCRATCH_BYTES) throw outOfMemory();
  try {
    scratchPtr = scratch(length);
  } catch (thrown) {
    state.generation += 1;
    throw isStackOverflow((thrown as Partial<Error> | undefined)?.message)
      ? trapError(thrown)
      : outOfMemory(thrown);
  }
  scratchLength = length;
}

/** The longest of Rust's vectors with pointers of 32 bits. */
const MAX_SCRATCH_BYTES = 0x7fff_ffff;

/**
 * The core's memory. When it grows, every older view is detached and has no length.
 * @internal
 */
export function memoryBytes(): Uint8Array {
  if (view.length === 0) refreshViews();
  return view;
}

function refreshViews(): void {
  const { buffer: bytes } = memory as WebAssembly.Memory;
  view = new Uint8Array(bytes);
  words = new Uint32Array(bytes);
  result = new Uint32Array(bytes, core().result_ptr(), ResultLayout.words);
  // PERF: Node's Buffer reads and writes texts without a new view for each.
  const { Buffer } = globalThis as { Buffer?: { from(memory: ArrayBuffer): Partial<NodeBuffer> } };
  const node = Buffer?.from(bytes);
  const isComplete = node?.utf8Write && node.utf8Slice && node.latin1Slice && node.latin1Write;
  buffer = isComplete ? (node as NodeBuffer) : undefined;
}

/**
 * Writes bytes into the scratch buffer at an offset.
 * @internal
 */
export function writeBytes(bytes: Uint8Array, offset = 0): void {
  reserve(offset + bytes.length);
  memoryBytes().set(bytes, scratchPtr + offset);
}

/**
 * Writes a text into the scratch buffer as UTF-8, and returns its length in bytes.
 * @internal
 */
export function writeText(text: string, offset = 0): number {
  // A UTF-16 code unit never needs more than three bytes.
  const maxBytes = text.length * 3;
  reserve(offset + maxBytes);
  const start = scratchPtr + offset;
  const target = memoryBytes();
  if (buffer !== undefined) return buffer.utf8Write(text, start, maxBytes);
  return encoder.encodeInto(text, target.subarray(start, start + maxBytes)).written;
}

/**
 * Writes a text of one character per byte into the scratch buffer.
 * @internal
 */
export function writeLatin1(text: string): void {
  const { length } = text;
  reserve(length);
  const target = memoryBytes();
  if (buffer !== undefined) buffer.latin1Write(text, scratchPtr, length);
  else for (let index = 0; index < length; index++) target[scratchPtr + index] = text.charCodeAt(index);
}

/**
 * Copies bytes out of the scratch buffer.
 * @internal
 */
export function readBytes(length: number, offset = 0): Uint8Array {
  return memoryBytes().slice(scratchPtr + offset, scratchPtr + offset + length);
}

/**
 * Whether bytes outside of ASCII can be kept as a text of one character per byte.
 * @internal
 */
export function hasLatin1(): boolean {
  memoryBytes();
  return buffer !== undefined;
}

/**
 * The address of an offset in the scratch buffer.
 * @internal
 */
export function scratchAddress(offset: number): number {
  return scratchPtr + offset;
}

/**
 * The text of bytes of the core's memory. `isLatin1`: one character per byte. Without Node's Buffer, only for ASCII.
 * @internal
 */
export function textAt(start: number, length: number, isLatin1: boolean): string {
  const bytes = memoryBytes();
  if (buffer !== undefined) {
    return isLatin1 ? buffer.latin1Slice(start, start + length) : buffer.utf8Slice(start, start + length);
  }
  return decoder.decode(bytes.subarray(start, start + length));
}

/**
 * The words of the last verification's result: `AcceptedWord` or `RejectedWord` of the layout.
 * @internal
 */
export function resultWords(): Uint32Array {
  memoryBytes();
  return result;
}

/**
 * All of the core's memory as words of four bytes.
 * @internal
 */
export function memoryWords(): Uint32Array {
  memoryBytes();
  return words;
}

/**
 * A view of the bytes that the last call returned, valid until the next call.
 * @internal
 */
export function resultBytes(length: number): Uint8Array {
  const start = core().text();
  return memoryBytes().subarray(start, start + length);
}

/**
 * The text that the last call returned.
 * @internal
 */
export function resultText(length: number): string {
  return textAt(core().text(), length, false);
}

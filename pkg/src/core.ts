/** The WebAssembly core: instantiated on the first call, with one scratch buffer in its memory for input. */
import { builtin } from "./builtin.js";
import { callError, type HooksealError } from "./error.js";
import * as glue from "./generated/glue.js";
import { ALGORITHMS, ResultLayout, TAG_BYTES } from "./generated/layout.js";
import {
  type Compilable,
  compileNow,
  compileSource,
  coreModule,
  fullModule,
  type WasmSource,
} from "./modules.js";
import { checkRuntime, TextDecoder, TextEncoder } from "./runtime.js";

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
 * `tapeGeneration` counts the verifications: each overwrites the tape of the one before.
 * @internal
 */
export const state = { generation: 1, tapeGeneration: 0 };

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
    throw thrown instanceof RangeError ? outOfMemory(thrown) : thrown;
  }
  compiled = module;
  instanceGeneration = generation;
  nodeCrypto = builtin<NodeCrypto>("node:crypto");
  const hasher = createNativeHasher();
  if (hasher !== undefined) glue.set_native_hasher(hasher);
}

/** The used functions of Node's crypto. */
interface NodeCrypto {
  hash(algorithm: string, data: Uint8Array | string, encoding: "latin1" | "hex"): string;
  createHash(algorithm: string): { update(part: Uint8Array): void; digest(encoding: "latin1"): string };
}

/** Node's crypto, which other runtimes have too. Loaded without an `import`, which runtimes without it would reject. */
let nodeCrypto: Partial<NodeCrypto> | undefined;

/** The functions that the core calls: see src/wasm/native_hash.rs. Each returns whether it succeeded. */
interface NativeHasher {
  hash(algorithm: number, start: number, length: number, out: number): boolean;
  start(algorithm: number): boolean;
  add(start: number, length: number): boolean;
  end(algorithm: number, out: number): boolean;
}

/**
 * Node's own hash, many times as fast as the core's where the processor has instructions for it. WebCrypto is asynchronous,
 * so it cannot be used.
 */
function createNativeHasher(): NativeHasher | undefined {
  const { hash, createHash } = nodeCrypto ?? {};
  if (hash === undefined || createHash === undefined) return undefined;
  /** Writes a digest into memory. Returns false for an invalid one: then, as after any failure, the core hashes itself. */
  const writeDigest = (digest: string, algorithm: number, out: number): boolean => {
    const length = digest.length;
    if (length !== TAG_BYTES[algorithm]) return false;
    const target = memoryBytes();
    for (let index = 0; index < length; index++) target[out + index] = digest.charCodeAt(index);
    return true;
  };
  let message: ReturnType<NodeCrypto["createHash"]> | undefined;
  return {
    hash(algorithm, start, length, out) {
      try {
        const part = memoryBytes().subarray(start, start + length);
        return writeDigest(hash(ALGORITHMS[algorithm] as string, part, "latin1"), algorithm, out);
      } catch {
        return false;
      }
    },
    start(algorithm) {
      try {
        message = createHash(ALGORITHMS[algorithm] as string);
      } catch {
        message = undefined;
      }
      return message !== undefined;
    },
    add(start, length) {
      try {
        message?.update(memoryBytes().subarray(start, start + length));
        return true;
      } catch {
        return false;
      }
    },
    end(algorithm, out) {
      try {
        return writeDigest(message?.digest("latin1") ?? "", algorithm, out);
      } catch {
        return false;
      }
    },
  };
}

/** The SHA-256 by the native hash, in hex; undefined where there is none, or where it fails. */
function nativeDigest(data: Uint8Array | string): string | undefined {
  try {
    const digest = nodeCrypto?.hash?.("sha256", data, "hex");
    return digest?.length === 64 ? digest : undefined;
  } catch {
    return undefined;
  }
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
 * The SHA-256 of a text's UTF-8, in hex.
 * @internal
 */
export function textDigest(text: string): string {
  return nativeDigest(text) ?? callCore(() => scratchDigest(writeText(text), 0));
}

/**
 * Reserves `length` bytes of the scratch buffer. A buffer that grows loses its contents, so reserve all bytes of a call
 * before writing any.
 * @internal
 */
export function reserve(length: number): void {
  const { scratch } = core();
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

/** The core's memory. When it grows, every older view is detached and has no length. */
function memoryBytes(): Uint8Array {
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
  buffer = node?.utf8Write && node.utf8Slice && node.latin1Slice ? (node as NodeBuffer) : undefined;
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
 * Copies bytes out of the scratch buffer.
 * @internal
 */
export function readBytes(length: number, offset = 0): Uint8Array {
  return memoryBytes().slice(scratchPtr + offset, scratchPtr + offset + length);
}

/**
 * The text of bytes of the scratch buffer. ASCII needs no decoding.
 * @internal
 */
export function scratchText(length: number, offset: number, isAscii: boolean): string {
  return textAt(scratchPtr + offset, length, isAscii);
}

/**
 * The text of bytes of the core's memory.
 * @internal
 */
export function textAt(start: number, length: number, isAscii: boolean): string {
  const bytes = memoryBytes();
  if (buffer !== undefined) {
    return isAscii ? buffer.latin1Slice(start, start + length) : buffer.utf8Slice(start, start + length);
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

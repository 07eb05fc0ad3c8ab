/** The WebAssembly core: instantiated on the first call, and fed through one buffer in its memory. */
import { builtin } from "./builtin.js";
import { callError, type HooksealError } from "./error.js";
import * as glue from "./generated/glue.js";
import { checkRuntime, TextDecoder, TextEncoder, uncompiled } from "./runtime.js";

/** What the core can be made from: a compiled module, its bytes, or the answer to a request for them. */
export type WasmSource = WasmModule | ArrayBuffer | Uint8Array | WasmResponse;

/**
 * A `WebAssembly.Module`, under its name where the program's libraries have one: not everybody's do, and a
 * declaration that names it would not compile for them.
 */
export type WasmModule = typeof globalThis extends {
  WebAssembly: { Module: { prototype: infer Module } };
}
  ? Module
  : object;

/** What is needed of a `Response`. */
export interface WasmResponse {
  readonly ok: boolean;
  readonly status: number;
  arrayBuffer(): Promise<ArrayBuffer>;
}

type Compilable = WebAssembly.Module | BufferSource;

let loadModule: (() => Compilable) | undefined;
/** Kept compiled, so that an instance that trapped is replaced without compiling again. */
let compiled: WebAssembly.Module | undefined;
let memory: WebAssembly.Memory | undefined;
/** The generation of the instance that is there. */
let made = 0;

/**
 * A trap leaves the instance as it was in the middle of a call: it is never called again. Whoever catches what a call
 * threw counts `generation` up, by an assignment, since there may be no stack left for a call; the next call makes the
 * instance anew, and each {@link Held} what it holds.
 *
 * `turn` counts the verdicts: each forgets the tape of the one before.
 * @internal
 */
export const state = { generation: 1, tapeGeneration: 0 };

/** All of the core's memory; replaced when the memory has grown, which detaches the view. */
let view = new Uint8Array(0);
/** Where the scratch buffer stands, and how many bytes it holds. It moves only when it grows. */
let scratchPtr = 0;
let scratchLength = 0;

/** The same memory as numbers of four bytes. */
let words = new Uint32Array(0);
/** Where the core leaves the numbers of a verdict, and how many there are. */
let numbers = new Uint32Array(0);
const RESULT_WORDS = 14;

/**
 * What is used of Node's Buffer, in runtimes that have it: what `write` and `toString` call when they have read
 * their arguments, which takes them as long as the work.
 */
interface NodeBuffer {
  utf8Write(text: string, offset: number, length: number): number;
  utf8Slice(start: number, end: number): string;
  latin1Slice(start: number, end: number): string;
}
let buffered: NodeBuffer | undefined;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Says where the module comes from. Each entry file that brings one does this as it is loaded.
 * @internal
 */
export function setModuleLoader(load: () => Compilable): void {
  loadModule = load;
}

/**
 * The core's functions, ready to be called.
 * @internal
 */
export function core(): typeof glue {
  if (made !== state.generation) {
    if (compiled === undefined && loadModule === undefined) {
      throw new Error(
        'hookseal/slim has no core yet: call `await init(...)` with the module, its bytes, or `fetch(...)` of "hookseal/core.wasm" first.',
      );
    }
    instantiate(compiled ?? (loadModule as () => Compilable)());
  }
  return glue;
}

/**
 * An object of the core's, made anew after a trap from what it was made from the first time. So that is kept in JavaScript,
 * a webhook's secrets with it: behind private names, where neither printing nor copying an object reaches.
 * @internal
 */
export class Held<T> {
  readonly #make: () => T;
  #made: T;
  #generation: number;

  constructor(make: () => T) {
    this.#make = make;
    this.#made = make();
    this.#generation = state.generation;
  }

  /** The object, good until the next call that may trap. */
  get(): T {
    if (this.#generation !== state.generation) {
      this.#made = this.#make();
      this.#generation = state.generation;
    }
    return this.#made;
  }
}

/**
 * Calls the core. Where it traps, the instance is thrown away, and the call ends with one of the package's errors.
 * Nothing of the caller's may run inside: its errors are its own.
 * @internal
 */
export function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    if (typeof thrown === "object" && thrown !== null && ("issues" in thrown || "keyword" in thrown))
      throw thrown;
    state.generation += 1;
    throw trapped(thrown);
  }
}

/**
 * The error for what came out of the core instead of an answer.
 * @internal
 */
export function trapped(thrown: unknown): HooksealError {
  const { name, message, code } = (thrown ?? {}) as { name?: unknown; message?: unknown; code?: unknown };
  const deep = isDeep(message);
  // An array or a text that is longer than the engine's can be; or a core whose memory can grow no more.
  if (!deep && (name === "RangeError" || code === "ERR_STRING_TOO_LONG" || isFull()))
    return outOfMemory(thrown);
  const why = deep ? "the call stack is exhausted" : "this is a fault of the package, please report it";
  const error = callError(
    "internal",
    `The core stopped with ${String(name)}: ${why}. It was started again, and later calls are not affected.`,
  );
  return withCause(error, thrown);
}

/**
 * Whether the call stack was exhausted, by the words of V8 and JavaScriptCore, or of SpiderMonkey. Not by a regular
 * expression: V8 ends the process where it has no stack left to compile one.
 */
export function isDeep(message: unknown): boolean {
  return typeof message === "string" && (message.includes("call stack") || message.includes("recursion"));
}

function outOfMemory(cause?: unknown): HooksealError {
  const message =
    "The core did not get the memory that this call needs. Pass less at a time, or lower `maxBytes`. Later calls are not affected.";
  return withCause(callError("out-of-memory", message, 503), cause);
}

function withCause(error: HooksealError, cause: unknown): HooksealError {
  if (cause === undefined) return error;
  return Object.defineProperty(error, "cause", { value: cause, configurable: true, writable: true });
}

/** Whether a core that is not wanted any more could not have had as much memory again, and no less than 256 MiB. */
function isFull(): boolean {
  try {
    memory?.grow(Math.max(memory.buffer.byteLength / 65_536, 4_096));
    return false;
  } catch {
    return true;
  }
}

/**
 * Instantiates the core now instead of at the first call. Optional (but for `hookseal/slim`, which has to
 * be handed its module), and idempotent.
 */
export async function init(source?: WasmSource | PromiseLike<WasmSource>): Promise<void> {
  if (compiled !== undefined) return;
  const given = source === undefined ? undefined : await source;
  let compilable: Compilable | undefined;
  if (given === undefined) compilable = loadModule?.();
  else if (isResponse(given)) {
    if (!given.ok) throw new Error(`The request for hookseal's core was answered ${given.status}.`);
    compilable = await given.arrayBuffer();
  } else compilable = given as Compilable;
  if (compilable !== undefined && !isModule(compilable)) {
    checkRuntime();
    try {
      compilable = await WebAssembly.compile(compilable);
    } catch (thrown) {
      throw uncompiled(thrown);
    }
  }
  // Another call may have been faster, and what it handed out has to stay good.
  if (compiled !== undefined) return;
  if (compilable === undefined) core();
  else instantiate(compilable);
}

function isResponse(source: WasmSource): source is WasmResponse {
  return "arrayBuffer" in source;
}

/** Whether it is compiled, in whatever realm: Next.js compiles outside of the one that its edge runtime runs in. */
function isModule(source: Compilable): source is WebAssembly.Module {
  return Object.prototype.toString.call(source) === "[object WebAssembly.Module]";
}

function instantiate(source: Compilable): void {
  checkRuntime();
  const module = isModule(source) ? source : compile(source);
  // To the glue, a module of another realm would be none.
  if (!(module instanceof WebAssembly.Module)) Object.setPrototypeOf(module, WebAssembly.Module.prototype);
  // What is left of an instance that trapped: let go of first, it may be large.
  const { generation } = state;
  glue.forget();
  memory = undefined;
  view = new Uint8Array(0);
  words = numbers = new Uint32Array(0);
  buffered = undefined;
  scratchPtr = scratchLength = 0;
  state.tapeGeneration += 1;
  try {
    memory = glue.initSync({ module }).memory;
  } catch (thrown) {
    throw thrown instanceof RangeError ? outOfMemory(thrown) : thrown;
  }
  compiled = module;
  made = generation;
  const platform = createNativeHasher();
  if (platform !== undefined) glue.set_native_hasher(platform);
}

function compile(bytes: BufferSource): WebAssembly.Module {
  try {
    return new WebAssembly.Module(bytes);
  } catch (thrown) {
    throw uncompiled(thrown);
  }
}

const ALGORITHMS = ["sha1", "sha256", "sha512"];

/** What is used of Node's crypto. */
interface NodeCrypto {
  hash(algorithm: string, data: Uint8Array, encoding: "latin1"): string;
  createHash(algorithm: string): { update(part: Uint8Array): void; digest(encoding: "latin1"): string };
}

/** What the core calls: see src/wasm/native_hash.rs. Each says whether it did what it should. */
interface Platform {
  hash(algorithm: number, at: number, length: number, out: number): boolean;
  start(algorithm: number): boolean;
  add(at: number, length: number): boolean;
  end(algorithm: number, out: number): boolean;
}

/**
 * Node's own hash, which is many times as fast as the core's where the processor has instructions for it. Asked
 * for without an import, so that the same file runs where there is none; WebCrypto's answers too late to be of use.
 */
function createNativeHasher(): Platform | undefined {
  const { hash, createHash } = builtin<NodeCrypto>("node:crypto") ?? {};
  if (hash === undefined || createHash === undefined) return undefined;
  /** Leaves a digest in memory. One that is none leaves the work to the core, as whatever else goes wrong does. */
  const writeDigest = (digest: string, algorithm: number, out: number): boolean => {
    const length = digest.length;
    if (length !== DIGEST_LENGTHS[algorithm]) return false;
    const target = memoryBytes();
    for (let at = 0; at < length; at++) target[out + at] = digest.charCodeAt(at);
    return true;
  };
  let message: ReturnType<NodeCrypto["createHash"]> | undefined;
  return {
    hash(algorithm, at, length, out) {
      try {
        const digest = hash(
          ALGORITHMS[algorithm] as string,
          memoryBytes().subarray(at, at + length),
          "latin1",
        );
        return writeDigest(digest, algorithm, out);
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
    add(at, length) {
      try {
        message?.update(memoryBytes().subarray(at, at + length));
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

const DIGEST_LENGTHS = [20, 32, 64];

/**
 * Makes room for `length` bytes in the scratch buffer. A buffer that has to grow forgets what it held, so
 * ask for all the room before anything is put there.
 * @internal
 */
export function reserve(length: number): void {
  const { scratch } = core();
  if (length <= scratchLength) return;
  // What a number of 32 bits cannot say, the core would take for less.
  if (length > MAX_SCRATCH_BYTES) throw outOfMemory();
  try {
    scratchPtr = scratch(length);
  } catch (thrown) {
    state.generation += 1;
    throw isDeep((thrown as Partial<Error> | undefined)?.message) ? trapped(thrown) : outOfMemory(thrown);
  }
  scratchLength = length;
}

/** The longest of Rust's vectors, where pointers have 32 bits. */
const MAX_SCRATCH_BYTES = 0x7fff_ffff;

/** The core's memory as it is now: growing it detaches every older view, and leaves it without length. */
function memoryBytes(): Uint8Array {
  if (view.length === 0) refreshViews();
  return view;
}

function refreshViews(): void {
  const { buffer } = memory as WebAssembly.Memory;
  view = new Uint8Array(buffer);
  words = new Uint32Array(buffer);
  numbers = new Uint32Array(buffer, core().result_ptr(), RESULT_WORDS);
  // Where there is Node's Buffer, it reads and writes texts without a new view for each.
  const { Buffer } = globalThis as { Buffer?: { from(memory: ArrayBuffer): Partial<NodeBuffer> } };
  const node = Buffer?.from(buffer);
  buffered = node?.utf8Write && node.utf8Slice && node.latin1Slice ? (node as NodeBuffer) : undefined;
}

/**
 * Puts bytes into the scratch buffer, `offset` bytes behind its start.
 * @internal
 */
export function writeBytes(bytes: Uint8Array, offset = 0): void {
  reserve(offset + bytes.length);
  memoryBytes().set(bytes, scratchPtr + offset);
}

/**
 * Puts a text into the scratch buffer as UTF-8, and says how many bytes it has.
 * @internal
 */
export function writeText(text: string, offset = 0): number {
  // A UTF-16 code unit never needs more than three bytes.
  const most = text.length * 3;
  reserve(offset + most);
  const start = scratchPtr + offset;
  const target = memoryBytes();
  if (buffered !== undefined) return buffered.utf8Write(text, start, most);
  return encoder.encodeInto(text, target.subarray(start, start + most)).written;
}

/**
 * Copies bytes out of the scratch buffer.
 * @internal
 */
export function readBytes(length: number, offset = 0): Uint8Array {
  return memoryBytes().slice(scratchPtr + offset, scratchPtr + offset + length);
}

/**
 * The text of bytes of the scratch buffer. Where they are known to be ASCII, nothing is decoded.
 * @internal
 */
export function scratchText(length: number, offset: number, ascii: boolean): string {
  return textAt(scratchPtr + offset, length, ascii);
}

/**
 * The text of bytes of the core's memory.
 * @internal
 */
export function textAt(start: number, length: number, ascii: boolean): string {
  const bytes = memoryBytes();
  if (buffered !== undefined) {
    return ascii ? buffered.latin1Slice(start, start + length) : buffered.utf8Slice(start, start + length);
  }
  return decoder.decode(bytes.subarray(start, start + length));
}

/**
 * The numbers the last verdict came with.
 * @internal
 */
export function resultWords(): Uint32Array {
  memoryBytes();
  return numbers;
}

/**
 * All of the core's memory as numbers of four bytes.
 * @internal
 */
export function memoryWords(): Uint32Array {
  memoryBytes();
  return words;
}

/**
 * A view on the bytes that the last call left for JavaScript, good until the next call.
 * @internal
 */
export function resultBytes(length: number): Uint8Array {
  const start = core().text();
  return memoryBytes().subarray(start, start + length);
}

/**
 * The text that the last call left for JavaScript.
 * @internal
 */
export function resultText(length: number): string {
  return textAt(core().text(), length, false);
}

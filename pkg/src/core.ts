/** The WebAssembly core: instantiated on the first call, and fed through one buffer in its memory. */
import * as glue from "./generated/glue.js";

/** What the core can be made from: a compiled module, its bytes, or the answer to a request for them. */
export type CoreSource = CoreModule | ArrayBuffer | Uint8Array | CoreResponse;

/**
 * A `WebAssembly.Module`, under its name where the program's libraries have one: not everybody's do, and a
 * declaration that names it would not compile for them.
 */
export type CoreModule = typeof globalThis extends {
  WebAssembly: { Module: { prototype: infer Module } };
}
  ? Module
  : object;

/** What is needed of a `Response`. */
export interface CoreResponse {
  readonly ok: boolean;
  readonly status: number;
  arrayBuffer(): Promise<ArrayBuffer>;
}

type Compilable = WebAssembly.Module | BufferSource;

let provider: (() => Compilable) | undefined;
let memory: WebAssembly.Memory | undefined;

/** All of the core's memory; replaced when the memory has grown, which detaches the view. */
let view = new Uint8Array(0);
/** Where the scratch buffer stands, and how many bytes it holds. It moves only when it grows. */
let scratchAt = 0;
let scratchLength = 0;

/** The same memory as numbers of four bytes. */
let words = new Uint32Array(0);
/** Where the core leaves the numbers of a verdict, and how many there are. */
let numbers = new Uint32Array(0);
const FACTS = 14;

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
export function provide(load: () => Compilable): void {
  provider = load;
}

/**
 * The core's functions, ready to be called.
 * @internal
 */
export function core(): typeof glue {
  if (memory === undefined) {
    if (provider === undefined) {
      throw new Error(
        'hookseal/slim has no core yet: call `await init(...)` with the module, its bytes, or `fetch(...)` of "hookseal/core.wasm" first.',
      );
    }
    instantiate(provider());
  }
  return glue;
}

/**
 * Instantiates the core now instead of at the first call. Optional (but for `hookseal/slim`, which has to
 * be handed its module), and idempotent.
 */
export async function init(source?: CoreSource | PromiseLike<CoreSource>): Promise<void> {
  if (memory !== undefined) return;
  const given = source === undefined ? undefined : await source;
  let compilable: Compilable | undefined;
  if (given === undefined) compilable = provider?.();
  else if (isResponse(given)) {
    if (!given.ok) throw new Error(`The request for hookseal's core was answered ${given.status}.`);
    compilable = await given.arrayBuffer();
  } else compilable = given as Compilable;
  if (compilable !== undefined && !isModule(compilable)) {
    compilable = await WebAssembly.compile(compilable);
  }
  // Another call may have been faster, and what it handed out has to stay good.
  if (memory !== undefined) return;
  if (compilable === undefined) core();
  else instantiate(compilable);
}

function isResponse(source: CoreSource): source is CoreResponse {
  return "arrayBuffer" in source;
}

/** Whether it is compiled, in whatever realm: Next.js compiles outside of the one that its edge runtime runs in. */
function isModule(source: Compilable): source is WebAssembly.Module {
  return Object.prototype.toString.call(source) === "[object WebAssembly.Module]";
}

function instantiate(module: Compilable): void {
  // To the glue, a module of another realm would be none.
  if (isModule(module)) Object.setPrototypeOf(module, WebAssembly.Module.prototype);
  memory = glue.initSync({ module }).memory;
  const platform = platformHash();
  if (platform !== undefined) glue.use_platform(platform);
}

const ALGORITHMS = ["sha1", "sha256", "sha512"];

/** What is used of Node's crypto. */
interface NodeCrypto {
  hash(algorithm: string, data: Uint8Array, encoding: "latin1"): string;
  createHash(algorithm: string): { update(part: Uint8Array): void; digest(encoding: "latin1"): string };
}

/** What the core calls: see src/wasm/platform.rs. Each says whether it did what it should. */
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
function platformHash(): Platform | undefined {
  const { hash, createHash } = nodeCrypto() ?? {};
  if (hash === undefined || createHash === undefined) return undefined;
  /** Leaves a digest in memory. One that is none leaves the work to the core, as whatever else goes wrong does. */
  const leave = (digest: string, algorithm: number, out: number): boolean => {
    const length = digest.length;
    if (length !== DIGEST_LENGTHS[algorithm]) return false;
    const target = current();
    for (let at = 0; at < length; at++) target[out + at] = digest.charCodeAt(at);
    return true;
  };
  let message: ReturnType<NodeCrypto["createHash"]> | undefined;
  return {
    hash(algorithm, at, length, out) {
      try {
        const digest = hash(ALGORITHMS[algorithm] as string, current().subarray(at, at + length), "latin1");
        return leave(digest, algorithm, out);
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
        message?.update(current().subarray(at, at + length));
        return true;
      } catch {
        return false;
      }
    },
    end(algorithm, out) {
      try {
        return leave(message?.digest("latin1") ?? "", algorithm, out);
      } catch {
        return false;
      }
    },
  };
}

function nodeCrypto(): Partial<NodeCrypto> | undefined {
  const { process } = globalThis as {
    process?: { getBuiltinModule?: (name: string) => Partial<NodeCrypto> | undefined };
  };
  try {
    return process?.getBuiltinModule?.("node:crypto");
  } catch {
    // Next.js's edge runtime has a `process` that throws at whoever asks it for what is Node's.
    return undefined;
  }
}

const DIGEST_LENGTHS = [20, 32, 64];

/**
 * Makes room for `length` bytes in the scratch buffer. A buffer that has to grow forgets what it held, so
 * ask for all the room before anything is put there.
 * @internal
 */
export function room(length: number): void {
  const { scratch } = core();
  if (length <= scratchLength) return;
  scratchAt = scratch(length);
  scratchLength = length;
}

/** The core's memory as it is now: growing it detaches every older view, and leaves it without length. */
function current(): Uint8Array {
  if (view.length === 0) look();
  return view;
}

function look(): void {
  const { buffer } = memory as WebAssembly.Memory;
  view = new Uint8Array(buffer);
  words = new Uint32Array(buffer);
  numbers = new Uint32Array(buffer, core().facts(), FACTS);
  // Where there is Node's Buffer, it reads and writes texts without a new view for each.
  const { Buffer } = globalThis as { Buffer?: { from(memory: ArrayBuffer): Partial<NodeBuffer> } };
  const node = Buffer?.from(buffer);
  buffered = node?.utf8Write && node.utf8Slice && node.latin1Slice ? (node as NodeBuffer) : undefined;
}

/**
 * Puts bytes into the scratch buffer, `offset` bytes behind its start.
 * @internal
 */
export function put(bytes: Uint8Array, offset = 0): void {
  room(offset + bytes.length);
  current().set(bytes, scratchAt + offset);
}

/**
 * Puts a text into the scratch buffer as UTF-8, and says how many bytes it has.
 * @internal
 */
export function putText(text: string, offset = 0): number {
  // A UTF-16 code unit never needs more than three bytes.
  const most = text.length * 3;
  room(offset + most);
  const start = scratchAt + offset;
  const target = current();
  if (buffered !== undefined) return buffered.utf8Write(text, start, most);
  return encoder.encodeInto(text, target.subarray(start, start + most)).written;
}

/**
 * Copies bytes out of the scratch buffer.
 * @internal
 */
export function take(length: number, offset = 0): Uint8Array {
  return current().slice(scratchAt + offset, scratchAt + offset + length);
}

/**
 * The text of bytes of the scratch buffer. Where they are known to be ASCII, nothing is decoded.
 * @internal
 */
export function scratchText(length: number, offset: number, ascii: boolean): string {
  return textAt(scratchAt + offset, length, ascii);
}

/**
 * The text of bytes of the core's memory.
 * @internal
 */
export function textAt(start: number, length: number, ascii: boolean): string {
  const bytes = current();
  if (buffered !== undefined) {
    return ascii ? buffered.latin1Slice(start, start + length) : buffered.utf8Slice(start, start + length);
  }
  return decoder.decode(bytes.subarray(start, start + length));
}

/**
 * The numbers the last verdict came with.
 * @internal
 */
export function facts(): Uint32Array {
  current();
  return numbers;
}

/**
 * All of the core's memory as numbers of four bytes.
 * @internal
 */
export function memoryWords(): Uint32Array {
  current();
  return words;
}

/**
 * A view on the bytes that the last call left for JavaScript, good until the next call.
 * @internal
 */
export function kept(length: number): Uint8Array {
  const start = core().text();
  return current().subarray(start, start + length);
}

/**
 * The text that the last call left for JavaScript.
 * @internal
 */
export function keptText(length: number): string {
  return textAt(core().text(), length, false);
}

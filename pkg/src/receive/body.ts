/** Reading bodies, with a limit of size and a deadline. */
import { asBytes } from "../bytes.js";
import { type Deadlines, deadlinesOf, Pending } from "./deadlines.js";
import type { BodyEncoding } from "./options.js";
import { incomplete, RequestError, tooLarge } from "./response.js";

/** Time to keep draining a rejected body, so that the client receives the response instead of a connection reset. */
export const DRAIN_TIMEOUT_MS = 1_000;

/** Concatenates the chunks of a body. PERF: in one growing buffer, since a list of tiny chunks takes many times their size. */
export class BodyBuffer {
  readonly #maxBytes: number;
  /** The first chunk alone, or a buffer that starts with all chunks. */
  #bytes: Uint8Array | undefined;
  #length = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Appends a chunk. Throws where the body gets too large. */
  add(chunk: Uint8Array): void {
    const length = this.#length + chunk.length;
    if (length > this.#maxBytes) {
      this.#bytes = undefined;
      this.#length = 0;
      throw tooLarge(this.#maxBytes);
    }
    if (this.#bytes === undefined || this.#length === 0) {
      // Most bodies come in one chunk, which is not copied.
      this.#bytes = chunk;
    } else {
      if (length > this.#bytes.length) {
        const larger = new Uint8Array(Math.min(this.#maxBytes, Math.max(length, this.#bytes.length * 2)));
        larger.set(this.#bytes);
        this.#bytes = larger;
      }
      this.#bytes.set(chunk, this.#length);
    }
    this.#length = length;
  }

  /** All bytes that were appended. */
  bytes(): Uint8Array {
    const bytes = this.#bytes ?? new Uint8Array(0);
    return bytes.length === this.#length ? bytes : bytes.subarray(0, this.#length);
  }
}

/** Receives the chunks of a body from its source. */
export interface Sink {
  /** Appends a chunk. */
  add(chunk: unknown): void;
  /** Reports that the body is complete. */
  end(): void;
  /** Reports that the body cannot be completed. */
  fail(error: unknown): void;
}

/**
 * Reads a body with a limit and a deadline. `start` begins to read and returns a function that stops reading, which is called
 * if the body fails before its end.
 */
export function readBody(
  maxBytes: number,
  timeoutMs: number,
  start: (sink: Sink) => () => void,
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    new BodyReading(maxBytes, timeoutMs, resolve, reject).start(start);
  });
}

/** One body while it is read. PERF: an object, since as many functions and variables cost several times as much. */
class BodyReading extends Pending implements Sink {
  readonly #timeoutMs: number;
  readonly #resolve: (body: Uint8Array) => void;
  readonly #reject: (error: unknown) => void;
  readonly #deadlines: Deadlines;
  readonly #buffer: BodyBuffer;
  #isOpen = true;
  #stop: (() => void) | undefined;

  constructor(
    maxBytes: number,
    timeoutMs: number,
    resolve: (body: Uint8Array) => void,
    reject: (error: unknown) => void,
  ) {
    super();
    this.#buffer = new BodyBuffer(maxBytes);
    this.#timeoutMs = timeoutMs;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#deadlines = deadlinesOf(timeoutMs);
  }

  start(start: (sink: Sink) => () => void): void {
    this.#deadlines.start(this);
    this.#stop = start(this);
    if (!this.#isOpen) this.#stop();
  }

  add(chunk: unknown): void {
    if (!this.#isOpen) return;
    try {
      const bytes = asBytes(chunk);
      if (bytes === undefined) throw notBytes(chunk);
      this.#buffer.add(bytes);
    } catch (error) {
      this.#fail(error);
    }
  }

  end(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#deadlines.stop(this);
    this.#resolve(this.#buffer.bytes());
  }

  fail(error: unknown): void {
    this.#fail(toRequestError(error));
  }

  onDeadline(): void {
    const detail = `The body did not arrive within ${this.#timeoutMs} ms.`;
    this.#fail(new RequestError("body-timeout", { detail, headers: { connection: "close" } }));
  }

  #fail(error: unknown): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#deadlines.stop(this);
    this.#stop?.();
    this.#reject(error);
  }
}

/** Converts an error of a body's source: an error of this module, of a server's own limit, or of a broken connection. */
function toRequestError(error: unknown): RequestError {
  if (error instanceof RequestError) return error;
  // SvelteKit's adapter for Node has its own limit, and ends the stream with an error that has this status.
  return (error as { status?: unknown } | undefined)?.status === 413 ? tooLarge() : incomplete();
}

/** The error for a chunk that is not bytes: the signed bytes cannot be restored from it. */
function notBytes(chunk: unknown): RequestError {
  return typeof chunk === "string"
    ? notRawBecause("Its stream is text. Remove setEncoding() and other decoders before the receiver.")
    : notRawBecause(`Expected a stream of bytes (Uint8Array), got chunks of type ${typeof chunk}.`);
}

/** The error for a body whose bytes are not available for a known reason. */
export function notRawBecause(reason: string): RequestError {
  return new RequestError("body-not-raw", {
    outcome: "failed",
    detail: `The raw body of the request is not available. ${reason}`,
  });
}

/**
 * Whether bytes start like gzip (RFC 1952) or zlib (RFC 1950), as no JSON does. Body parsers keep decompressed bytes but leave
 * the Content-Encoding of the request, so the header alone does not tell.
 */
export function isCompressed(bytes: Uint8Array): boolean {
  const [first = 0, second = 0] = bytes;
  return (first === 0x1f && second === 0x8b) || (first === 0x78 && (first * 256 + second) % 31 === 0);
}

/** Whether the platform decompresses this encoding. Some platforms have a constructor that always throws. */
export function supportsEncoding(encoding: BodyEncoding): boolean {
  try {
    return decompressor(encoding) !== undefined;
  } catch {
    return false;
  }
}

/** By way of `globalThis`: Next.js warns about the bare name in builds for Vercel's edge, which lacks the class. */
function decompressor(encoding: BodyEncoding): DecompressionStream {
  return new globalThis.DecompressionStream(encoding);
}

/** Compressed bytes per step. Deflate expands a byte to 1032 at most, so that a step makes about 1 MiB at most. */
const DECOMPRESS_CHUNK_BYTES = 1024;

/** Decompresses a body, and stops where the result exceeds the limit. */
export async function decompress(
  body: Uint8Array,
  encoding: BodyEncoding,
  maxBytes: number,
): Promise<Uint8Array> {
  const stream = decompressor(encoding);
  const writer = stream.writable.getWriter();
  const reader = stream.readable.getReader();
  const buffer = new BodyBuffer(maxBytes);
  const feed = async () => {
    for (let start = 0; start < body.length; start += DECOMPRESS_CHUNK_BYTES) {
      await writer.ready;
      await writer.write(body.slice(start, start + DECOMPRESS_CHUNK_BYTES));
    }
    await writer.close();
  };
  const feeding = feed().then(
    () => undefined,
    (error: unknown) => error ?? new Error("aborted"),
  );
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      buffer.add(value);
    }
  } catch (error) {
    // Both ends are closed; errors of closing are ignored.
    reader.cancel().catch(() => {});
    writer.abort().catch(() => {});
    if (error instanceof RequestError) throw error;
    throw undecodable();
  }
  if ((await feeding) !== undefined) throw undecodable();
  return buffer.bytes();
}

function undecodable(): RequestError {
  return new RequestError("encoding-invalid", {
    detail: "The body cannot be decompressed by its Content-Encoding.",
  });
}

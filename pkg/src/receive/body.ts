/** Bodies as they arrive: never more of them in memory than is allowed, nor for longer. */
import { asBytes } from "../bytes.js";
import { incomplete, RequestError, tooLarge } from "./answer.js";
import type { BodyEncoding } from "./options.js";

/** How long a sender whose body was refused may go on sending it, so that it gets to read why. */
export const DRAIN_TIMEOUT_MS = 1_000;

/** Puts the pieces of a body together in memory of its own size, however small the pieces are. */
export class BodyBuffer {
  readonly #maxBytes: number;
  #bytes = new Uint8Array(0);
  #length = 0;

  constructor(most: number) {
    this.#maxBytes = most;
  }

  /** Takes a piece; throws where it is one too many. */
  add(piece: Uint8Array): void {
    const length = this.#length + piece.length;
    if (length > this.#maxBytes) {
      this.#bytes = new Uint8Array(0);
      throw tooLarge(this.#maxBytes);
    }
    if (this.#length === 0) {
      // Most bodies come in one piece, which is taken as it is.
      this.#bytes = piece as Uint8Array<ArrayBuffer>;
    } else {
      if (length > this.#bytes.length) {
        const wider = new Uint8Array(Math.min(this.#maxBytes, Math.max(length, this.#bytes.length * 2)));
        wider.set(this.#bytes);
        this.#bytes = wider;
      }
      this.#bytes.set(piece, this.#length);
    }
    this.#length = length;
  }

  /** Everything that was added. */
  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }
}

/** What a source of bytes calls. */
export interface Sink {
  /** Takes a piece. */
  add(piece: unknown): void;
  /** The body is complete. */
  end(): void;
  /** It will never be. */
  fail(error: unknown): void;
}

/**
 * Reads a body with a limit and a deadline. `start` begins to read and says how to stop, which is called when nothing
 * more is wanted before the end.
 */
export function readBody(
  most: number,
  patience: number,
  start: (sink: Sink) => () => void,
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const collector = new BodyBuffer(most);
    let open = true;
    let stop: (() => void) | undefined;
    const close = (error?: unknown) => {
      if (!open) return;
      open = false;
      clearTimeout(timer);
      if (error === undefined) resolve(collector.bytes());
      else {
        stop?.();
        reject(error);
      }
    };
    const timer = setTimeout(() => {
      const detail = `The body did not arrive within ${patience} ms.`;
      close(new RequestError(408, "body-timeout", { detail, headers: { connection: "close" } }));
    }, patience);
    stop = start({
      add(piece) {
        if (!open) return;
        try {
          const bytes = asBytes(piece);
          if (bytes === undefined) throw notBytes(piece);
          collector.add(bytes);
        } catch (error) {
          close(error);
        }
      },
      end: () => close(),
      fail: (error) => close(toRequestError(error)),
    });
    if (!open) stop();
  });
}

/** Why a body was not had: for a reason of ours, for one that the server had before, or because it never came. */
function toRequestError(error: unknown): RequestError {
  if (error instanceof RequestError) return error;
  // SvelteKit's adapter for Node has a limit of its own, and breaks off the body's stream with an error of this status.
  return (error as { status?: unknown } | undefined)?.status === 413 ? tooLarge() : incomplete();
}

/** A body that arrives as something else than bytes: what was signed cannot be had from it. */
function notBytes(piece: unknown): RequestError {
  return typeof piece === "string"
    ? notRawBecause(
        "Its stream is text. Remove setEncoding(), and what decodes the stream before the receiver.",
      )
    : notRawBecause(`Expected a stream of bytes (Uint8Array), got pieces of type ${typeof piece}.`);
}

/** A body whose bytes are gone for a reason that is known. */
export function notRawBecause(reason: string): RequestError {
  return new RequestError(500, "body-not-raw", {
    outcome: "failed",
    detail: `The raw body of the request is not available. ${reason}`,
  });
}

/**
 * Whether bytes are compressed, by how they begin: gzip (RFC 1952) or zlib (RFC 1950). No JSON begins so. What a parser keeps, it
 * has decompressed, and leaves the request's Content-Encoding as it was.
 */
export function isCompressed(bytes: Uint8Array): boolean {
  const [first = 0, second = 0] = bytes;
  return (first === 0x1f && second === 0x8b) || (first === 0x78 && (first * 256 + second) % 31 === 0);
}

/** Whether the platform decompresses: where it does not, there may still be a constructor that throws. */
export function supportsEncoding(encoding: BodyEncoding): boolean {
  try {
    return decompressor(encoding) !== undefined;
  } catch {
    return false;
  }
}

/** Named by way of the global object: otherwise Next.js warns whoever builds for Vercel's edge, which has none. */
function decompressor(encoding: BodyEncoding): DecompressionStream {
  return new globalThis.DecompressionStream(encoding);
}

/** How many compressed bytes are handed over at a time: deflate makes at most 1032 bytes of one. */
const DECOMPRESS_CHUNK_BYTES = 1024;

/** Decompresses a body, and stops where it grows beyond the limit. */
export async function decompress(
  body: Uint8Array,
  encoding: BodyEncoding,
  most: number,
): Promise<Uint8Array> {
  const stream = decompressor(encoding);
  const writer = stream.writable.getWriter();
  const reader = stream.readable.getReader();
  const collector = new BodyBuffer(most);
  const feed = async () => {
    for (let at = 0; at < body.length; at += DECOMPRESS_CHUNK_BYTES) {
      await writer.ready;
      await writer.write(body.slice(at, at + DECOMPRESS_CHUNK_BYTES));
    }
    await writer.close();
  };
  const fed = feed().then(
    () => undefined,
    (error: unknown) => error ?? new Error("aborted"),
  );
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      collector.add(value);
    }
  } catch (error) {
    // Both sides end, and what they say of it is not wanted.
    reader.cancel().catch(() => {});
    writer.abort().catch(() => {});
    if (error instanceof RequestError) throw error;
    throw undecodable();
  }
  if ((await fed) !== undefined) throw undecodable();
  return collector.bytes();
}

function undecodable(): RequestError {
  return new RequestError(400, "encoding-invalid", {
    detail: "The body does not decompress as Content-Encoding says.",
  });
}

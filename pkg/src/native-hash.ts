/** The hash functions of Node's crypto, for the core and for digests. */
import { builtin, hasBuiltins } from "./builtin.js";
import { ALGORITHMS, TAG_BYTES } from "./generated/layout.js";

/** The used functions of Node's crypto. */
interface NodeCrypto {
  hash(algorithm: string, data: Uint8Array | string, encoding: "latin1" | "hex"): string;
  createHash(algorithm: string): { update(part: Uint8Array): void; digest(encoding: "latin1"): string };
}

/** Node's crypto, which other runtimes have too. Loaded without an `import`, which runtimes without it would reject. */
let nodeCrypto: Partial<NodeCrypto> | undefined;
let isLoaded = false;

/**
 * The bytes that the core hashes before Node's crypto is loaded. PERF: loading it takes as long as hashing these, so a process that
 * verifies a few deliveries never loads it.
 */
let bytesBeforeLoading = 65_536;

/** Node's crypto for a message of this length; undefined as long as the core hashes. */
function cryptoFor(length: number): Partial<NodeCrypto> | undefined {
  if (isLoaded) return nodeCrypto;
  bytesBeforeLoading -= length;
  if (bytesBeforeLoading > 0) return undefined;
  isLoaded = true;
  nodeCrypto = builtin<NodeCrypto>("node:crypto");
  return nodeCrypto;
}

/** The functions that the core calls: see src/wasm/native_hash.rs. Each returns whether it succeeded. */
export interface NativeHasher {
  hash(algorithm: number, start: number, length: number, out: number): boolean;
  start(algorithm: number): boolean;
  add(start: number, length: number): boolean;
  end(algorithm: number, out: number): boolean;
}

/**
 * Node's own hash, many times as fast as the core's where the processor has instructions for it. WebCrypto is asynchronous,
 * so it cannot be used.
 *
 * @param memoryBytes returns the core's memory
 */
export function createNativeHasher(memoryBytes: () => Uint8Array): NativeHasher | undefined {
  if (!hasBuiltins()) return undefined;
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
        const hash = cryptoFor(length)?.hash;
        if (hash === undefined) return false;
        const part = memoryBytes().subarray(start, start + length);
        return writeDigest(hash(ALGORITHMS[algorithm] as string, part, "latin1"), algorithm, out);
      } catch {
        return false;
      }
    },
    start(algorithm) {
      try {
        // Only long messages are hashed in parts.
        message = cryptoFor(Number.POSITIVE_INFINITY)?.createHash?.(ALGORITHMS[algorithm] as string);
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
export function nativeDigest(data: Uint8Array | string): string | undefined {
  try {
    const digest = cryptoFor(data.length)?.hash?.("sha256", data, "hex");
    return digest?.length === 64 ? digest : undefined;
  } catch {
    return undefined;
  }
}

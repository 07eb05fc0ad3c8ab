/** Verification with public keys, for the core: by Node's crypto, or by a module that the program imports. */
import { builtin } from "./builtin.js";
import { ALGORITHMS } from "./generated/layout.js";
import { instanceNow, publicKeyModules } from "./modules.js";
import { signWithPrivateKey } from "./private-key.js";

/** A key of Node's crypto. */
type KeyObject = object;

/** The used functions of Node's crypto. */
interface NodeCrypto {
  createPublicKey(key: { key: Uint8Array; format: "der"; type: "spki" }): KeyObject;
  /** A signature of ECDSA is DER: an option with another encoding and a key object is rejected by workerd. */
  verify(hash: string | null, message: Uint8Array, key: KeyObject, signature: Uint8Array): boolean;
}

/** The functions of a module: see public-key/src/lib.rs. */
interface ModuleExports {
  memory: WebAssembly.Memory;
  reserve(length: number): number;
  verify(algorithm: number, keyLength: number, messageLength: number): number;
}

/** Verifies a signature; returns the number of a `PublicKeyCheck`. */
type Verify = (algorithm: number, key: Uint8Array, message: Uint8Array, signature: Uint8Array) => number;

/** The function that the core calls: see src/wasm/public_key.rs. */
export interface PublicKeyVerifier {
  verify(
    algorithm: number,
    key: number,
    keyLength: number,
    message: number,
    messageLength: number,
    signature: number,
    signatureLength: number,
  ): number;
  sign(algorithm: number, message: number, messageLength: number, out: number, outLength: number): number;
}

const INVALID = 0;
const VALID = 1;
const KEY_REJECTED = 2;
const UNAVAILABLE = 3;

/** Limit of imported keys that are kept: importing a key takes as long as a verification. */
const MAX_KEYS = 64;

/** How an algorithm signs. */
interface Method {
  /** The kind of its keys. */
  kind: "ed25519" | "p256" | "rsa";
  hash: string | null;
  /** Whether its signatures are r and s of 32 bytes each. */
  isRaw?: boolean;
}

/** The algorithms of public keys. */
export const METHODS: Partial<Record<(typeof ALGORITHMS)[number], Method>> = {
  ed25519: { kind: "ed25519", hash: null },
  "ecdsa-p256": { kind: "p256", hash: "sha256" },
  "ecdsa-p256-raw": { kind: "p256", hash: "sha256", isRaw: true },
  "rsa-sha1": { kind: "rsa", hash: "sha1" },
  "rsa-sha256": { kind: "rsa", hash: "sha256" },
  "rsa-sha512": { kind: "rsa", hash: "sha512" },
};

/**
 * The verification of the platform, or else that of the modules which the program imports. WebCrypto is asynchronous, so it
 * cannot be used.
 *
 * @param memoryBytes returns the core's memory
 */
export function createPublicKeyVerifier(memoryBytes: () => Uint8Array): PublicKeyVerifier {
  let node: Verify | undefined;
  let isNodeLoaded = false;
  return {
    verify(algorithm, key, keyLength, message, messageLength, signature, signatureLength) {
      // PERF: loading Node's crypto takes milliseconds, and most providers have no public keys.
      if (!isNodeLoaded) node = nodeVerify();
      isNodeLoaded = true;
      const memory = memoryBytes();
      const parts = [
        memory.subarray(key, key + keyLength),
        memory.subarray(message, message + messageLength),
        memory.subarray(signature, signature + signatureLength),
      ] as const;
      if (node !== undefined) return node(algorithm, ...parts);
      for (const verify of moduleVerifiers()) {
        const check = verify(algorithm, ...parts);
        if (check !== UNAVAILABLE) return check;
      }
      return UNAVAILABLE;
    },
    sign(algorithm, message, messageLength, out, outLength) {
      const memory = memoryBytes();
      const place = memory.subarray(out, out + outLength);
      return signWithPrivateKey(algorithm, memory.subarray(message, message + messageLength), place);
    },
  };
}

/** The verification of Node's crypto, which other runtimes have, too. */
function nodeVerify(): Verify | undefined {
  const { createPublicKey, verify } = builtin<NodeCrypto>("node:crypto") ?? {};
  if (createPublicKey === undefined || verify === undefined) return undefined;
  const keys = new Map<string, KeyObject>();
  const importKey = (der: Uint8Array): KeyObject => {
    const text = String.fromCharCode(...der);
    let key = keys.get(text);
    if (key === undefined) {
      // A copy: some runtimes keep the bytes that they are passed.
      key = createPublicKey({ key: der.slice(), format: "der", type: "spki" });
      if (keys.size >= MAX_KEYS) keys.clear();
      keys.set(text, key);
    }
    return key;
  };
  return (algorithm, key, message, signature) => {
    const method = METHODS[ALGORITHMS[algorithm] as (typeof ALGORITHMS)[number]];
    if (method === undefined) return UNAVAILABLE;
    let imported: KeyObject;
    try {
      imported = importKey(key);
    } catch {
      return KEY_REJECTED;
    }
    const { hash, isRaw = false } = method;
    try {
      return verify(hash, message, imported, isRaw ? toDer(signature) : signature) === true ? VALID : INVALID;
    } catch {
      // Some runtimes throw for a signature that is no DER.
      return INVALID;
    }
  };
}

/** Encodes r and s of 32 bytes each as DER (RFC 3279, section 2.2.3). */
function toDer(signature: Uint8Array): Uint8Array {
  const integer = (half: Uint8Array): number[] => {
    const digits = [...half];
    while (digits.length > 1 && digits[0] === 0) digits.shift();
    // A first bit of 1 is the sign of a negative number.
    if ((digits[0] ?? 0) > 127) digits.unshift(0);
    return [2, digits.length, ...digits];
  };
  const numbers = [...integer(signature.subarray(0, 32)), ...integer(signature.subarray(32))];
  return Uint8Array.of(0x30, numbers.length, ...numbers);
}

const verifiers: Verify[] = [];

/** The verification of each imported module. */
function moduleVerifiers(): readonly Verify[] {
  for (const load of publicKeyModules.slice(verifiers.length)) verifiers.push(moduleVerify(load));
  return verifiers;
}

/** The verification of a module. */
export function moduleVerify(load: (typeof publicKeyModules)[number]): Verify {
  let functions: ModuleExports | undefined;
  return (algorithm, key, message, signature) => {
    try {
      functions ??= instanceNow(load()).exports as unknown as ModuleExports;
      const length = key.length + message.length + signature.length;
      const start = functions.reserve(length);
      const target = new Uint8Array(functions.memory.buffer, start, length);
      target.set(key);
      target.set(message, key.length);
      target.set(signature, key.length + message.length);
      return functions.verify(algorithm, key.length, message.length);
    } catch (thrown) {
      // A trap leaves the instance in an unknown state. SECURITY: nothing is verified.
      functions = undefined;
      if (thrown instanceof WebAssembly.RuntimeError || thrown instanceof RangeError) return INVALID;
      throw thrown;
    }
  };
}

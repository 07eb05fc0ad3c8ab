/** Verification with public keys by Node's crypto, for the core. */
import { builtin } from "./builtin.js";
import { ALGORITHMS } from "./generated/layout.js";

/** A key of Node's crypto. */
type KeyObject = object;

/** The used functions of Node's crypto. */
interface NodeCrypto {
  createPublicKey(key: { key: Uint8Array; format: "der"; type: "spki" }): KeyObject;
  verify(
    hash: string | null,
    message: Uint8Array,
    key: { key: KeyObject; dsaEncoding?: "der" | "ieee-p1363" },
    signature: Uint8Array,
  ): boolean;
}

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
}

const VALID = 1;
const INVALID = 0;
const KEY_REJECTED = 2;

/** Limit of imported keys that are kept: importing a key takes as long as a verification. */
const MAX_KEYS = 64;

/** The hash and the encoding of each algorithm of public keys. */
const METHODS: Partial<
  Record<(typeof ALGORITHMS)[number], { hash: string | null; dsaEncoding?: "der" | "ieee-p1363" }>
> = {
  ed25519: { hash: null },
  "ecdsa-p256": { hash: "sha256", dsaEncoding: "der" },
  "ecdsa-p256-raw": { hash: "sha256", dsaEncoding: "ieee-p1363" },
  "rsa-sha1": { hash: "sha1" },
  "rsa-sha256": { hash: "sha256" },
  "rsa-sha512": { hash: "sha512" },
};

/**
 * Node's own verification, which other runtimes have, too. WebCrypto is asynchronous, so it cannot be used.
 *
 * @param memoryBytes returns the core's memory
 */
export function createPublicKeyVerifier(memoryBytes: () => Uint8Array): PublicKeyVerifier | undefined {
  const { createPublicKey, verify } = builtin<NodeCrypto>("node:crypto") ?? {};
  if (createPublicKey === undefined || verify === undefined) return undefined;
  const keys = new Map<string, KeyObject>();
  const importKey = (der: Uint8Array): KeyObject => {
    const text = String.fromCharCode(...der);
    let key = keys.get(text);
    if (key === undefined) {
      key = createPublicKey({ key: der, format: "der", type: "spki" });
      if (keys.size >= MAX_KEYS) keys.clear();
      keys.set(text, key);
    }
    return key;
  };
  return {
    verify(algorithm, key, keyLength, message, messageLength, signature, signatureLength) {
      const method = METHODS[ALGORITHMS[algorithm] as (typeof ALGORITHMS)[number]];
      if (method === undefined) return KEY_REJECTED;
      const memory = memoryBytes();
      let imported: KeyObject;
      try {
        // A copy: some runtimes keep the bytes that they are passed.
        imported = importKey(memory.slice(key, key + keyLength));
      } catch {
        return KEY_REJECTED;
      }
      const { hash, ...options } = method;
      try {
        const isValid = verify(
          hash,
          memory.subarray(message, message + messageLength),
          { key: imported, ...options },
          memory.subarray(signature, signature + signatureLength),
        );
        return isValid === true ? VALID : INVALID;
      } catch {
        // Some runtimes throw for a signature that is no DER.
        return INVALID;
      }
    },
  };
}

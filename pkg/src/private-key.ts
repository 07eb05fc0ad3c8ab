/** Signing with a private key by Node's crypto, for deliveries of tests. */
import { builtin } from "./builtin.js";
import { callError } from "./error.js";
import { ALGORITHMS } from "./generated/layout.js";
import { METHODS } from "./public-key-verifier.js";

/** A key of Node's crypto. */
interface KeyObject {
  asymmetricKeyType?: string;
  asymmetricKeyDetails?: { namedCurve?: string };
}

/** The used functions of Node's crypto. */
interface NodeCrypto {
  createPrivateKey(pem: string): KeyObject;
  sign(
    hash: string | null,
    message: Uint8Array,
    key: { key: KeyObject; dsaEncoding: "der" | "ieee-p1363" },
  ): Uint8Array;
}

/** Signs with the private key of the current call; writes the signature to `out`, and returns its length. */
let current: ((algorithm: number, message: Uint8Array, out: Uint8Array) => number) | undefined;

/** Calls the core, which may sign with this private key. */
export function withPrivateKey<Result>(pem: string | undefined, call: () => Result): Result {
  if (pem === undefined) return call();
  current = signer(pem);
  try {
    return call();
  } finally {
    current = undefined;
  }
}

/** What the core calls: see src/wasm/public_key.rs. */
export function signWithPrivateKey(algorithm: number, message: Uint8Array, out: Uint8Array): number {
  return current?.(algorithm, message, out) ?? 0;
}

function signer(pem: string): NonNullable<typeof current> {
  const { createPrivateKey, sign } = builtin<NodeCrypto>("node:crypto") ?? {};
  if (createPrivateKey === undefined || sign === undefined) {
    throw callError(
      "public-key-unavailable",
      "Only `node:crypto` signs with a private key, and this runtime has none.",
    );
  }
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    throw callError(
      "option-invalid",
      "Invalid value for option `privateKey`: expected a private key in PEM.",
    );
  }
  const { asymmetricKeyType, asymmetricKeyDetails } = key;
  const kind = asymmetricKeyDetails?.namedCurve === "prime256v1" ? "p256" : asymmetricKeyType;
  return (algorithm, message, out) => {
    const method = METHODS[ALGORITHMS[algorithm] as (typeof ALGORITHMS)[number]];
    if (method?.kind !== kind) return 0;
    const dsaEncoding = method?.isRaw ? "ieee-p1363" : "der";
    const signature = sign(method?.hash ?? null, message, { key, dsaEncoding });
    if (signature.length > out.length) return 0;
    out.set(signature);
    return signature.length;
  };
}

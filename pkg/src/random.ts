/** WebCrypto of the platform: random numbers and digests. */
import { builtin } from "./builtin.js";

type WebCrypto = Pick<typeof globalThis.crypto, "getRandomValues" | "subtle">;

/** WebCrypto, as a global or from Node's module: test environments may hide the global. */
function webCrypto(): WebCrypto {
  const { crypto } = globalThis as { crypto?: Partial<WebCrypto> };
  const webcrypto = crypto?.getRandomValues
    ? crypto
    : builtin<{ webcrypto: WebCrypto }>("node:crypto")?.webcrypto;
  if (webcrypto !== undefined) return webcrypto as WebCrypto;
  throw new Error(
    "hookseal needs crypto.getRandomValues, and this runtime has no such function. Run it in Node.js 20 or later; or set globalThis.crypto to an implementation of WebCrypto.",
  );
}

/** The SHA-256 of a text, in hex. */
export async function sha256(text: string): Promise<string> {
  return toHex(new Uint8Array(await webCrypto().subtle.digest("SHA-256", new TextEncoder().encode(text))));
}

function toHex(bytes: Uint8Array): string {
  let hex = "";
  for (const byte of bytes) hex += byte.toString(16).padStart(2, "0");
  return hex;
}

/** Returns `length` random bytes. */
export function randomBytes(length: number): Uint8Array {
  return webCrypto().getRandomValues(new Uint8Array(length));
}

/** 144 random bits in hex. `crypto.randomUUID` is not available on pages that are loaded over plain HTTP. */
export function randomId(): string {
  return toHex(randomBytes(18));
}

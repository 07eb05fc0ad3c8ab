/** Base64 to bytes and back, in every runtime. */

/** Decodes standard base64. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const native = (Uint8Array as { fromBase64?: (text: string) => Uint8Array<ArrayBuffer> }).fromBase64;
  if (native !== undefined) return native.call(Uint8Array, text);
  const { Buffer } = globalThis as {
    Buffer?: { from(text: string, encoding: "base64"): Uint8Array<ArrayBuffer> };
  };
  if (Buffer !== undefined) return Buffer.from(text, "base64");
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  // A plain loop: a callback for each character takes 40 times as long.
  for (let index = 0; index < binary.length; index++) bytes[index] = binary.charCodeAt(index);
  return bytes;
}

/** Encodes standard base64. */
export function toBase64(bytes: Uint8Array): string {
  const { Buffer } = globalThis as {
    Buffer?: { from(bytes: Uint8Array): { toString(encoding: "base64"): string } };
  };
  if (Buffer !== undefined) return Buffer.from(bytes).toString("base64");
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** The key of an id in stores and queues. SECURITY: hashed, since the id may be that of a patient's record. */
/// <reference types="node" />
import { createHash } from "node:crypto";

/** SHA-256 in base64url, 43 characters. */
export function idHash(id: string): string {
  const hash = createHash("sha256");
  // Lone surrogates all have the same UTF-8, so the UTF-16 is hashed, after a byte that no UTF-8 has.
  if (/\p{Surrogate}/u.test(id)) hash.update(Uint8Array.of(0xff)).update(id, "utf16le");
  else hash.update(id);
  return hash.digest("base64url");
}

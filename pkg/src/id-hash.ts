/** The name that stores and queues give to an id, which may be that of a patient's record. */
/// <reference types="node" />
import { createHash } from "node:crypto";

/** Base64url of 43 characters: another one for each other id. */
export function idHash(id: string): string {
  const hash = createHash("sha256");
  // Halves of surrogate pairs all have the same UTF-8. No UTF-8 has the byte in front.
  if (/\p{Surrogate}/u.test(id)) hash.update(Uint8Array.of(0xff)).update(id, "utf16le");
  else hash.update(id);
  return hash.digest("base64url");
}

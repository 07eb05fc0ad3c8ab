/** `{webhook_queue_id}`: equal for every attempt at an event, on any machine and after any crash. */
/// <reference types="node" />
import { createHash } from "node:crypto";

/** Returns a UUID (RFC 9562, version 8) derived from the body, so that nothing has to be stored to compute it again. */
export function queueId(body: Uint8Array): string {
  const bytes = createHash("sha256").update("hookseal webhook_queue_id\n").update(body).digest();
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  return bytes.toString("hex", 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

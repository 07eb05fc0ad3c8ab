/** What events and log lines say of a delivery. */
import type { Report, Verified } from "../types.js";
import type { ReceiverEvent } from "./options.js";

/** The event type, if the signature covers it. */
export function typeIfCovered(
  signature: Verified["signature"] | Report["signature"],
  type: string | undefined,
): string | undefined {
  return signature.status === "verified" && signature.uncovered?.includes("type") !== true ? type : undefined;
}

/** Type, ids and digest of an accepted delivery. */
export function identityOf({
  type,
  id,
  webhookId,
  deliveryId,
  digest,
  signature,
}: Verified): Partial<ReceiverEvent> {
  return {
    type,
    ...(id === "" ? {} : { id }),
    ...(webhookId === undefined ? {} : { webhookId }),
    ...(deliveryId === undefined ? {} : { deliveryId }),
    digest,
    signature: signature.status,
  };
}

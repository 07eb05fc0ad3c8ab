/** Imports what was pasted or dropped. */
import { toText } from "../bytes.ts";
import { importDeliveries } from "./core.ts";
import type { Imported } from "./protocol.ts";

export function imported(bytes: Uint8Array): Imported {
  const { format, deliveries, issues } = importDeliveries(bytes);
  return {
    ...(format === undefined ? {} : { format }),
    deliveries: deliveries.map(({ headers, body, url, method }) => ({
      headers,
      text: toText(body),
      url,
      method,
    })),
    issues,
  };
}

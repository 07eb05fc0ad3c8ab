/** Imports deliveries from pasted or dropped captures. */
import { toText } from "../bytes.ts";
import { importDeliveries } from "./core.ts";
import type { Calls, ImportedText } from "./protocol.ts";

export function importText({ bytes }: Calls["importText"]["input"]): ImportedText {
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

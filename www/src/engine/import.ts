/** Imports deliveries from pasted or dropped captures. */
import { toText } from "../bytes.ts";
import { detectProvider, importDeliveries } from "./core.ts";
import type { Calls, ImportedText } from "./protocol.ts";

export function importText({ bytes }: Calls["importText"]["input"]): ImportedText {
  const { format, deliveries, issues } = importDeliveries(bytes);
  const [first] = deliveries;
  const provider = first && detectProvider(first);
  return {
    ...(format === undefined ? {} : { format }),
    ...(provider === undefined ? {} : { provider }),
    deliveries: deliveries.map(({ headers, body, url, method }) => ({
      headers,
      text: toText(body),
      url,
      method,
    })),
    issues,
  };
}

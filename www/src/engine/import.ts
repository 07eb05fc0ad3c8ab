/** Imports deliveries from pasted or dropped captures. */
import { toText } from "../bytes.ts";
import { isWebhook } from "./archive.ts";
import { detectProvider, importDeliveries } from "./core.ts";
import type { Calls, ImportedText } from "./protocol.ts";

export function importText({ bytes }: Calls["importText"]["input"]): ImportedText {
  const { format, deliveries, issues } = importDeliveries(bytes);
  const all = deliveries.map(({ headers, body, url, method }) => ({
    headers,
    text: toText(body),
    url,
    method,
  }));
  // Of several requests only those that can be webhooks.
  const webhooks = all.filter(isWebhook);
  const shown = all.length > 1 && webhooks.length > 0 ? webhooks : all;
  const first = deliveries[all.indexOf(shown[0] as (typeof all)[number])];
  const provider = first && detectProvider(first);
  return {
    ...(format === undefined ? {} : { format }),
    ...(provider === undefined ? {} : { provider }),
    deliveries: shown,
    others: all.length - shown.length,
    issues,
  };
}

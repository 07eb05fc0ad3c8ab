/** Facts about a delivery: its bytes, and event, ids and times. */
import type { Inspection } from "../../engine/protocol.ts";
import { copyButton } from "../../ui/copy.ts";
import { h } from "../../ui/dom.ts";
import { count, visible } from "../../ui/text.ts";
import { formatAge, formatUtc } from "../../ui/time.ts";

function row(title: string, value: string | undefined, isCopied = false): Node[] {
  if (value === undefined || value === "") return [];
  return [
    h("dt", null, title),
    h(
      "dd",
      null,
      h("code", null, ...visible(value)),
      isCopied && copyButton(title.toLowerCase(), () => value),
    ),
  ];
}

export function bytesFacts({ report, bytes }: Inspection): Node[] {
  return [
    h("dt", null, "Size"),
    h("dd", null, count(bytes, "byte")),
    ...row("SHA-256 of the body", report.digest, true),
  ];
}

export function eventFacts({ report, provider, now, created }: Inspection): Node[] {
  return [
    h("dt", null, "Provider"),
    h(
      "dd",
      null,
      provider.title,
      h("span", { class: "muted" }, provider.isDetected ? "detected" : "selected"),
      provider.isUnconfirmed && h("span", { class: "chip" }, "not confirmed"),
    ),
    ...(provider.isUnconfirmed
      ? [
          h("dt", { class: "sub" }, ""),
          h(
            "dd",
            { class: "muted" },
            "Nothing confirms how it signs: compare its definition with its documentation.",
          ),
        ]
      : []),
    ...row("Event", report.type),
    ...row("Revision", report.revision),
    ...row("Idempotency key", report.id, true),
    ...row("Delivery id", report.deliveryId, true),
    ...row("Webhook id", report.webhookId, true),
    ...(report.createdAt === undefined ? [] : times(report.createdAt, created, now)),
  ];
}

/** When the event was created: as written, in UTC, by the clock of the browser, and how long ago. */
function times(text: string, created: number | undefined, now: number): Node[] {
  const rows: Node[] = [h("dt", null, "Created"), h("dd", null, h("code", null, ...visible(text)))];
  if (created === undefined) return rows;
  const local = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "long" }).format(created);
  rows.push(
    h("dt", { class: "sub" }, "UTC"),
    h("dd", null, formatUtc(created)),
    h("dt", { class: "sub" }, "Local"),
    h("dd", null, local),
    h("dt", { class: "sub" }, "Age"),
    h("dd", null, formatAge(created, now)),
  );
  return rows;
}

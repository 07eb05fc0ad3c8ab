/** Details of the delivery: event, revision, ids and times. */
import type { Inspection } from "../../engine/protocol.ts";
import { store } from "../../state/state.ts";
import { copyButton } from "../../ui/copy.ts";
import { fill, h } from "../../ui/dom.ts";
import { count, visible } from "../../ui/text.ts";
import { panel } from "./panel.ts";

export function detailsView(): HTMLElement {
  const { box, content } = panel("details", "Delivery");
  store.on(["result"], ({ result }) => {
    const inspection = result === undefined || "isUndetected" in result ? undefined : result;
    box.hidden = inspection === undefined;
    if (inspection === undefined) return;
    fill(content, h("dl", { class: "facts" }, facts(inspection)));
  });
  return box;
}

function facts({ report, provider, bytes, now, created }: Inspection): Node[] {
  const rows: Node[] = [];
  const row = (title: string, value: string | undefined, copied = false) => {
    if (value === undefined || value === "") return;
    rows.push(
      h("dt", null, title),
      h(
        "dd",
        null,
        h("code", null, ...visible(value)),
        copied && copyButton(title.toLowerCase(), () => value),
      ),
    );
  };
  rows.push(
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
  );
  row("Event", report.type);
  row("Revision", report.revision);
  row("Idempotency key", report.id, true);
  row("Delivery id", report.deliveryId, true);
  row("Webhook id", report.webhookId, true);
  if (report.createdAt !== undefined) rows.push(...times(report.createdAt, created, now));
  row("SHA-256 of the body", report.digest, true);
  rows.push(h("dt", null, "Size"), h("dd", null, count(bytes, "byte")));
  return rows;
}

function times(text: string, created: number | undefined, now: number): Node[] {
  const rows: Node[] = [h("dt", null, "Created"), h("dd", null, h("code", null, ...visible(text)))];
  if (created === undefined) return rows;
  const time = new Date(created);
  const local = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "long" }).format(time);
  rows.push(
    h("dt", { class: "sub" }, "UTC"),
    h(
      "dd",
      null,
      time
        .toISOString()
        .replace("T", " ")
        .replace(/\.\d+Z$/, " UTC"),
    ),
    h("dt", { class: "sub" }, "Local"),
    h("dd", null, local),
    h("dt", { class: "sub" }, "Skew"),
    h("dd", null, formatSkew(created - now)),
  );
  return rows;
}

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_557_600_000],
  ["month", 2_629_800_000],
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1000],
];

function formatSkew(difference: number): string {
  const [unit, length] =
    UNITS.find(([, length]) => Math.abs(difference) >= length) ?? (["second", 1000] as const);
  return new Intl.RelativeTimeFormat("en", { numeric: "auto" }).format(Math.trunc(difference / length), unit);
}

/**
 * What was signed, by formula and by value, and what the signature should have been. The formula is the report's;
 * the signature is the core's own, made by signing the same body with the secret that is present.
 */
import type { Report } from "./core.ts";
import type { InspectInput, PageDelivery, Signed, SignedPart } from "./protocol.ts";
import { definition, hookOf } from "./providers.ts";

const SHOWN = 600;

export function signedOf(
  input: InspectInput,
  id: string,
  report: Report,
  body: Uint8Array,
): Signed | undefined {
  const formula = report.signature.signedContent;
  if (formula === undefined) return undefined;
  const parts = partsOf(formula, input.delivery, body.length, id, report);
  if (input.secret === "" && (input.second ?? "") === "")
    return { parts, reason: "Type the secret to compute it here." };
  if (report.signature.algorithm === undefined)
    return { parts, reason: "There is no signature to compare it with." };
  const { signature: scheme, headers: names } = definition(id);
  const seconds = Number(parts.find(({ name }) => name === "timestamp")?.value ?? Number.NaN);
  const timestamp = seconds * (scheme?.timestampUnit === "ms" ? 1 : 1000);
  const known = Number.isFinite(timestamp) && Math.abs(timestamp) < 8e15 ? { timestamp } : {};
  try {
    const { header = "", received = "", secret, status } = report.signature;
    // The first secret signs: it is the one that the delivery was signed with, where that is known.
    const keys = secret === 1 ? { secret: input.second ?? "", second: "" } : {};
    const { headers } = hookOf({ ...input, ...keys }, id, report.signature.algorithm).sign(body, {
      now: known.timestamp,
      id: names?.id === undefined ? undefined : (find(input.delivery.headers, names.id) ?? ""),
      url: input.delivery.url,
    });
    const computed = headers[header];
    const same = (text: string) => (scheme?.format.includes("{hex}") ? text.toLowerCase() : text).trim();
    // A header may hold several signatures, of which one has to be this.
    const list = same(received).split(/[,\s]+/);
    const fits =
      computed !== undefined &&
      same(computed)
        .split(/[,\s]+/)
        .every((one) => list.includes(one));
    // Two roads to one answer: where they part, the page has misunderstood something, and shows nothing.
    if (computed === undefined || fits !== /^(?:verified|stale)$/.test(status)) {
      return {
        parts,
        ...known,
        reason: "The header is written in a form that this page does not compare digit by digit.",
      };
    }
    return { parts, ...known, computed, fits };
  } catch (error) {
    return { parts, ...known, reason: error instanceof Error ? error.message : String(error) };
  }
}

function find(headers: PageDelivery["headers"], name: string | undefined): string | undefined {
  return headers.find(([one]) => one.toLowerCase() === name?.toLowerCase())?.[1];
}

function partsOf(
  formula: string,
  { headers, text, url, method }: PageDelivery,
  bytes: number,
  id: string,
  { signature }: Report,
): SignedPart[] {
  const { signature: scheme, headers: names } = definition(id);
  const values = (name: string): string | undefined => {
    if (name.startsWith("header:")) return find(headers, name.slice("header:".length));
    if (name === "url") return url;
    if (name === "method") return method;
    if (name === "id") return find(headers, names?.id);
    if (name === "timestamp")
      return find(headers, names?.timestamp) ?? within(scheme?.format, signature.received);
    return undefined;
  };
  return formula
    .split(/(\{[^}]*\})/)
    .filter((part) => part !== "")
    .map((part): SignedPart => {
      if (!part.startsWith("{")) return { value: part, bytes: part.length };
      const name = part.slice(1, -1);
      if (name === "body") {
        const value = text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
        return { name, value, bytes };
      }
      const value = values(name);
      return { name, bytes: value?.length ?? 0, ...(value === undefined ? {} : { value }) };
    });
}

/** The timestamp inside of a signature header, by its format. */
function within(format: string | undefined, received: string | undefined): string | undefined {
  if (format?.includes("{timestamp}") !== true || received === undefined) return undefined;
  const before = format.slice(0, format.indexOf("{timestamp}")).split(/[,\s]/).pop() ?? "";
  const start = received.indexOf(before);
  return start < 0 ? undefined : /^\d+/.exec(received.slice(start + before.length))?.[0];
}

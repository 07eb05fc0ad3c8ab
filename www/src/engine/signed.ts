/**
 * The signed content with its values, and the expected signature. The template of the signed content is the report's. The
 * core computes the signature by signing the same body with the entered secret.
 */
import { errorMessage } from "../errors.ts";
import type { Report } from "./core.ts";
import type { InspectInput, PageDelivery, SignatureDetails, SignedContentPart } from "./protocol.ts";
import { getDefinition, getWebhook } from "./providers.ts";

const MAX_SHOWN_CHARS = 600;

export function describeSignature(
  input: InspectInput,
  id: string,
  report: Report,
  body: Uint8Array,
): SignatureDetails | undefined {
  const template = report.signature.signedContent;
  if (template === undefined) return undefined;
  const parts = splitContent(template, input.delivery, body.length, id, report);
  if (input.secret === "" && (input.secondSecret ?? "") === "")
    return { parts, reason: "Enter the secret to compute the signature." };
  if (report.signature.algorithm === undefined)
    return { parts, reason: "The delivery has no signature to compare with." };
  const { signature: scheme, headers: names } = getDefinition(id);
  const seconds = Number(parts.find(({ name }) => name === "timestamp")?.value ?? Number.NaN);
  const timestamp = seconds * (scheme?.timestampUnit === "ms" ? 1 : 1000);
  const time = Number.isFinite(timestamp) && Math.abs(timestamp) < 8e15 ? { timestamp } : {};
  try {
    const { header = "", received = "", secret, status } = report.signature;
    // The first secret signs, so pass only the one that verified the delivery if that is known.
    const keys = secret === 1 ? { secret: input.secondSecret ?? "", second: "" } : {};
    const { headers } = getWebhook({ ...input, ...keys }, id, report.signature.algorithm).sign(body, {
      now: time.timestamp,
      id: names?.id === undefined ? undefined : (findHeader(input.delivery.headers, names.id) ?? ""),
      url: input.delivery.url,
    });
    const computed = headers[header];
    const normalize = (text: string) => (scheme?.format.includes("{hex}") ? text.toLowerCase() : text).trim();
    // A header may contain several signatures; one of them must match.
    const list = normalize(received).split(/[,\s]+/);
    const isMatch =
      computed !== undefined &&
      normalize(computed)
        .split(/[,\s]+/)
        .every((signature) => list.includes(signature));
    // The core's verdict counts: if this comparison disagrees, the page misread the header and shows no comparison.
    if (computed === undefined || isMatch !== (status === "verified" || status === "stale")) {
      return {
        parts,
        ...time,
        reason: "This header format cannot be compared digit by digit.",
      };
    }
    return { parts, ...time, computed, isMatch };
  } catch (error) {
    return { parts, ...time, reason: errorMessage(error) };
  }
}

function findHeader(headers: PageDelivery["headers"], name: string | undefined): string | undefined {
  return headers.find(([header]) => header.toLowerCase() === name?.toLowerCase())?.[1];
}

function splitContent(
  template: string,
  { headers, text, url, method }: PageDelivery,
  bytes: number,
  id: string,
  { signature }: Report,
): SignedContentPart[] {
  const { signature: scheme, headers: names } = getDefinition(id);
  const values = (name: string): string | undefined => {
    if (name.startsWith("header:")) return findHeader(headers, name.slice("header:".length));
    if (name === "url") return url;
    if (name === "method") return method;
    if (name === "id") return findHeader(headers, names?.id);
    if (name === "timestamp")
      return findHeader(headers, names?.timestamp) ?? timestampFromHeader(scheme?.format, signature.received);
    return undefined;
  };
  return template
    .split(/(\{[^}]*\})/)
    .filter((part) => part !== "")
    .map((part): SignedContentPart => {
      if (!part.startsWith("{")) return { value: part, bytes: part.length };
      const name = part.slice(1, -1);
      if (name === "body") {
        const value = text.length > MAX_SHOWN_CHARS ? `${text.slice(0, MAX_SHOWN_CHARS)}…` : text;
        return { name, value, bytes };
      }
      const value = values(name);
      return { name, bytes: value?.length ?? 0, ...(value === undefined ? {} : { value }) };
    });
}

/** Extracts the timestamp from a signature header such as `t={timestamp},v1={hex}`. */
function timestampFromHeader(format: string | undefined, received: string | undefined): string | undefined {
  if (format?.includes("{timestamp}") !== true || received === undefined) return undefined;
  const before = format.slice(0, format.indexOf("{timestamp}")).split(/[,\s]/).pop() ?? "";
  const start = received.indexOf(before);
  return start < 0 ? undefined : /^\d+/.exec(received.slice(start + before.length))?.[0];
}

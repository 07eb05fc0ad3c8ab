/** What the headers say before the body is read: enough to refuse it unread. */
import { Refusal, tooLarge } from "./answer.js";
import type { BodyEncoding } from "./options.js";

/** How a header is looked up. */
export type Lookup = (name: string) => string | undefined;

/**
 * Media types of JSON, in UTF-8: RFC 9110, section 8.3, RFC 6839, section 3.1, and RFC 8259, section 8.1. A delivery
 * without the header is read: the bytes decide, and a signature vouches for them or not.
 */
export function checkContentType(header: Lookup, own: string): void {
  const received = header("content-type");
  if (received === undefined || received === own || received === "application/json") return;
  const [essence = "", ...parameters] = received.toLowerCase().split(";");
  const type = essence.trim();
  if (type !== own && type !== "application/json" && !/^[\w!#$&^.+-]+\/[\w!#$&^.+-]+\+json$/.test(type)) {
    throw unsupported(own);
  }
  for (const parameter of parameters) {
    const [name = "", value = ""] = parameter.split("=");
    if (name.trim() !== "charset") continue;
    const charset = value.trim().replace(/^"(.*)"$/, "$1");
    // ASCII is UTF-8, too.
    if (charset !== "utf-8" && charset !== "utf8" && charset !== "us-ascii") throw unsupported(own);
  }
}

function unsupported(own: string): Refusal {
  return new Refusal(415, "content-type", {
    detail: `The Content-Type has to be ${own}, or another one of JSON in UTF-8.`,
    headers: { accept: own },
  });
}

/** The compression of the body, if it has one that was asked for. RFC 9110, section 8.4. */
export function encodingOf(header: Lookup, allowed: readonly BodyEncoding[]): BodyEncoding | undefined {
  const received = header("content-encoding")?.trim().toLowerCase();
  if (received === undefined || received === "" || received === "identity") return undefined;
  const encoding = received === "x-gzip" ? "gzip" : received;
  const found = allowed.find((one) => one === encoding);
  if (found !== undefined) return found;
  throw new Refusal(415, "encoding-unsupported", {
    detail: "The Content-Encoding is none that this receiver takes.",
    headers: { "accept-encoding": ["identity", ...allowed].join(", ") },
  });
}

/** Refuses a body that says itself that it is too large. */
export function checkContentLength(header: Lookup, most: number): void {
  const received = header("content-length");
  // What is no number is the server's business, which frames the body by it.
  if (received !== undefined && Number(received) > most) throw tooLarge(most);
}

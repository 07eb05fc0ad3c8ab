/** What the headers say before the body is read: enough to refuse it unread. */
import { RequestError, tooLarge } from "./answer.js";
import type { BodyEncoding } from "./options.js";

/** How a header is looked up. */
export type HeaderGetter = (name: string) => string | undefined;

/** What is asked of the webhook. */
interface Taking {
  readonly contentType: string;
  takesContentType(received: string): boolean;
}

/**
 * Refuses what the core would refuse for its Content-Type. A delivery without the header is read: the bytes decide, and
 * a signature vouches for them or not.
 */
export function checkContentType(header: HeaderGetter, hook: Taking): void {
  const received = header("content-type");
  if (received !== undefined && !hook.takesContentType(received)) throw unsupported(hook.contentType);
}

function unsupported(expectedType: string): RequestError {
  return new RequestError(415, "content-type", {
    detail: `The Content-Type has to be ${expectedType}, or another one of JSON in UTF-8.`,
    headers: { accept: expectedType },
  });
}

/** The compression of the body, if it has one that was asked for. RFC 9110, section 8.4. */
export function encodingOf(header: HeaderGetter, allowed: readonly BodyEncoding[]): BodyEncoding | undefined {
  const received = header("content-encoding")?.trim().toLowerCase();
  if (received === undefined || received === "" || received === "identity") return undefined;
  const encoding = received === "x-gzip" ? "gzip" : received;
  const found = allowed.find((one) => one === encoding);
  if (found !== undefined) return found;
  throw new RequestError(415, "encoding-unsupported", {
    detail: "The Content-Encoding is none that this receiver takes.",
    headers: { "accept-encoding": ["identity", ...allowed].join(", ") },
  });
}

/** Refuses a body that says itself that it is too large. */
export function checkContentLength(header: HeaderGetter, most: number): void {
  const received = header("content-length");
  // What is no number is the server's business, which frames the body by it.
  if (received !== undefined && Number(received) > most) throw tooLarge(most);
}

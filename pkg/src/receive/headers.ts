/** Checks of the headers before the body is read. */

import type { BodyEncoding } from "./options.js";
import { RequestError, tooLarge } from "./response.js";

/** The headers of a request. */
export interface HeaderSource {
  /** Looks up a header by its name in lower case. */
  header(name: string): string | undefined;
}

/** The members in use of a webhook. */
interface ContentTypeRule {
  readonly contentType: string;
  acceptsContentType(received: string): boolean;
}

/**
 * Throws where the core would reject the Content-Type. A request without the header passes: its body can be valid, and the
 * signature authenticates it.
 */
export function checkContentType(request: HeaderSource, hook: ContentTypeRule): void {
  const received = request.header("content-type");
  if (received !== undefined && !hook.acceptsContentType(received)) throw unsupported(hook);
}

const JSON_TYPE = "application/json";
const FORM_TYPE = "application/x-www-form-urlencoded";

/** Names the media types of the provider, JSON first. */
function unsupported(hook: ContentTypeRule): RequestError {
  const types = [...new Set([JSON_TYPE, hook.contentType, FORM_TYPE])].filter((type) =>
    hook.acceptsContentType(type),
  );
  const expected = types.join(", ");
  const other = types[0] === JSON_TYPE ? ", or another type of JSON in UTF-8" : "";
  return new RequestError("content-type", {
    detail: `Unsupported Content-Type: expected ${expected}${other}.`,
    headers: { accept: expected },
  });
}

/** The compression of the body (RFC 9110, section 8.4), if it is allowed. Undefined for an uncompressed body. */
export function encodingOf(
  request: HeaderSource,
  allowed: readonly BodyEncoding[],
): BodyEncoding | undefined {
  const received = request.header("content-encoding")?.trim().toLowerCase();
  if (received === undefined || received === "" || received === "identity") return undefined;
  const encoding = received === "x-gzip" ? "gzip" : received;
  const match = allowed.find((candidate) => candidate === encoding);
  if (match !== undefined) return match;
  throw new RequestError("encoding-unsupported", {
    detail: "This receiver does not accept the Content-Encoding of the body.",
    headers: { "accept-encoding": ["identity", ...allowed].join(", ") },
  });
}

/** Throws where the Content-Length is over the limit. */
export function checkContentLength(request: HeaderSource, maxBytes: number): void {
  const received = request.header("content-length");
  // A Content-Length that is not a number is left to the server, which frames the body by it.
  if (received !== undefined && Number(received) > maxBytes) throw tooLarge(maxBytes);
}

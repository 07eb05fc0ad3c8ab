/** Responses of a receiver. A rejected request gets a problem document (RFC 9457) with its code and nothing else. */
import { ownMessage } from "../error.js";
import { STATUSES } from "../generated/codes.js";
import type { ReceiverCode, ReceiverEvent } from "./options.js";

/** Headers of a response. A header with several values, such as cookies, is a list. */
export type ResponseHeaders = Record<string, string | string[]>;

/** A response that every adapter can send. INVARIANT: a string body is ASCII, or the headers hold its length in bytes. */
export interface ResponseParts {
  status: number;
  headers: ResponseHeaders;
  body: string | Uint8Array;
}

/** Whether a response with this status has no body (RFC 9110, section 15). */
export function isBodyless(status: number): boolean {
  return status === 204 || status === 205 || status === 304;
}

/**
 * Why a request is not handled: thrown in the receiver, which turns it into a response. PERF: not a subclass of `Error`, since
 * a stack trace would cost more than all other work on a forged request.
 */
export class RequestError {
  readonly status: number;
  readonly code: ReceiverCode;
  readonly outcome: ReceiverEvent["outcome"];
  readonly detail: string | undefined;
  readonly headers: Record<string, string>;

  constructor(
    code: ReceiverCode,
    {
      status = STATUSES[code] ?? 400,
      outcome = "rejected",
      detail,
      headers = {},
    }: {
      status?: number;
      outcome?: ReceiverEvent["outcome"];
      detail?: string;
      headers?: Record<string, string>;
    } = {},
  ) {
    this.status = status;
    this.code = code;
    this.outcome = outcome;
    this.detail = detail;
    this.headers = headers;
  }
}

/** Reason phrases (RFC 9110, section 15): with the type `about:blank`, the title is the phrase of the status. */
const TITLES: Record<number, string> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  405: "Method Not Allowed",
  408: "Request Timeout",
  409: "Conflict",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  500: "Internal Server Error",
  503: "Service Unavailable",
};

/** The response to a request that is not handled. */
export function problem({ status, code, detail, headers }: RequestError): ResponseParts {
  const body = { type: "about:blank", title: TITLES[status] ?? "Error", status, code, detail };
  return {
    status,
    headers: { "content-type": "application/problem+json", "cache-control": "no-store", ...headers },
    body: JSON.stringify(body),
  };
}

/** The headers of the response to a delivery that was handled. */
export const SUCCESS_HEADERS: ResponseHeaders = Object.freeze({ "content-type": "application/json" });

/** The response to a delivery that its sender need not retry. */
export function success(status: 200 | 204, outcome: ReceiverEvent["outcome"]): ResponseParts {
  if (status === 204) return { status, headers: {}, body: "" };
  // A replay looks like a duplicate, so that its sender does not learn that it was recognized.
  const name = outcome === "replayed" ? "duplicate" : outcome;
  return { status, headers: SUCCESS_HEADERS, body: `{"status":"${name}"}` };
}

/** The response that a handler set by `context.reply`. */
export function customResponse(body: string, contentType: string): ResponseParts {
  if (typeof body !== "string")
    throw ownMessage(new TypeError("Invalid body for `reply`: expected a string."));
  if (typeof contentType !== "string" || !/^[\x20-\x7e]+$/.test(contentType))
    throw ownMessage(new TypeError("Invalid content type for `reply`: expected a media type."));
  const length = `${new TextEncoder().encode(body).length}`;
  return { status: 200, headers: { "content-type": contentType, "content-length": length }, body };
}

/** The error for a delivery that the handler wants to get again. */
export function retryLater(afterMs = 30_000): RequestError {
  if (typeof afterMs !== "number" || !(afterMs >= 0 && afterMs < 2 ** 31))
    throw ownMessage(
      new TypeError("Invalid time for `retry`: expected a number of milliseconds below 2^31."),
    );
  return new RequestError("handler-failed", {
    status: 503,
    detail: "The handler called `retry`.",
    headers: { "retry-after": `${Math.ceil(afterMs / 1000)}` },
  });
}

/** The error for a method that is neither POST nor that of a handshake. */
export function methodNotAllowed(handshakes: readonly string[] = []): RequestError {
  const allow = [...new Set(["POST", ...handshakes])].filter((name) => name !== "open POST").join(", ");
  return new RequestError("method-not-allowed", {
    detail: "Method not allowed; use POST.",
    headers: { allow },
  });
}

/** The error for a body over `maxBytes`, or over the unknown limit of a server in front of the receiver. */
export function tooLarge(maxBytes?: number): RequestError {
  const limit = maxBytes === undefined ? "the limit of the server" : `${maxBytes} bytes`;
  return new RequestError("body-too-large", { detail: `The body is larger than ${limit}.` });
}

/** The error for a body that other code has read already. `fix` is the line to change. */
export function notRaw(fix: string): RequestError {
  return new RequestError("body-not-raw", {
    outcome: "failed",
    detail: `The raw body is not available: other code read or parsed it before the receiver. ${fix}`,
  });
}

/** The error for a connection that ended before the body did. */
export function incomplete(): RequestError {
  return new RequestError("body-incomplete", { detail: "The connection ended before the body did." });
}

/** What is answered: a status and, where it is not success, a problem (RFC 9457) with its code and nothing more. */
import { ownMessage } from "../error.js";
import type { ReceiverCode, ReceiverEvent } from "./options.js";

/** Headers of an answer: several of one name, as cookies are, as a list. */
export type AnswerHeaders = Record<string, string | string[]>;

/** An answer that every adapter can send. A body that is a string is ASCII, or its length is among its headers. */
export interface ResponseParts {
  status: number;
  headers: AnswerHeaders;
  body: string | Uint8Array;
}

/** Whether a status has no body: RFC 9110, section 15. */
export function isEmpty(status: number): boolean {
  return status === 204 || status === 205 || status === 304;
}

/**
 * Why a request is not handled. Thrown inside the receiver, and answered by it. No Error: nobody reads its stack, and
 * to make one costs more than all else that a forged request gets.
 */
export class RequestError {
  readonly status: number;
  readonly code: ReceiverCode;
  readonly outcome: ReceiverEvent["outcome"];
  readonly detail: string | undefined;
  readonly headers: Record<string, string>;

  constructor(
    status: number,
    code: ReceiverCode,
    more: { outcome?: ReceiverEvent["outcome"]; detail?: string; headers?: Record<string, string> } = {},
  ) {
    this.status = status;
    this.code = code;
    this.outcome = more.outcome ?? "rejected";
    this.detail = more.detail;
    this.headers = more.headers ?? {};
  }
}

/** RFC 9110, section 15. With the type `about:blank` the title is the status's own phrase. */
const TITLES: Record<number, string> = {
  400: "Bad Request",
  401: "Unauthorized",
  405: "Method Not Allowed",
  408: "Request Timeout",
  409: "Conflict",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  500: "Internal Server Error",
  503: "Service Unavailable",
};

/** The answer to a request that is not handled. */
export function problem({ status, code, detail, headers }: RequestError): ResponseParts {
  const body = { type: "about:blank", title: TITLES[status] ?? "Error", status, code, detail };
  return {
    status,
    headers: { "content-type": "application/problem+json", "cache-control": "no-store", ...headers },
    body: JSON.stringify(body),
  };
}

/** The answer to a delivery that need not come again. */
export function success(status: 200 | 204, outcome: ReceiverEvent["outcome"]): ResponseParts {
  if (status === 204) return { status, headers: {}, body: "" };
  // Of what was handled before, the sender learns no more.
  const said = outcome === "replayed" ? "duplicate" : outcome;
  return { status, headers: { "content-type": "application/json" }, body: `{"status":"${said}"}` };
}

/** The answer that a handler wants. */
export function customResponse(body: string, contentType: string): ResponseParts {
  if (typeof body !== "string") throw ownMessage(new TypeError("What is replied is a text."));
  if (typeof contentType !== "string" || !/^[\x20-\x7e]+$/.test(contentType))
    throw ownMessage(new TypeError("The content type of a reply is no media type."));
  const length = `${new TextEncoder().encode(body).length}`;
  return { status: 200, headers: { "content-type": contentType, "content-length": length }, body };
}

/** A body that is larger than is read; or than a server in front hands over, which does not say how much that is. */
export function tooLarge(most?: number): RequestError {
  const limit = most === undefined ? "the server hands over" : `${most} bytes`;
  return new RequestError(413, "body-too-large", { detail: `The body is larger than ${limit}.` });
}

/** A body whose bytes something else has taken, with the line to change. */
export function notRaw(fix: string): RequestError {
  return new RequestError(500, "body-not-raw", {
    outcome: "failed",
    detail: `The raw body of the request is gone: something has read or parsed it before the receiver. ${fix}`,
  });
}

/** A connection that ended before the body did. */
export function incomplete(): RequestError {
  return new RequestError(400, "body-incomplete", { detail: "The connection ended before the body did." });
}

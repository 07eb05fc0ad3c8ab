/** Reads a `Response` that a handler returned, for adapters to send. */
import { asBytes } from "../bytes.js";
import { ownMessage } from "../error.js";
import { isBodyless, type ResponseHeaders, type ResponseParts } from "./response.js";

/** The members in use of a `Response`, of any realm or library. */
interface ResponseLike {
  readonly status: number;
  readonly bodyUsed?: boolean;
  readonly body?: { readonly locked?: boolean } | null;
  readonly url?: string;
  readonly headers: {
    forEach(callback: (value: string, name: string) => void): void;
    getSetCookie?(): string[];
  };
  arrayBuffer(): Promise<unknown>;
}

/** Whether a value has the shape of a `Response`. PERF: naming the global class would load all of fetch in Node. */
export function isResponse(value: unknown): value is ResponseLike {
  if (typeof value !== "object" || value === null) return false;
  try {
    const { status, headers, arrayBuffer } = value as Partial<ResponseLike>;
    return (
      typeof status === "number" &&
      typeof arrayBuffer === "function" &&
      typeof headers?.forEach === "function"
    );
  } catch {
    // A handler may return anything. A getter that throws is no failure of the handler.
    return false;
  }
}

/** Headers of one connection and of framing, which the server sets itself. */
const FRAMING_HEADERS = new Set([
  "connection",
  "content-length",
  "http2-settings",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** RFC 9110, sections 5.1 and 5.5. Servers take values as Latin-1. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * Reads a Response that a handler returned.
 *
 * @throws TypeError where the Response cannot be sent.
 */
export async function readHandlerResponse(response: ResponseLike): Promise<ResponseParts> {
  const { status, headers: responseHeaders } = response;
  if (!(Number.isInteger(status) && status >= 200 && status <= 599)) {
    throw ownMessage(
      new TypeError("The handler returned a Response with an invalid status: expected 200 to 599."),
    );
  }
  if (response.bodyUsed === true || response.body?.locked === true) {
    throw ownMessage(
      new TypeError(
        "The handler returned a Response whose body was read already. Return `response.clone()` or a new Response.",
      ),
    );
  }
  const bytes = asBytes(await response.arrayBuffer());
  if (bytes === undefined) {
    throw ownMessage(
      new TypeError("The handler returned a Response whose `arrayBuffer()` returns no bytes."),
    );
  }
  // `fetch` decompresses the body of a response, and leaves Content-Encoding as it was.
  const isFetched = typeof response.url === "string" && response.url !== "";
  const headers: ResponseHeaders = {};
  responseHeaders.forEach((value, name) => {
    const lower = `${name}`.toLowerCase();
    if (FRAMING_HEADERS.has(lower) || lower === "set-cookie" || (isFetched && lower === "content-encoding"))
      return;
    headers[lower] = checkHeader(lower, value);
  });
  const cookies = cookiesOf(responseHeaders);
  if (cookies.length > 0) headers["set-cookie"] = cookies.map((value) => checkHeader("set-cookie", value));
  // A copy in the memory of this realm, as Fastify requires.
  return { status, headers, body: isBodyless(status) ? "" : bytes.slice() };
}

/** Throws at a header that servers would reject. A value with the shape of a Response need not have valid headers. */
function checkHeader(name: string, value: unknown): string {
  const text = typeof value === "number" ? `${value}` : value;
  if (HEADER_NAME.test(name) && typeof text === "string" && HEADER_VALUE.test(text)) return text;
  throw ownMessage(
    new TypeError(
      "The handler returned a Response with an invalid header: expected a token as name, and Latin-1 text without line breaks as value.",
    ),
  );
}

/** The cookies of a response. Unlike other headers they cannot be joined by commas (RFC 9110, section 5.3). */
function cookiesOf(headers: ResponseLike["headers"]): string[] {
  if (typeof headers.getSetCookie === "function") return headers.getSetCookie();
  const cookies: string[] = [];
  headers.forEach((value, name) => {
    if (`${name}`.toLowerCase() === "set-cookie") cookies.push(value);
  });
  return cookies;
}

/** A `Response` that a handler returned, as an answer that every adapter can send. */
import { asBytes } from "../bytes.js";
import { ownMessage } from "../error.js";
import { type AnswerHeaders, isEmpty, type ResponseParts } from "./answer.js";

/** What is used of a `Response`, of whatever realm or library. */
interface ResponseLike {
  readonly status: number;
  readonly bodyUsed?: boolean;
  readonly body?: { readonly locked?: boolean } | null;
  readonly url?: string;
  readonly headers: {
    forEach(each: (value: string, name: string) => void): void;
    getSetCookie?(): string[];
  };
  arrayBuffer(): Promise<unknown>;
}

/** By shape: to name the global class would load all of fetch in Node, and not know one of another realm. */
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
    // Whatever a handler returns is read here, and a getter that throws is no failure of the handler.
    return false;
  }
}

/** Headers that are about one connection, or that say how long the body is: the server says those itself. */
const FRAMING = new Set([
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

/** RFC 9110, sections 5.1 and 5.5. What servers are given of a value is Latin-1. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * Reads a Response that a handler returned.
 *
 * @throws TypeError where it cannot be sent.
 */
export async function returned(response: ResponseLike): Promise<ResponseParts> {
  const { status, headers: given } = response;
  if (!(Number.isInteger(status) && status >= 200 && status <= 599)) {
    throw ownMessage(
      new TypeError(
        "The handler returned a Response without a status from 200 to 599, which cannot be sent.",
      ),
    );
  }
  if (response.bodyUsed === true || response.body?.locked === true) {
    throw ownMessage(
      new TypeError(
        "The handler returned a Response whose body was read already. Return response.clone(), or a new Response.",
      ),
    );
  }
  const bytes = asBytes(await response.arrayBuffer());
  if (bytes === undefined) {
    throw ownMessage(
      new TypeError(
        "The handler returned a Response whose arrayBuffer() has no bytes, which cannot be sent.",
      ),
    );
  }
  // The body of a response that was fetched is decompressed, and its headers still say otherwise.
  const isFetched = typeof response.url === "string" && response.url !== "";
  const headers: AnswerHeaders = {};
  given.forEach((value, name) => {
    const lower = `${name}`.toLowerCase();
    if (FRAMING.has(lower) || lower === "set-cookie" || (isFetched && lower === "content-encoding")) return;
    headers[lower] = checkHeader(lower, value);
  });
  const cookies = cookiesOf(given);
  if (cookies.length > 0) headers["set-cookie"] = cookies.map((value) => checkHeader("set-cookie", value));
  // A copy in this realm's memory: Fastify takes no other.
  return { status, headers, body: isEmpty(status) ? "" : bytes.slice() };
}

/** A shape that is no Response may hold what its class would have refused, and servers throw at it. */
function checkHeader(name: string, value: unknown): string {
  const text = typeof value === "number" ? `${value}` : value;
  if (HEADER_NAME.test(name) && typeof text === "string" && HEADER_VALUE.test(text)) return text;
  throw ownMessage(
    new TypeError(
      "The handler returned a Response with a header that cannot be sent: a name is a token, a value a text of Latin-1 without line breaks.",
    ),
  );
}

/** Cookies cannot be joined by commas, which their dates have: RFC 9110, section 5.3. */
function cookiesOf(headers: ResponseLike["headers"]): string[] {
  if (typeof headers.getSetCookie === "function") return headers.getSetCookie();
  const cookies: string[] = [];
  headers.forEach((value, name) => {
    if (`${name}`.toLowerCase() === "set-cookie") cookies.push(value);
  });
  return cookies;
}

/** Forwards a delivery to an application of the user, with the bytes and headers that were received. */
import { type RequestOptions, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { describeError, UsageError } from "../usage.js";

/** One request to an application, and its response. */
export interface ForwardAttempt {
  /** The URL of `--forward`, without user name and password. */
  url: string;
  /** The time of the request, in milliseconds since 1970. */
  at: number;
  durationMs: number;
  /** The status of the response; absent if there was none. */
  status?: number;
  /** The headers of the response, as names and values in turn. */
  headers: string[];
  body: Uint8Array;
  /** Why there is no complete response. */
  error?: string;
}

/** Timeout of one forwarded request: longer than senders wait. */
const FORWARD_TIMEOUT_MS = 60_000;
/** Largest response that is passed on. */
const MAX_RESPONSE_BYTES = 1024 * 1024;

/** Headers of one connection, and those that the client sets itself (RFC 9110, section 7.6.1). */
const CONNECTION_HEADERS = new Set([
  "connection",
  "content-length",
  "expect",
  "host",
  "http2-settings",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Parses the URLs of `--forward`. */
export function parseTargets(urls: readonly string[]): URL[] {
  return urls.map((text) => {
    let url: URL | undefined;
    try {
      url = new URL(text);
    } catch {}
    if (url?.protocol === "http:" || url?.protocol === "https:") return url;
    throw new UsageError(
      "Invalid value for --forward: expected a URL of http or https.",
      "Example: --forward http://127.0.0.1:4000/webhooks",
    );
  });
}

/** The URL as it is printed. SECURITY: without user name and password. */
export function displayUrl(target: URL): string {
  const url = new URL(target);
  url.username = "";
  url.password = "";
  return url.href;
}

/** Sends a delivery to an application. The promise is never rejected. */
export function forward(
  target: URL,
  delivery: { rawHeaders: readonly string[]; body: Uint8Array; query?: string },
): Promise<ForwardAttempt> {
  const url = new URL(target);
  // Providers that sign a part of the query need it; a query of --forward takes precedence.
  if (url.search === "" && delivery.query !== undefined) url.search = delivery.query;
  const start = performance.now();
  const attempt: ForwardAttempt = {
    url: displayUrl(target),
    at: Date.now(),
    durationMs: 0,
    headers: [],
    body: new Uint8Array(0),
  };
  return new Promise((resolve) => {
    const end = (result: Partial<ForwardAttempt>) => {
      clearTimeout(timer);
      resolve({ ...attempt, ...result, durationMs: Math.round(performance.now() - start) });
    };
    const options: RequestOptions = {
      method: "POST",
      agent: false,
      headers: forwardedHeaders(url, delivery),
    };
    const outgoing = (url.protocol === "https:" ? requestHttps : requestHttp)(url, options, (response) => {
      const { statusCode: status = 502, rawHeaders: headers } = response;
      const parts: Buffer[] = [];
      let length = 0;
      const body = () => new Uint8Array(Buffer.concat(parts));
      response.on("data", (part: Buffer) => {
        length += part.length;
        if (length <= MAX_RESPONSE_BYTES) parts.push(part);
        else {
          end({
            status,
            headers,
            body: body(),
            error: `the response has more than ${MAX_RESPONSE_BYTES} bytes`,
          });
          outgoing.destroy();
        }
      });
      response.on("end", () => end({ status, headers, body: body() }));
      response.on("error", (error) => end({ status, headers, body: body(), error: describeError(error) }));
    });
    // Of the whole exchange: an application that sends a byte now and then is too slow, too.
    const timer = setTimeout(() => {
      end({ error: `timeout after ${FORWARD_TIMEOUT_MS / 1000} s` });
      outgoing.destroy();
    }, FORWARD_TIMEOUT_MS);
    outgoing.on("error", (error) => end({ error: describeError(error) }));
    outgoing.end(delivery.body);
  });
}

/** The headers of the delivery, except those of the connection. A repeated header stays repeated. */
function forwardedHeaders(
  url: URL,
  { rawHeaders, body }: { rawHeaders: readonly string[]; body: Uint8Array },
): Record<string, string | string[]> {
  const headers = withoutConnection(rawHeaders);
  return { ...headers, Host: url.host, "Content-Length": `${body.length}` };
}

/** Headers by their names, without those of the connection. */
function withoutConnection(rawHeaders: readonly string[]): Record<string, string[]> {
  const dropped = new Set(CONNECTION_HEADERS);
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.toLowerCase() !== "connection") continue;
    for (const name of rawHeaders[index + 1]?.split(",") ?? []) dropped.add(name.trim().toLowerCase());
  }
  const headers: Record<string, string[]> = Object.create(null);
  const names = new Map<string, string>();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const [name = "", value = ""] = rawHeaders.slice(index, index + 2);
    const lower = name.toLowerCase();
    if (dropped.has(lower)) continue;
    const first = names.get(lower) ?? name;
    names.set(lower, first);
    headers[first] = [...(headers[first] ?? []), value];
  }
  return headers;
}

/** Whether an application accepted the delivery. */
export const isSuccess = ({ status, error }: ForwardAttempt): boolean =>
  error === undefined && status !== undefined && status >= 200 && status < 300;

/** The response for the sender: that of the application, or 502 where there is none. */
export function toResponse({ status, headers: rawHeaders, body, error }: ForwardAttempt): Response {
  if (error !== undefined || status === undefined || status < 200 || status > 599) {
    const code = error?.startsWith("timeout") ? 504 : 502;
    const title = code === 504 ? "Gateway Timeout" : "Bad Gateway";
    return Response.json(
      { type: "about:blank", title, status: code, code: "forward-failed" },
      { status: code, headers: { "content-type": "application/problem+json" } },
    );
  }
  const headers = new Headers();
  for (const [name, values] of Object.entries(withoutConnection(rawHeaders)))
    for (const value of values) headers.append(name, value);
  const isBodyless = status === 204 || status === 205 || status === 304;
  return new Response(isBodyless ? null : (body as Uint8Array<ArrayBuffer>), { status, headers });
}

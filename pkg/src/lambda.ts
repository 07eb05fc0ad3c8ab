/** `hookseal/lambda`: a receiver for AWS Lambda with API Gateway, a function URL or a load balancer. */
import { fromBase64, toBase64 } from "./base64.js";
import { notRaw, RequestError, type ResponseParts, tooLarge } from "./receive/answer.js";
import type { Handler, ReceiverOptions } from "./receive/options.js";
import { type Incoming, Receiver } from "./receive/receiver.js";
import type { Webhook } from "./webhook.js";

export type * from "./receive/options.js";

const FIX = "Pass the event of Lambda unchanged, with `body` as a string, and `isBase64Encoded`.";

/**
 * The used members of an event: of API Gateway's REST APIs and load balancers (version 1), and of its HTTP APIs and function
 * URLs (version 2).
 */
export interface LambdaEvent {
  readonly headers?: { readonly [name: string]: string | undefined } | null;
  readonly multiValueHeaders?: { readonly [name: string]: readonly string[] | undefined } | null;
  readonly body?: string | null;
  readonly isBase64Encoded?: boolean;
  /** Version 1. */
  readonly httpMethod?: string;
  readonly path?: string;
  /** Version 2. */
  readonly rawPath?: string;
  readonly rawQueryString?: string;
  readonly requestContext?: {
    readonly path?: string;
    readonly http?: { readonly method?: string };
  };
}

/** The response, in the form that all of them accept. */
export interface LambdaResult {
  statusCode: number;
  headers: Record<string, string>;
  /** In base64 where the body is not UTF-8. */
  body: string;
  isBase64Encoded: boolean;
  /** All headers again, for a response with cookies to an event with `multiValueHeaders`. */
  multiValueHeaders?: Record<string, string[]>;
  /** Cookies, for an event of version 2. */
  cookies?: string[];
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Creates a receiver of webhook deliveries as the handler of a function. Many instances of a function run at once, each with
 * its own memory: pass a `store` that they share.
 *
 * The function fails for an event that is not an HTTP request, such as one of SQS: a response would delete its messages.
 *
 * @example
 * ```ts
 * import { painchek } from "hookseal";
 * import { receiver } from "hookseal/lambda";
 *
 * const hook = painchek({ secrets: [process.env.PAINCHEK_SECRET] });
 * export const handler = receiver(hook, async (delivery) => {
 *   await save(delivery.id, delivery.event);
 * }, { store });
 * ```
 */
export function receiver<Events, R extends LambdaEvent = LambdaEvent>(
  hook: Webhook<Events>,
  handler: Handler<Events, R>,
  options?: ReceiverOptions<R>,
): (event: R) => Promise<LambdaResult> {
  const core = new Receiver(hook, handler, options);
  return async (event) => {
    checkEvent(event);
    return result(event, await core.handle(incoming(event)));
  };
}

function result(event: LambdaEvent, { status, headers, body }: ResponseParts): LambdaResult {
  const { "set-cookie": setCookie = [], ...rest } = headers as Record<string, string>;
  const cookies = [setCookie].flat();
  const single: Record<string, string> = { ...rest };
  const [first] = cookies;
  const version2 = event.requestContext?.http !== undefined;
  if (first !== undefined && !version2) single["set-cookie"] = first;
  const response: LambdaResult = { statusCode: status, headers: single, ...bodyOf(body) };
  if (first === undefined) return response;
  if (version2) response.cookies = cookies;
  else if (event.multiValueHeaders != null) {
    const lists = Object.entries(rest).map(([name, value]) => [name, [value]]);
    response.multiValueHeaders = { ...Object.fromEntries(lists), "set-cookie": cookies };
  }
  return response;
}

/** A body as a text, since the response is JSON, which has no bytes. */
function bodyOf(body: string | Uint8Array): Pick<LambdaResult, "body" | "isBase64Encoded"> {
  if (typeof body === "string") return { body, isBase64Encoded: false };
  try {
    return { body: decoder.decode(body), isBase64Encoded: false };
  } catch {
    return { body: toBase64(body), isBase64Encoded: true };
  }
}

const HTTP_FIX =
  "Put a function URL, API Gateway or a load balancer in front of the function. To handle deliveries of another source, " +
  "call `hook.check({ headers, body })` for each of them.";

/**
 * Throws for an event that is not an HTTP request: any response would be success, and delete the messages of a queue. An
 * empty event, or one with parts missing, is a test of the console and gets a response.
 */
function checkEvent(event: unknown): void {
  if (typeof event !== "object" || event === null) throw new TypeError(`Expected an HTTP event. ${HTTP_FIX}`);
  const { Records, requestContext, ...rest } = event as Record<string, unknown>;
  const context = (requestContext ?? {}) as Record<string, unknown>;
  const isHttp =
    !Array.isArray(event) &&
    (["httpMethod", "headers", "multiValueHeaders", "rawPath"].some((name) => rest[name] != null) ||
      ["http", "elb", "httpMethod"].some((name) => context[name] != null));
  if (isHttp && Records === undefined) return;
  const isList = Array.isArray(event);
  if (!isList && Object.keys(event).length === 0) return;
  const what = isList
    ? "a list"
    : Array.isArray(Records)
      ? "an event with `Records` (SQS, SNS, S3, Kinesis or DynamoDB)"
      : "detail-type" in rest
        ? "an event of EventBridge"
        : "an event without headers and method";
  throw new TypeError(`Expected an HTTP event, got ${what}. ${HTTP_FIX}`);
}

function incoming<R extends LambdaEvent>(event: R): Incoming<R> {
  const headers = headersOf(event);
  return {
    request: event,
    method: event.httpMethod ?? event.requestContext?.http?.method ?? "",
    url: () => {
      const query = event.rawQueryString ? `?${event.rawQueryString}` : "";
      return `https://${headers.host ?? "localhost"}${event.rawPath ?? event.requestContext?.path ?? event.path ?? "/"}${query}`;
    },
    headers,
    header: (name) => headers[name],
    async read(maxBytes) {
      const { body, isBase64Encoded } = event;
      if (body === undefined || body === null) return new Uint8Array(0);
      if (typeof body !== "string") throw notRaw(FIX);
      // Base64 has four characters for three bytes. In UTF-8, a character has one byte at least.
      if (isBase64Encoded ? (body.length / 4) * 3 - 2 > maxBytes : body.length > maxBytes)
        throw tooLarge(maxBytes);
      return isBase64Encoded ? decode(body) : encoder.encode(body);
    },
  };
}

function decode(body: string): Uint8Array {
  try {
    return fromBase64(body);
  } catch {
    throw new RequestError(400, "encoding-invalid", {
      detail: "The body is not base64, but `isBase64Encoded` is true.",
    });
  }
}

/** The headers by their names in lower case, with the values of one name joined. */
function headersOf({ headers, multiValueHeaders }: LambdaEvent): Record<string, string> {
  const result: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (value !== undefined) result[name.toLowerCase()] = value;
  }
  for (const [name, values] of Object.entries(multiValueHeaders ?? {})) {
    if (values !== undefined) result[name.toLowerCase()] = values.join(", ");
  }
  return result;
}

/** `hookseal/lambda`: a receiver for AWS Lambda with API Gateway, a function URL or a load balancer. */
import { fromBase64, toBase64 } from "./base64.js";
import { createReceiver, withRoutes } from "./receive/lazy-receiver.js";
import type {
  EachOptions,
  Handler,
  ItemHandler,
  ItemRoutes,
  ReceiverOptions,
  Routes,
  WebhookSource,
} from "./receive/options.js";
import type { Incoming } from "./receive/receiver.js";
import { notRaw, RequestError, type ResponseParts, SUCCESS_HEADERS, tooLarge } from "./receive/response.js";

export type * from "./receive/options.js";

const FIX = "Pass the event unchanged, with `body` as a string and `isBase64Encoded`.";

/**
 * The members in use of an event: of API Gateway's REST APIs and load balancers (version 1), and of HTTP APIs and function URLs
 * (version 2).
 */
export interface LambdaEvent {
  readonly headers?: { readonly [name: string]: string | undefined } | null;
  readonly multiValueHeaders?: { readonly [name: string]: readonly string[] | undefined } | null;
  readonly body?: string | null;
  readonly isBase64Encoded?: boolean;
  /** Version 1. */
  readonly httpMethod?: string;
  readonly path?: string;
  readonly queryStringParameters?: { readonly [name: string]: string | undefined } | null;
  readonly multiValueQueryStringParameters?: {
    readonly [name: string]: readonly string[] | undefined;
  } | null;
  /** Version 2. */
  readonly rawPath?: string;
  readonly rawQueryString?: string;
  readonly requestContext?: {
    readonly path?: string;
    readonly elb?: unknown;
    readonly http?: { readonly method?: string };
  };
}

/** The response, in a form that both versions accept. */
export interface LambdaResult {
  statusCode: number;
  headers: Record<string, string>;
  /** Base64 if the body is not UTF-8. */
  body: string;
  isBase64Encoded: boolean;
  /** All headers a second time, if there are cookies and the event has `multiValueHeaders`. */
  multiValueHeaders?: Record<string, string[]>;
  /** Cookies, for events of version 2. */
  cookies?: string[];
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * A receiver of webhook deliveries as the handler of a function. Many instances of a function run at once, each with its own
 * memory: pass a `store` that they share.
 *
 * The handler throws at an event that is not an HTTP request, such as one of SQS: a response would delete the messages.
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
  hook: WebhookSource<Events>,
  handler?: Handler<Events, R>,
  options?: ReceiverOptions<R>,
): ((event: R) => Promise<LambdaResult>) & Routes<Events, R>;
/** A receiver whose handler is called with each event of a delivery that has several. */
export function receiver<Events, R extends LambdaEvent = LambdaEvent>(
  hook: WebhookSource<Events>,
  handler: ItemHandler<Events, R> | undefined,
  options: EachOptions<R>,
): ((event: R) => Promise<LambdaResult>) & ItemRoutes<Events, R>;
export function receiver<Events, R extends LambdaEvent = LambdaEvent>(
  hook: WebhookSource<Events>,
  handler?: Handler<Events, R> | ItemHandler<Events, R>,
  options?: ReceiverOptions<R> | EachOptions<R>,
): ((event: R) => Promise<LambdaResult>) & Routes<Events, R> & ItemRoutes<Events, R> {
  const receiver = createReceiver(hook, handler, options);
  return withRoutes(receiver, async (event: R) => {
    checkEvent(event);
    return toLambdaResult(event, await receiver.handle(new LambdaIncoming(event)));
  });
}

function toLambdaResult(event: LambdaEvent, { status, headers, body }: ResponseParts): LambdaResult {
  // PERF: the usual response in one object.
  if (headers === SUCCESS_HEADERS && typeof body === "string")
    return {
      statusCode: status,
      headers: { "content-type": "application/json" },
      body,
      isBase64Encoded: false,
    };
  const { "set-cookie": setCookie = [], ...rest } = headers as Record<string, string>;
  const cookies = [setCookie].flat();
  const single: Record<string, string> = { ...rest };
  const [first] = cookies;
  const isVersion2 = event.requestContext?.http !== undefined;
  if (first !== undefined && !isVersion2) single["set-cookie"] = first;
  const result: LambdaResult = { statusCode: status, headers: single, ...bodyOf(body) };
  if (first === undefined) return result;
  if (isVersion2) result.cookies = cookies;
  else if (event.multiValueHeaders != null) {
    const lists = Object.entries(rest).map(([name, value]) => [name, [value]]);
    result.multiValueHeaders = { ...Object.fromEntries(lists), "set-cookie": cookies };
  }
  return result;
}

/** Encodes a body as a string, since Lambda's response is JSON. */
function bodyOf(body: string | Uint8Array): Pick<LambdaResult, "body" | "isBase64Encoded"> {
  if (typeof body === "string") return { body, isBase64Encoded: false };
  try {
    return { body: decoder.decode(body), isBase64Encoded: false };
  } catch {
    return { body: toBase64(body), isBase64Encoded: true };
  }
}

const HTTP_FIX =
  "Put a function URL, API Gateway or a load balancer in front of the function. For deliveries from another source, " +
  "call `hook.check({ headers, body })` for each delivery.";

/**
 * Throws at an event that is not an HTTP request: a response would count as success, and delete the messages of a queue. An empty
 * event gets a response, since tests in the AWS console may send one.
 */
function checkEvent(event: unknown): void {
  if (typeof event !== "object" || event === null) throw new TypeError(`Expected an HTTP event. ${HTTP_FIX}`);
  // PERF: nearly every event has headers, and no event of a queue has.
  if ("headers" in event && event.headers != null && !("Records" in event) && !Array.isArray(event)) return;
  const { Records, requestContext, ...rest } = event as Record<string, unknown>;
  const context = (requestContext ?? {}) as Record<string, unknown>;
  const isHttp =
    !Array.isArray(event) &&
    (["httpMethod", "headers", "multiValueHeaders", "rawPath"].some((name) => rest[name] != null) ||
      ["http", "elb", "httpMethod"].some((name) => context[name] != null));
  if (isHttp && Records === undefined) return;
  const isList = Array.isArray(event);
  if (!isList && Object.keys(event).length === 0) return;
  const received = isList
    ? "a list"
    : Array.isArray(Records)
      ? "an event with `Records` (SQS, SNS, S3, Kinesis or DynamoDB)"
      : "detail-type" in rest
        ? "an event of EventBridge"
        : "an event without headers and method";
  throw new TypeError(`Expected an HTTP event, got ${received}. ${HTTP_FIX}`);
}

class LambdaIncoming<R extends LambdaEvent> implements Incoming<R> {
  readonly request: R;
  readonly method: string;
  readonly headers: Record<string, string>;

  constructor(event: R) {
    this.request = event;
    this.method = event.httpMethod ?? event.requestContext?.http?.method ?? "";
    this.headers = headersOf(event);
  }

  url(): string {
    const event = this.request as LambdaEvent;
    const { rawQueryString, rawPath, requestContext, path } = event;
    const query = rawQueryString ?? queryOf(event);
    return `https://${this.headers.host ?? "localhost"}${rawPath ?? requestContext?.path ?? path ?? "/"}${query && `?${query}`}`;
  }

  header(name: string): string | undefined {
    return this.headers[name];
  }

  read(maxBytes: number): Uint8Array {
    const { body, isBase64Encoded } = this.request as LambdaEvent;
    if (body === undefined || body === null) return new Uint8Array(0);
    if (typeof body !== "string") throw notRaw(FIX);
    // A lower bound of the size: base64 has four characters for three bytes, and UTF-8 at least a byte per character.
    const minBytes = isBase64Encoded ? (body.length / 4) * 3 - 2 : body.length;
    if (minBytes > maxBytes) throw tooLarge(maxBytes);
    return isBase64Encoded ? decode(body) : encode(body);
  }
}

/** The query of an event of version 1. API Gateway decodes the parameters, and a load balancer does not. */
function queryOf({
  queryStringParameters,
  multiValueQueryStringParameters,
  requestContext,
}: LambdaEvent): string {
  const encode = requestContext?.elb == null ? encodeURIComponent : String;
  return Object.entries(multiValueQueryStringParameters ?? queryStringParameters ?? {})
    .flatMap(([name, values]) => [values ?? []].flat().map((value) => `${encode(name)}=${encode(value)}`))
    .join("&");
}

/** The UTF-8 of a body. PERF: Node's Buffer takes a third of the time of TextEncoder. */
function encode(body: string): Uint8Array {
  const { Buffer } = globalThis as { Buffer?: { from(text: string): Uint8Array } };
  return Buffer === undefined ? encoder.encode(body) : Buffer.from(body);
}

function decode(body: string): Uint8Array {
  try {
    return fromBase64(body);
  } catch {
    throw new RequestError("encoding-invalid", {
      detail: "The body is not valid base64, although `isBase64Encoded` is true.",
    });
  }
}

/** The headers by their names in lower case. Several values of one name are joined by commas. */
function headersOf({ headers, multiValueHeaders }: LambdaEvent): Record<string, string> {
  const headersByName: Record<string, string> = Object.create(null);
  if (headers != null)
    for (const name of Object.keys(headers)) {
      const value = headers[name];
      if (value !== undefined) headersByName[name.toLowerCase()] = value;
    }
  if (multiValueHeaders != null)
    for (const name of Object.keys(multiValueHeaders)) {
      const values = multiValueHeaders[name];
      if (values !== undefined) headersByName[name.toLowerCase()] = values.join(", ");
    }
  return headersByName;
}

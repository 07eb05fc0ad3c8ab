/** Sends a delivery to an application of any framework, without a network where the framework can do without. */
import { builtin } from "../builtin.js";
import type { Bytes } from "../types.js";
import { checkDelivery, checkTestOptions } from "./arguments.js";

/** A delivery as a test sends it. */
export interface TestDelivery {
  method: "POST";
  headers: Record<string, string>;
  body: Bytes;
  /** The URL that the signature covers, if `delivery` was called with one. */
  url?: string;
}

/** The response of an application. */
export interface TestResponse {
  status: number;
  /** The headers, by their names in lower case. */
  headers: Record<string, string>;
  text: string;
  /** The body as JSON: of a rejected delivery, `code` says why. */
  // biome-ignore lint/suspicious/noExplicitAny: the body of any response
  json(): any;
}

const NOT_AN_APP = "Expected a receiver, an application, a server or a URL as the first argument of sendTo.";

/** Options of `sendTo`. */
export interface SendToOptions {
  /** The path of the route. Default: `/`. */
  path?: string | undefined;
}

// biome-ignore lint/suspicious/noExplicitAny: applications of any framework, recognized by their methods
type Any = any;

/**
 * An application or a receiver: the URL of a server, a receiver of any entry, a `node:http` server, an application of Express, Koa,
 * Fastify or Hono, or an object with `fetch`, such as a worker.
 */
export type TestApp = string | URL | ((...args: Any[]) => unknown) | object;

/**
 * Sends a delivery to an application, and returns its response.
 *
 * @example
 * ```ts
 * const { status, text } = await sendTo(app, delivery(hook, "assessment_add"), { path: "/webhooks/painchek" });
 * ```
 */
export async function sendTo(
  app: TestApp,
  delivery: TestDelivery,
  options: SendToOptions = {},
): Promise<TestResponse> {
  const target = app as Any;
  if (app === null || !["object", "function", "string"].includes(typeof app)) throw new TypeError(NOT_AN_APP);
  checkDelivery(delivery);
  const path = pathOf("sendTo", options);
  const { method, headers, body } = delivery;
  if (typeof target === "string" || target instanceof URL) return post(new URL(path, target), delivery);
  if (typeof target.inject === "function") {
    const reply = await target.inject({ method, url: path, headers, payload: Buffer.from(body) });
    return responseOf(reply.statusCode, Object.entries(reply.headers), reply.payload);
  }
  if (typeof target.address === "function" && target.address() !== null)
    return post(urlOf(target, path), delivery);
  if (typeof target.fetch === "function") return ofFetch(target.fetch.bind(target), path, delivery);
  if (typeof target.callback === "function") return overHttp(target.callback(), path, delivery);
  if (
    typeof target.listen === "function" &&
    typeof target.emit === "function" &&
    typeof target !== "function"
  )
    return overHttp(target.listeners("request")[0], path, delivery);
  if (typeof target !== "function") throw new TypeError(NOT_AN_APP);
  return target.length >= 2 ? overHttp(target, path, delivery) : ofFetch(target, path, delivery);
}

/** Calls a function that takes a `Request`, or the handler of a Lambda function, which has another result. */
async function ofFetch(
  receive: (request: Any) => Any,
  path: string,
  delivery: TestDelivery,
): Promise<TestResponse> {
  const { method, headers, body } = delivery;
  const request = new Request(new URL(path, "http://localhost"), { method, headers, body });
  const response = await receive(request);
  if (typeof response?.text !== "function")
    throw new TypeError(
      "The application did not return a Response. Pass a Lambda function its event: toLambdaEvent.",
    );
  return responseOf(response.status, response.headers, await response.text());
}

/** A delivery as the event of a Lambda function with a function URL or an HTTP API. */
export function toLambdaEvent(delivery: TestDelivery, options: SendToOptions = {}): object {
  checkDelivery(delivery);
  const { headers, body } = delivery;
  const path = pathOf("toLambdaEvent", options);
  const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  return {
    version: "2.0",
    rawPath: path,
    rawQueryString: "",
    headers: Object.fromEntries(lower),
    requestContext: { http: { method: "POST", path } },
    body: Buffer.from(body).toString("base64"),
    isBase64Encoded: true,
  };
}

function pathOf(call: string, options: SendToOptions): string {
  checkTestOptions(call, options, { path: true } satisfies Record<keyof SendToOptions, true>);
  const { path = "/" } = options ?? {};
  if (typeof path !== "string") throw new TypeError("Invalid value for option `path`: expected a string.");
  return path;
}

/** Starts a server for one request. */
async function overHttp(listener: Any, path: string, delivery: TestDelivery): Promise<TestResponse> {
  const http = builtin<Any>("node:http");
  if (http === undefined) throw new TypeError("sendTo needs node:http for a listener of Node.");
  const server = http.createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await post(urlOf(server, path), delivery);
  } finally {
    server.closeAllConnections?.();
    await new Promise((resolve) => server.close(resolve));
  }
}

function urlOf(server: Any, path: string): URL {
  return new URL(path, `http://127.0.0.1:${server.address().port}`);
}

async function post(url: URL, { method, headers, body }: TestDelivery): Promise<TestResponse> {
  const response = await fetch(url, { method, headers, body });
  return responseOf(response.status, response.headers, await response.text());
}

function responseOf(
  status: number,
  headers: Iterable<readonly [string, unknown]>,
  text: string,
): TestResponse {
  const lower = [...headers].map(([name, value]) => [name.toLowerCase(), `${value}`]);
  return { status, headers: Object.fromEntries(lower), text, json: () => JSON.parse(text) };
}

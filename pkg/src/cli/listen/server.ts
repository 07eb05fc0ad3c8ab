/** The server of `listen`: a receiver of `hookseal/node` for each provider, whose handler forwards to applications. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { DeliveryStore, Verified, Webhook } from "../../index.js";
import { type ReceiverEvent, type RejectedRequest, receiver } from "../../node.js";
import { printError, sanitize, style } from "../output.js";
import { forward, isSuccess, toResponse } from "./forward.js";
import { type PrintOptions, printReceived } from "./print.js";
import { collectBody, deliveryOf, type Received, readAhead } from "./received.js";
import type { Routes } from "./routes.js";
import { save } from "./save.js";
import { isUnrouted, type Unrouted } from "./unrouted.js";

export interface ServerOptions extends PrintOptions {
  save?: string;
  url?: string;
  count?: number;
  targets: URL[];
}

/** Claims every delivery as new, so that retries are printed, too. */
const NO_DEDUPE_STORE: DeliveryStore = { claim: async () => "new", async done() {}, async release() {} };

/** What is known about a request until it is printed. */
interface RequestState {
  received: Received;
  start: number;
  body: Promise<Uint8Array | undefined>;
  route: Webhook | Unrouted;
  rejected?: RejectedRequest;
}

const PROBLEM_HEADERS = { "content-type": "application/problem+json" };
const problemOf = (status: number, code: string) => ({
  type: "about:blank",
  title: status === 400 ? "Bad Request" : "Internal Server Error",
  status,
  code,
});

type Receive = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export class ListenServer {
  accepted = 0;
  rejected = 0;
  handshakes = 0;
  /** Requests that are no deliveries. */
  others = 0;
  /** Called when the number of requests of --count has been received. */
  onCountReached: () => void = () => {};
  /** Called with each request after it was printed. */
  onReceived: (received: Received, route: Webhook | Unrouted) => void = () => {};
  #number = 0;
  readonly #states = new WeakMap<IncomingMessage, RequestState>();
  readonly #receivers = new Map<Webhook, Receive>();

  constructor(
    readonly routes: Routes,
    readonly options: ServerOptions,
  ) {}

  /** Handles one request. The promise is never rejected: no request may end the command, whatever it is. */
  async handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await this.#receive(incoming, response);
    } catch (error) {
      this.rejected += 1;
      printError(
        `${style.red("error")}: ${sanitize(error instanceof Error ? (error.stack ?? error.message) : String(error), true)}`,
      );
      if (response.headersSent) response.destroy();
      else response.writeHead(500, PROBLEM_HEADERS).end(JSON.stringify(problemOf(500, "internal")));
    }
    const total = this.accepted + this.rejected + this.handshakes + this.others;
    if (this.options.count !== undefined && total >= this.options.count) this.onCountReached();
  }

  async #receive(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const start = performance.now();
    const { only, fallback } = this.routes;
    this.#number += 1;
    const { method = "", rawHeaders } = incoming;
    const url = this.#url(incoming);
    const received: Received = {
      number: this.#number,
      at: Date.now(),
      method,
      url,
      rawHeaders,
      status: 0,
      issues: [],
      attempts: [],
      durationMs: 0,
    };
    let request = incoming;
    let body: Promise<Uint8Array | undefined>;
    let route: Webhook | Unrouted;
    if (only !== undefined) {
      route = only;
      body = collectBody(incoming, only.maxBytes);
    } else {
      const ahead = await readAhead(incoming, fallback.maxBytes);
      request = ahead.request;
      body = Promise.resolve(ahead.body);
      route = this.routes.route({ headers: rawHeaders, body: ahead.body ?? "", method, url });
    }
    const state: RequestState = { received, start, body, route };
    this.#states.set(request, state);
    await this.#receiverOf(isUnrouted(route) ? fallback : route)(request, response);
    // A rejection is printed once the body is complete, so the count is checked after that.
    await body;
  }

  #url({ headers, url = "/" }: IncomingMessage): string {
    return this.options.url ?? `http://${headers.host ?? "localhost"}${url}`;
  }

  /** The receiver of a provider. One that is not used is not made. */
  #receiverOf(hook: Webhook): Receive {
    const known = this.#receivers.get(hook);
    if (known !== undefined) return known;
    const receive = receiver<unknown, IncomingMessage>(
      hook,
      (delivery, { request }) => this.#accept(delivery, this.#states.get(request) as RequestState),
      {
        store: NO_DEDUPE_STORE,
        // `onEvent` prints rejections instead, with the message of `onRejected`, which is called first.
        log: false,
        keys: this.routes.keys,
        onRejected: (rejected) => {
          (this.#states.get(rejected.request) as RequestState).rejected = rejected;
        },
        url: (request) => this.#url(request),
        onEvent: (event, request) => this.#end(event, this.#states.get(request) as RequestState),
      },
    );
    this.#receivers.set(hook, receive);
    return receive;
  }

  /** Handles a delivery that was verified, or that has no route: the fallback accepts any JSON. */
  async #accept(delivery: Verified, state: RequestState): Promise<Response | undefined> {
    const { received, route } = state;
    const body = await state.body;
    if (body !== undefined) received.body = body;
    if (isUnrouted(route)) {
      Object.assign(received, route);
      const { status, code } = route;
      return Response.json(problemOf(status, code), { status, headers: PROBLEM_HEADERS });
    }
    const { type, id, revision, signature, createdAt, digest, issues } = delivery;
    Object.assign(received, { provider: route.provider, type, id, signature, digest, issues });
    if (revision !== undefined) received.revision = revision;
    if (createdAt !== undefined) received.createdAt = createdAt;
    if (this.options.targets.length === 0 || body === undefined) return undefined;
    const query = received.url.indexOf("?");
    const outgoing = {
      rawHeaders: received.rawHeaders,
      body,
      ...(query === -1 ? {} : { query: received.url.slice(query) }),
    };
    received.attempts = await Promise.all(this.options.targets.map((target) => forward(target, outgoing)));
    // The first failure is the sender's response, so that the sender retries for the application that failed.
    const attempt = received.attempts.find((attempt) => !isSuccess(attempt)) ?? received.attempts[0];
    return attempt && toResponse(attempt);
  }

  /** Completes and prints a request. Called before the response for deliveries that reached the handler, so that the file exists. */
  #end(event: ReceiverEvent, state: RequestState): unknown {
    const { received } = state;
    received.status = event.status;
    received.durationMs = Math.round(performance.now() - state.start);
    if (event.outcome === "handshake") {
      this.handshakes += 1;
      received.handshake = event.handshake ?? "";
      if (!isUnrouted(state.route)) received.provider = state.route.provider;
      return this.#show(state);
    }
    if (received.signature !== undefined || received.code !== undefined) return this.#show(state);
    return this.#reject(event, state);
  }

  async #reject({ code = "internal" }: ReceiverEvent, state: RequestState): Promise<void> {
    const { received, rejected, route } = state;
    received.code = code;
    received.message = rejected?.error?.message ?? rejected?.detail ?? "";
    const body = await state.body;
    if (body !== undefined) received.body = body;
    if (!isUnrouted(route)) received.provider = route.provider;
    const delivery = deliveryOf(received);
    // All stages of a delivery that the check rejected; other requests were not checked.
    if (rejected?.error !== undefined && delivery !== undefined && !isUnrouted(route)) {
      const { type, id, revision, issues } = route.inspect(delivery, { keys: this.routes.keys });
      received.issues = issues.filter(({ severity }) => severity === "error");
      if (type !== undefined) received.type = type;
      if (id !== undefined) received.id = id;
      if (revision !== undefined) received.revision = revision;
    }
    this.#show(state);
  }

  #show({ received, route }: RequestState): void {
    if (received.handshake === undefined) {
      if (received.signature !== undefined) this.accepted += 1;
      // A request by GET, such as that of a browser, is no delivery.
      else if (received.method === "POST") this.rejected += 1;
      else this.others += 1;
      const file = this.options.save === undefined ? undefined : save(this.options.save, received);
      if (file !== undefined) received.file = file;
    }
    printReceived(received, this.options);
    this.onReceived(received, route);
  }
}

/** The receivers that adapters use: of a webhook, or of one that is made when the first request arrives. */
import { errorLog } from "./error-log.js";
import type {
  EachOptions,
  ErrorSource,
  Handler,
  HandlerContext,
  ItemHandler,
  ReceiverOptions,
  WebhookSource,
} from "./options.js";
import { call } from "./promises.js";
import { checkHandler, checkRoute, type Incoming, Receiver } from "./receiver.js";
import { problem, RequestError, type ResponseParts } from "./response.js";
import { checkOptionNames } from "./settings.js";

/** A receiver without the types of its events. */
export interface RequestReceiver<R> {
  /** Handles one request. The promise is never rejected. */
  handle(incoming: Incoming<R>): Promise<ResponseParts>;
  /** Adds the handler of one event type. */
  on(type: string, handler: (received: never, context: HandlerContext<R>) => unknown): void;
}

/** Makes a receiver. With a function in place of the webhook, both are made when the first request arrives. */
export function createReceiver<Events, R>(
  hook: WebhookSource<Events>,
  handler: Handler<Events, R> | ItemHandler<Events, R> | undefined,
  options: ReceiverOptions<R> | EachOptions<R> | undefined,
): RequestReceiver<R> {
  return typeof hook === "function"
    ? new LazyReceiver(hook, handler, options)
    : new Receiver(hook, handler, options);
}

/** Adds `on` to the function that a framework calls. */
export function withRoutes<F extends object, R>(
  receiver: RequestReceiver<R>,
  receive: F,
  // biome-ignore lint/suspicious/noExplicitAny: the overloads of adapters have the types
): F & { on(type: any, handler: any): any } {
  return Object.assign(receive, {
    on(type: string, handler: (received: never, context: HandlerContext<R>) => unknown) {
      receiver.on(type, handler);
      return this;
    },
  });
}

class LazyReceiver<Events, R> implements RequestReceiver<R> {
  readonly #make: () => Receiver<Events, R>;
  readonly #routes = new Map<string, (received: never, context: HandlerContext<R>) => unknown>();
  readonly #onError: (error: unknown, source: ErrorSource) => unknown;
  #receiver: Receiver<Events, R> | undefined;

  constructor(
    source: Extract<WebhookSource<Events>, () => unknown>,
    handler: Handler<Events, R> | ItemHandler<Events, R> | undefined,
    options: ReceiverOptions<R> | EachOptions<R> = {},
  ) {
    checkHandler(handler);
    checkOptionNames(options);
    const { onError, name = "webhook" } = options ?? {};
    this.#onError = typeof onError === "function" ? onError : errorLog({ name, provider: name });
    this.#make = () => {
      const receiver = new Receiver(source(), handler, options);
      for (const [type, route] of this.#routes) receiver.on(type, route);
      return receiver;
    };
  }

  on(type: string, handler: (received: never, context: HandlerContext<R>) => unknown): void {
    this.#receiver?.on(type, handler);
    checkRoute(type, handler, this.#routes);
    this.#routes.set(type, handler);
  }

  async handle(incoming: Incoming<R>): Promise<ResponseParts> {
    try {
      this.#receiver ??= this.#make();
    } catch (error) {
      // Such as a secret that is missing. The next request tries again.
      call(() => this.#onError(error, "receiver")).catch(() => {});
      return problem(new RequestError("internal"));
    }
    return this.#receiver.handle(incoming);
  }
}

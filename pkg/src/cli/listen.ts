/** `listen`: a local receiver of `hookseal/node` that prints deliveries, and saves them to be verified or sent again. */
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import process from "node:process";
import { type Delivery, type DeliveryStore, exportDelivery, type Verified, type Webhook } from "../index.js";
import { type ReceiverEvent, receiver } from "../node.js";
import { displayName } from "./input.js";
import { count, print, printError, sanitize, style, verdictStyle } from "./output.js";
import { describeError, EXIT_VALID, UsageError } from "./usage.js";
import { type HookOptions, WebhookFactory } from "./webhook-factory.js";

export interface ListenOptions extends HookOptions {
  host?: string;
  save?: string;
  count?: number;
  json?: boolean;
  showBody?: boolean;
  url?: string;
}

/** Timeout of a request: a stalled connection would keep `listen` from ending. */
const REQUEST_TIMEOUT_MS = 30_000;
/** Claims every delivery as new, so that retries are printed, too. */
const NO_DEDUPE_STORE: DeliveryStore = { claim: async () => "new", async done() {}, async release() {} };

export async function listen(port: number, options: ListenOptions): Promise<number> {
  if (options.provider === undefined) {
    throw new UsageError(
      "Missing option: --provider.",
      "Example: hookseal listen 3000 --provider painchek --secret-env PAINCHEK_SECRET",
    );
  }
  const hook = await new WebhookFactory(options, "verify").byId(options.provider);
  if (options.save !== undefined) createFolder(options.save);
  const listener = new ListenServer(hook, options);
  const server = createServer((request, response) => void listener.handle(request, response));
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.headersTimeout = REQUEST_TIMEOUT_MS;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) =>
      reject(new UsageError(`Cannot listen on port ${port}: ${describeError(error)}.`)),
    );
    server.listen(port, options.host ?? "127.0.0.1", resolve);
  });
  const { address, port: bound, family } = server.address() as AddressInfo;
  printError(
    `Listening on http://${family === "IPv6" ? `[${address}]` : address}:${bound}/ for ${sanitize(options.provider)}. Press Ctrl-C to stop.`,
  );
  await new Promise<void>((resolve) => {
    listener.onCountReached = resolve;
    process.once("SIGINT", resolve);
    process.once("SIGTERM", resolve);
  });
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), 1000).unref();
  });
  printError(
    `${count(listener.accepted, "delivery", "deliveries")} accepted, ${listener.rejected} rejected.`,
  );
  return EXIT_VALID;
}

function createFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new UsageError(`${displayName(folder)} cannot be created: ${describeError(error)}.`);
  }
}

/** Collects the body while the receiver reads it, too. Resolves to undefined if it exceeds `maxBytes` or is never complete. */
function collectBody(request: IncomingMessage, maxBytes: number): Promise<Uint8Array | undefined> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    let length = 0;
    request.on("data", (part: Buffer) => {
      length += part.length;
      if (length <= maxBytes) parts.push(part);
      else resolve(undefined);
    });
    request.on("end", () => resolve(new Uint8Array(Buffer.concat(parts))));
    request.on("error", () => {});
    request.on("close", () => resolve(undefined));
  });
}

class ListenServer {
  accepted = 0;
  rejected = 0;
  handshakes = 0;
  /** Called when the number of requests of --count has been received. */
  onCountReached: () => void = () => {};
  readonly #bodies = new WeakMap<IncomingMessage, Promise<Uint8Array | undefined>>();
  /** Why requests were rejected. SECURITY: the response has no message of the check. This one is for the user of the terminal. */
  readonly #messages = new WeakMap<IncomingMessage, string>();
  readonly #receive: (request: IncomingMessage, response: ServerResponse) => Promise<void>;

  constructor(
    readonly hook: Webhook,
    readonly options: ListenOptions,
  ) {
    this.#receive = receiver<unknown, IncomingMessage>(
      hook,
      // Runs before the response, so that every delivery with status 200 is saved.
      async (accepted, { request }) => this.#show(accepted, request, await this.#bodies.get(request)),
      {
        store: NO_DEDUPE_STORE,
        // `onEvent` prints rejections instead, with the message of `onRejected`, which is called first.
        log: false,
        onRejected: ({ request, error, detail = "" }) => {
          this.#messages.set(request, error?.message ?? detail);
        },
        url: (request) => this.#url(request),
        onEvent: async (event, request) => {
          if (event.outcome === "handled") return;
          if (event.outcome === "handshake") return this.#showHandshake(event);
          const message = this.#messages.get(request) ?? "";
          this.#showRejected(event, message, this.#toDelivery(request, await this.#bodies.get(request)));
        },
      },
    );
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = collectBody(request, this.hook.maxBytes);
    this.#bodies.set(request, body);
    await this.#receive(request, response);
    // `onEvent` counts a rejection once the body is complete, so the count is checked after that.
    await body;
    const total = this.accepted + this.rejected + this.handshakes;
    if (this.options.count !== undefined && total >= this.options.count) this.onCountReached();
  }

  /** The delivery as received; undefined if it is incomplete. */
  #toDelivery(request: IncomingMessage, body: Uint8Array | undefined): Delivery | undefined {
    if (body === undefined || request.method !== "POST") return undefined;
    return { headers: request.rawHeaders, body, method: "POST", url: this.#url(request) };
  }

  #url({ headers, url = "/" }: IncomingMessage): string {
    return this.options.url ?? `http://${headers.host ?? "localhost"}${url}`;
  }

  #show(verified: Verified, request: IncomingMessage, body: Uint8Array | undefined): void {
    const { type, id, signature, createdAt, digest, issues } = verified;
    this.accepted += 1;
    const file = this.#save(this.#toDelivery(request, body), type);
    const { json = false, showBody = false } = this.options;
    const text = Buffer.from(body ?? []).toString("utf8");
    if (json) {
      const more = showBody ? { body: text } : {};
      print(JSON.stringify({ status: 200, type, id, signature, createdAt, digest, issues, file, ...more }));
      return;
    }
    const saved = file === undefined ? "" : style.dim(` ${displayName(file)}`);
    print(
      `${style.dim(clock())} 200 ${verdictStyle[signature.status](signature.status)} ${sanitize(type)} ${sanitize(id)}${saved}`,
    );
    if (showBody) print(sanitize(text, true));
  }

  #showHandshake({ status, handshake = "" }: ReceiverEvent): void {
    this.handshakes += 1;
    if (this.options.json === true) print(JSON.stringify({ status, handshake }));
    else print(`${style.dim(clock())} ${status} handshake ${sanitize(handshake)}`);
  }

  #showRejected(
    { status, code = "internal" }: ReceiverEvent,
    message: string,
    delivery: Delivery | undefined,
  ): void {
    this.rejected += 1;
    this.#save(delivery, "rejected");
    if (this.options.json === true) print(JSON.stringify({ status, code, message }));
    else print(`${style.dim(clock())} ${style.red(String(status))} ${code} ${sanitize(message)}`);
  }

  /** Saves the request as received, for `hookseal verify FILE` and `hookseal send URL FILE --as-is`. */
  #save(delivery: Delivery | undefined, label: string): string | undefined {
    const { save } = this.options;
    if (save === undefined || delivery === undefined) return undefined;
    const text = exportDelivery(delivery, "http");
    const name = label
      .replace(/[^A-Za-z0-9._-]+/g, "_")
      .replace(/^\.+/, "")
      .slice(0, 80);
    const number = String(this.accepted + this.rejected).padStart(4, "0");
    const file = join(
      save,
      `${new Date().toISOString().replace(/[:.]/g, "-")}-${number}-${name || "event"}.http`,
    );
    if (text === undefined) return undefined;
    try {
      // SECURITY: a payload may be health data, so only this user can read the file.
      writeFileSync(file, text, { flag: "wx", mode: 0o600 });
      return file;
    } catch (error) {
      printError(`${displayName(file)} cannot be written: ${describeError(error)}.`);
      return undefined;
    }
  }
}

const clock = () => new Date().toISOString().slice(11, 19);

/** `listen`: a receiver of `hookseal/node` for the desk. It shows what it got, and keeps it as files to replay. */
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import process from "node:process";
import { type Delivery, type DeliveryStore, exportDelivery, type Verified, type Webhook } from "../index.js";
import { type ReceiverEvent, receiver } from "../node.js";
import { type HookOptions, WebhookFactory } from "./hooks.js";
import { displayName } from "./input.js";
import { count, print, printError, sanitize, style, verdictInk } from "./paint.js";
import { describeError, EXIT_VALID, UsageError } from "./usage.js";

export interface ListenOptions extends HookOptions {
  host?: string;
  save?: string;
  count?: number;
  json?: boolean;
  showBody?: boolean;
  url?: string;
}

/** How long a request may take. */
const REQUEST_TIMEOUT_MS = 30_000;
/** Each delivery is shown, however often it comes. */
const NO_DEDUPE_STORE: DeliveryStore = { claim: async () => "new", async done() {}, async release() {} };

export async function listen(port: number, options: ListenOptions): Promise<number> {
  if (options.provider === undefined) {
    throw new UsageError(
      "A receiver needs --provider.",
      "For example: hookseal listen 3000 --provider painchek --secret-env PAINCHEK_SECRET",
    );
  }
  const hook = await new WebhookFactory(options, "trust").named(options.provider);
  if (options.save !== undefined) prepare(options.save);
  const desk = new ListenServer(hook, options);
  const server = createServer((request, response) => void desk.handle(request, response));
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.headersTimeout = REQUEST_TIMEOUT_MS;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) =>
      reject(new UsageError(`Nothing listens on port ${port}: ${describeError(error)}.`)),
    );
    server.listen(port, options.host ?? "127.0.0.1", resolve);
  });
  const { address, port: bound, family } = server.address() as AddressInfo;
  printError(
    `Listening on http://${family === "IPv6" ? `[${address}]` : address}:${bound}/ for ${sanitize(options.provider)}. Ctrl-C ends it.`,
  );
  await new Promise<void>((resolve) => {
    desk.full = resolve;
    process.once("SIGINT", resolve);
    process.once("SIGTERM", resolve);
  });
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), 1000).unref();
  });
  printError(`${count(desk.accepted, "delivery", "deliveries")} accepted, ${desk.rejected} rejected.`);
  return EXIT_VALID;
}

function prepare(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new UsageError(`${displayName(folder)} cannot be made: ${describeError(error)}.`);
  }
}

/** The whole body, beside whoever else reads it; nothing where it is longer than that, or never complete. */
function collectBody(request: IncomingMessage, most: number): Promise<Uint8Array | undefined> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    let length = 0;
    request.on("data", (part: Buffer) => {
      length += part.length;
      if (length <= most) parts.push(part);
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
  full: () => void = () => {};
  readonly #bodies = new WeakMap<IncomingMessage, Promise<Uint8Array | undefined>>();
  readonly #receive: (request: IncomingMessage, response: ServerResponse) => Promise<void>;

  constructor(
    readonly hook: Webhook,
    readonly options: ListenOptions,
  ) {
    this.#receive = receiver<unknown, IncomingMessage>(
      hook,
      // Before the answer: what was answered is kept.
      async (accepted, { request }) => this.#show(accepted, request, await this.#bodies.get(request)),
      {
        store: NO_DEDUPE_STORE,
        // What was refused is shown here.
        log: false,
        url: (request) => this.#url(request),
        onEvent: async (event, request) => {
          if (event.outcome === "handled") return;
          this.#showRefused(event, this.#delivery(request, await this.#bodies.get(request)));
        },
      },
    );
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = collectBody(request, this.hook.maxBytes);
    this.#bodies.set(request, body);
    await this.#receive(request, response);
    // Whoever shows what was refused has waited for it longer, and goes first.
    await body;
    if (this.options.count !== undefined && this.accepted + this.rejected >= this.options.count) this.full();
  }

  /** The delivery as it came, where all of it did. */
  #delivery(request: IncomingMessage, body: Uint8Array | undefined): Delivery | undefined {
    if (body === undefined || request.method !== "POST") return undefined;
    return { headers: request.rawHeaders, body, method: "POST", url: this.#url(request) };
  }

  #url({ headers, url = "/" }: IncomingMessage): string {
    return this.options.url ?? `http://${headers.host ?? "localhost"}${url}`;
  }

  #show(verified: Verified, request: IncomingMessage, body: Uint8Array | undefined): void {
    const { type, id, signature, createdAt, digest, issues } = verified;
    this.accepted += 1;
    const file = this.#save(this.#delivery(request, body), type);
    const { json = false, showBody = false } = this.options;
    const text = Buffer.from(body ?? []).toString("utf8");
    if (json) {
      const more = showBody ? { body: text } : {};
      print(JSON.stringify({ status: 200, type, id, signature, createdAt, digest, issues, file, ...more }));
      return;
    }
    const saved = file === undefined ? "" : style.dim(` ${displayName(file)}`);
    print(
      `${style.dim(clock())} 200 ${verdictInk[signature.status](signature.status)} ${sanitize(type)} ${sanitize(id)}${saved}`,
    );
    if (showBody) print(sanitize(text, true));
  }

  #showRefused({ status, code = "internal" }: ReceiverEvent, delivery: Delivery | undefined): void {
    this.rejected += 1;
    this.#save(delivery, "rejected");
    // Senders are told the code alone. Whoever sits here may know more.
    const checked = delivery === undefined ? undefined : this.hook.check(delivery);
    const message = checked?.ok === false && checked.error.code === code ? checked.error.message : "";
    if (this.options.json === true) print(JSON.stringify({ status, code, message }));
    else print(`${style.dim(clock())} ${style.red(String(status))} ${code} ${sanitize(message)}`);
  }

  /** Writes the request as it came, for `hookseal verify FILE` and `hookseal send URL FILE --as-is`. */
  #save(delivery: Delivery | undefined, what: string): string | undefined {
    const { save } = this.options;
    if (save === undefined || delivery === undefined) return undefined;
    const text = exportDelivery(delivery, "http");
    const name = what
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
      // It may be health data: for this user alone.
      writeFileSync(file, text, { flag: "wx", mode: 0o600 });
      return file;
    } catch (error) {
      printError(`${displayName(file)} cannot be written: ${describeError(error)}.`);
      return undefined;
    }
  }
}

const clock = () => new Date().toISOString().slice(11, 19);

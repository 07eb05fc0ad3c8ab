/** `listen`: a receiver for the desk. It answers as a receiver should, and keeps what it got as files to replay. */
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import process from "node:process";
import { type Delivery, printDelivery, type Webhook } from "../index.js";
import { type HookOptions, Hooks } from "./hooks.js";
import { nameOf } from "./input.js";
import { complain, count, harmless, paint, print, verdictInk } from "./paint.js";
import { reason, UsageError, VALID } from "./usage.js";

export interface ListenOptions extends HookOptions {
  host?: string;
  save?: string;
  count?: number;
  json?: boolean;
  showBody?: boolean;
  url?: string;
}

const MIB = 1024 * 1024;
/** How long a request may take. */
const PATIENCE = 30_000;

export async function listen(port: number, options: ListenOptions): Promise<number> {
  if (options.provider === undefined) {
    throw new UsageError(
      "A receiver needs --provider.",
      "For example: hookseal listen 3000 --provider painchek --secret-env PAINCHEK_SECRET",
    );
  }
  const hook = await new Hooks(options, "trust").named(options.provider);
  if (options.save !== undefined) prepare(options.save);
  const receiver = new Receiver(hook, options);
  const server = createServer((request, response) => receiver.handle(request, response));
  server.requestTimeout = PATIENCE;
  server.headersTimeout = PATIENCE;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) =>
      reject(new UsageError(`Nothing listens on port ${port}: ${reason(error)}.`)),
    );
    server.listen(port, options.host ?? "127.0.0.1", resolve);
  });
  const { address, port: bound, family } = server.address() as AddressInfo;
  complain(
    `Listening on http://${family === "IPv6" ? `[${address}]` : address}:${bound}/ for ${harmless(options.provider)}. Ctrl-C ends it.`,
  );
  await new Promise<void>((resolve) => {
    receiver.full = resolve;
    process.once("SIGINT", resolve);
    process.once("SIGTERM", resolve);
  });
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), 1000).unref();
  });
  complain(`${count(receiver.accepted, "delivery", "deliveries")} accepted, ${receiver.rejected} rejected.`);
  return VALID;
}

function prepare(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new UsageError(`${nameOf(folder)} cannot be made: ${reason(error)}.`);
  }
}

class Receiver {
  accepted = 0;
  rejected = 0;
  full: () => void = () => {};
  readonly #most: number;

  constructor(
    readonly hook: Webhook,
    readonly options: ListenOptions,
  ) {
    this.#most = options.maxBytes ?? MIB;
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    if (request.method !== "POST") {
      response.setHeader("Allow", "POST");
      this.#refuse(request, response, 405, "method-not-allowed");
      return;
    }
    if (Number(request.headers["content-length"] ?? 0) > this.#most) {
      this.#refuse(request, response, 413, "body-too-large");
      return;
    }
    const parts: Buffer[] = [];
    let length = 0;
    request.on("error", () => {});
    request.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length <= this.#most) parts.push(chunk);
      else if (!response.headersSent) this.#refuse(request, response, 413, "body-too-large");
    });
    request.on("end", () => {
      if (!response.headersSent) this.#judge(request, response, new Uint8Array(Buffer.concat(parts)));
    });
  }

  #judge(request: IncomingMessage, response: ServerResponse, body: Uint8Array): void {
    const delivery: Delivery = {
      headers: request.rawHeaders,
      body,
      method: "POST",
      url: this.options.url ?? `http://${request.headers.host ?? "localhost"}${request.url ?? "/"}`,
    };
    const checked = this.hook.check(delivery);
    if (!checked.ok) {
      const { code, status, message } = checked.error;
      this.#save(delivery, "rejected");
      this.#refuse(request, response, status, code, message);
      return;
    }
    const { type, id, signature, createdAt, digest, issues } = checked.value;
    this.accepted += 1;
    const file = this.#save(delivery, type);
    response.writeHead(200).end();
    const { json = false, showBody = false } = this.options;
    if (json) {
      const text = showBody ? { body: Buffer.from(body).toString("utf8") } : {};
      print(JSON.stringify({ status: 200, type, id, signature, createdAt, digest, issues, file, ...text }));
    } else {
      const saved = file === undefined ? "" : paint.dim(` ${nameOf(file)}`);
      print(
        `${paint.dim(clock())} 200 ${verdictInk[signature.status](signature.status)} ${harmless(type)} ${harmless(id)}${saved}`,
      );
      if (showBody) print(harmless(Buffer.from(body).toString("utf8"), true));
    }
    this.#counted();
  }

  #refuse(
    request: IncomingMessage,
    response: ServerResponse,
    status: number,
    code: string,
    message = "",
  ): void {
    this.rejected += 1;
    // Nothing that helps a forger: the code alone (RFC 9457).
    const problem = JSON.stringify({ type: "about:blank", status, code });
    if (!request.complete) {
      response.setHeader("Connection", "close");
      // What is still sent is dropped; the answer has to get out first.
      response.once("finish", () => setTimeout(() => request.destroy(), 200).unref());
      request.resume();
    }
    response.writeHead(status, { "Content-Type": "application/problem+json" }).end(problem);
    if (this.options.json === true) print(JSON.stringify({ status, code, message }));
    else print(`${paint.dim(clock())} ${paint.red(String(status))} ${code} ${harmless(message)}`);
    this.#counted();
  }

  #counted(): void {
    if (this.options.count !== undefined && this.accepted + this.rejected >= this.options.count) this.full();
  }

  /** Writes the request as it came, for `hookseal verify FILE` and `hookseal send URL FILE --as-is`. */
  #save(delivery: Delivery, what: string): string | undefined {
    const { save } = this.options;
    if (save === undefined) return undefined;
    const text = printDelivery(delivery, "http");
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
      complain(`${nameOf(file)} cannot be written: ${reason(error)}.`);
      return undefined;
    }
  }
}

const clock = () => new Date().toISOString().slice(11, 19);

/** The console of `listen --ui`: a server for one page on this machine, with an API that needs a session. */
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { exportDelivery, HooksealError, type Webhook } from "../../index.js";
import { UsageError } from "../usage.js";
import type { ConsoleComparison, ConsoleState } from "./console-types.js";
import { displayUrl } from "./forward.js";
import type { DeliveryLog, LogEntry, ReplayKind } from "./log.js";
import { deliveryOf } from "./received.js";
import { REPLAY_KINDS, ReplayError, replay } from "./replay.js";
import { Rows } from "./row.js";
import { fileName, ndjsonLines, save } from "./save.js";
import { foreignRequest, Sessions } from "./session.js";
import { type Hide, hideInBytes, toDetails } from "./view.js";

export interface ConsoleOptions {
  log: DeliveryLog;
  targets: URL[];
  listening: string;
  providers: string;
  secrets: string[];
  example?: string;
  version: string;
  save?: string;
  hide: Hide;
  /** Public keys of the options, for every delivery. */
  keys: readonly string[];
  /** The webhook of a provider, with its secrets. */
  hookOf(provider: string | undefined): Webhook | undefined;
  /** Called if a link is opened that was used before: the terminal prints a new one. */
  onUsedLink(url: string): void;
}

/** The files of the page, by path. */
const ASSETS: Record<string, [file: string, type: string]> = {
  "/": ["index.html", "text/html; charset=utf-8"],
  "/console.js": ["console.js", "text/javascript; charset=utf-8"],
  "/console.css": ["console.css", "text/css; charset=utf-8"],
  "/icon.svg": ["icon.svg", "image/svg+xml"],
};

/** SECURITY: the page runs its own files alone, connects to this server alone, and is in no frame. */
const HEADERS = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "cache-control": "no-store",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

const MAX_REQUEST_BYTES = 4096;
const HEARTBEAT_MS = 15_000;
/** A link is printed at most this often, so that requests cannot flood the terminal. */
const LINK_INTERVAL_MS = 2_000;

/** A response of the API that is no success. */
class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export class Console {
  readonly server: Server;
  readonly #options: ConsoleOptions;
  readonly #sessions = new Sessions();
  readonly #assets: Map<string, { bytes: Buffer; type: string }>;
  readonly #streams = new Set<ServerResponse>();
  readonly #rows: Rows;
  #linkPrintedAt = 0;

  constructor(options: ConsoleOptions) {
    this.#options = options;
    this.#rows = new Rows(options.hide, options.hookOf, options.keys);
    this.#assets = readAssets();
    this.server = createServer((request, response) => void this.#handle(request, response));
  }

  /** The link that opens the console once. */
  get link(): string {
    return `http://127.0.0.1:${this.#port}/#${this.#sessions.token}`;
  }

  /** Ends the streams, so that the server can end. */
  end(): void {
    for (const stream of this.#streams) stream.end();
  }

  get #port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    try {
      const foreign = foreignRequest(request, this.#port);
      if (foreign !== undefined) throw new ApiError(403, foreign);
      const url = new URL(request.url ?? "/", "http://console");
      const asset = this.#assets.get(url.pathname);
      if (asset !== undefined && request.method === "GET") {
        response.setHeader("content-type", asset.type);
        response.end(asset.bytes);
        return;
      }
      const result = await this.#call(request, response, url);
      if (result !== undefined) sendJson(response, 200, result);
    } catch (error) {
      const status = error instanceof ApiError ? error.status : error instanceof ReplayError ? 409 : 500;
      const message = error instanceof Error && status !== 500 ? error.message : "The console failed.";
      if (response.headersSent) response.destroy();
      else sendJson(response, status, { error: message });
    }
  }

  /** One call of the API. Undefined where it has responded already. */
  async #call(request: IncomingMessage, response: ServerResponse, url: URL): Promise<unknown> {
    const { method } = request;
    const { log, hide } = this.#options;
    if (url.pathname === "/api/session" && method === "POST") return this.#openSession(request);
    if (!this.#sessions.has(headerOf(request, "x-hookseal-session")))
      throw new ApiError(401, "The session is not valid. Open the link that the terminal prints.");
    if (url.pathname === "/api/events" && method === "GET") {
      this.#stream(response, integer(url.searchParams.get("after")));
      return undefined;
    }
    if (url.pathname === "/api/compare" && method === "GET")
      return this.#compare(this.#entry(url.searchParams.get("a")), this.#entry(url.searchParams.get("b")));
    if (url.pathname === "/api/clear" && method === "POST") {
      log.clear();
      return { oldest: log.oldest };
    }
    if (url.pathname === "/api/save" && method === "POST") return this.#saveAll(response);
    const [, number, action = ""] =
      /^\/api\/deliveries\/(\d{1,9})(?:\/(replay|save))?$/.exec(url.pathname) ?? [];
    if (number === undefined) throw new ApiError(404, "Not found.");
    const entry = this.#entry(number);
    if (action === "" && method === "GET")
      return toDetails(entry, hide, this.#hookOf(entry), this.#options.keys);
    if (action === "replay" && method === "POST") return this.#replay(entry, await readJson(request));
    if (action === "save" && method === "POST") return this.#save(entry, response);
    throw new ApiError(405, "Method not allowed.");
  }

  #openSession(request: IncomingMessage): { session: string } {
    const session = this.#sessions.open(headerOf(request, "x-hookseal-token"));
    if (session !== undefined) return { session };
    const now = performance.now();
    if (this.#linkPrintedAt === 0 || now - this.#linkPrintedAt > LINK_INTERVAL_MS) {
      this.#linkPrintedAt = now;
      this.#options.onUsedLink(this.link);
    }
    throw new ApiError(401, "This link was used before. The terminal has printed a new one.");
  }

  #entry(number: string | null): LogEntry {
    const entry = this.#options.log.get(integer(number));
    if (entry === undefined) throw new ApiError(404, "This delivery is no longer kept.");
    return entry;
  }

  #hookOf({ provider }: LogEntry): Webhook | undefined {
    return this.#options.hookOf(provider);
  }

  /**
   * Sends the rows that changed after a change, and each new one. A reader that is too slow gets what is still kept when it goes on, so
   * that it takes no memory here.
   */
  #stream(response: ServerResponse, after: number): void {
    const { log, targets, listening, providers, secrets, example, version, save } = this.#options;
    response.writeHead(200, { "content-type": "text/event-stream" });
    let sent = after;
    const send = (event: string, data: object, id?: number) =>
      response.write(
        `${id === undefined ? "" : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`,
      );
    const state: ConsoleState = {
      listening,
      targets: targets.map(displayUrl),
      providers,
      secrets,
      version,
      oldest: log.oldest,
      ...(example === undefined ? {} : { example }),
      ...(save === undefined ? {} : { folder: save }),
    };
    send("state", state);
    const flush = () => {
      if (response.writableNeedDrain) return;
      for (const entry of log.since(sent)) {
        sent = entry.change;
        if (!send("row", { ...this.#rows.toRow(entry), oldest: log.oldest }, entry.change)) return;
      }
    };
    flush();
    const stop = log.listen(flush);
    response.on("drain", flush);
    const heartbeat = setInterval(() => {
      if (!response.writableNeedDrain) response.write(": still here\n\n");
    }, HEARTBEAT_MS);
    this.#streams.add(response);
    response.on("close", () => {
      stop();
      clearInterval(heartbeat);
      this.#streams.delete(response);
    });
  }

  /** Replays to a URL of `--forward`: the page names its index, so that it can name no other URL. */
  async #replay(entry: LogEntry, { kind, target }: Record<string, unknown>): Promise<unknown> {
    const url = this.#options.targets[typeof target === "number" ? target : 0];
    if (url === undefined)
      throw new ApiError(
        409,
        "There is no application to replay to. Start `hookseal listen` with --forward URL.",
      );
    if (!REPLAY_KINDS.includes(kind as ReplayKind)) throw new ApiError(400, "Unknown kind of replay.");
    const received = await replay(entry, kind as ReplayKind, url, this.#hookOf(entry), this.#options.keys);
    const added = this.#options.log.add(received, { of: entry.number, kind: kind as ReplayKind });
    return this.#rows.toRow(added);
  }

  /** Saves every received delivery that is kept: into the folder of `--save`, else as one download. */
  async #saveAll(response: ServerResponse): Promise<unknown> {
    const { log, save: folder, hide } = this.#options;
    const entries = log.since(0).filter(({ replay, body }) => replay === undefined && body !== undefined);
    if (folder !== undefined) {
      for (const entry of entries) {
        const file = entry.file ?? save(folder, entry);
        if (file !== undefined) entry.file = file;
      }
      return { folder, saved: entries.filter(({ file }) => file !== undefined).length };
    }
    const name = `deliveries-${new Date().toISOString().replace(/[:.]/g, "-")}.ndjson`;
    response.writeHead(200, {
      "content-type": "application/octet-stream",
      "content-disposition": `attachment; filename="${name}"`,
    });
    await pipeline(Readable.from(ndjsonLines(entries, hide)), response);
    return undefined;
  }

  #save(entry: LogEntry, response: ServerResponse): unknown {
    const { save: folder, hide } = this.#options;
    if (folder !== undefined) {
      const file = entry.file ?? save(folder, entry);
      if (file === undefined) throw new ApiError(409, "The delivery could not be saved.");
      entry.file = file;
      return { file };
    }
    const delivery = deliveryOf(entry);
    const text = delivery && exportDelivery(delivery, "http");
    if (text === undefined) throw new ApiError(409, "The body of this delivery is not complete.");
    response.writeHead(200, {
      "content-type": "application/octet-stream",
      "content-disposition": `attachment; filename="${fileName(entry)}"`,
    });
    response.end(hideInBytes(Buffer.from(text as Uint8Array), hide));
    return undefined;
  }

  #compare(first: LogEntry, second: LogEntry): ConsoleComparison {
    const [a, b] = [deliveryOf(first), deliveryOf(second)];
    const hook = this.#hookOf(first);
    if (a === undefined || b === undefined || hook === undefined)
      throw new ApiError(409, "Only complete deliveries of a known provider can be compared.");
    const { hide } = this.#options;
    try {
      const { same, sameEvent, changes, omitted = 0 } = hook.compare(a, b);
      return {
        same,
        sameEvent,
        omitted,
        changes: changes.map(({ pointer, beforeText, afterText }) => ({
          pointer,
          ...(beforeText === undefined ? {} : { before: hide(beforeText) }),
          ...(afterText === undefined ? {} : { after: hide(afterText) }),
        })),
      };
    } catch (error) {
      if (error instanceof HooksealError) throw new ApiError(409, error.message);
      throw error;
    }
  }
}

function readAssets(): Map<string, { bytes: Buffer; type: string }> {
  try {
    return new Map(
      Object.entries(ASSETS).map(([path, [file, type]]) => [
        path,
        { bytes: readFileSync(join(__dirname, "console", file)), type },
      ]),
    );
  } catch {
    throw new UsageError(
      "The files of the console are missing from the package.",
      "Install the package again: npm install hookseal",
    );
  }
}

const headerOf = ({ headers }: IncomingMessage, name: string): string => {
  const value = headers[name];
  return typeof value === "string" ? value : "";
};

const integer = (text: string | null): number =>
  text !== null && /^\d{1,15}$/.test(text) ? Number(text) : 0;

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(value));
}

async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request) {
    length += (part as Buffer).length;
    if (length > MAX_REQUEST_BYTES) throw new ApiError(413, "The request is too large.");
    parts.push(part as Buffer);
  }
  try {
    const value: unknown = JSON.parse(Buffer.concat(parts).toString("utf8"));
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch {}
  throw new ApiError(400, "Expected a JSON object.");
}

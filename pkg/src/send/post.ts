/** One attempt: one request over one connection of its own, to an address that was checked. */
/// <reference types="node" />
import { lookup as systemLookup } from "node:dns/promises";
import { type ClientRequest, request as http, type IncomingHttpHeaders } from "node:http";
import { request as https } from "node:https";
import { isIP, type Socket } from "node:net";
import type { AddressPolicy } from "./address.js";
import type { Address, AttemptCode, TlsOptions } from "./options.js";

export interface TransportOptions {
  guard: AddressPolicy;
  /** Whether plain HTTP may go to any address, and not only to those that were named. */
  plain: boolean;
  timeout: number;
  signal: AbortSignal | undefined;
  tls: TlsOptions;
  lookup: ((host: string) => Promise<readonly Address[]>) | undefined;
  /** How many bytes of the answer are kept. */
  maxKeptBytes: number;
}

export interface RawResponse {
  status: number;
  headers: IncomingHttpHeaders;
  rawHeaders: string[];
  body: Uint8Array;
  truncated: boolean;
}

/** A failure with its code; its message holds the host at most. */
export class AttemptError extends Error {
  readonly code: AttemptCode;

  constructor(code: AttemptCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Of an answer, no more is read than this, whoever wants it. */
const MAX_RESPONSE_BYTES = 64 * 1024;

/** The attempt that a request belongs to. */
export interface Hop {
  /** What messages call the receiver. */
  host: string;
  /** When the attempt has to be over, by `performance.now()`. */
  deadline: number;
}

/** Sends it and reads the answer, all before the deadline. Rejects with `AttemptError` and nothing else. */
export function post(
  url: URL,
  headers: readonly (readonly [string, string])[],
  body: Uint8Array,
  wire: TransportOptions,
  { host, deadline }: Hop,
): Promise<RawResponse> {
  return new Promise((resolve, reject) => {
    let request: ClientRequest | undefined;
    let open = true;
    const close = (end: () => void) => {
      if (!open) return;
      open = false;
      clearTimeout(timer);
      wire.signal?.removeEventListener("abort", abort);
      end();
      request?.destroy();
    };
    const fail = (error: unknown) => close(() => reject(failed(error, host)));
    const abort = () => fail(new AttemptError("aborted", "The signal was aborted."));
    const timer = setTimeout(
      () => fail(new AttemptError("timeout", `${host} gave no answer within ${wire.timeout} ms.`)),
      Math.max(0, deadline - performance.now()),
    );
    wire.signal?.addEventListener("abort", abort, { once: true });
    if (wire.signal?.aborted === true) return abort();
    addresses(url, wire, host)
      .then((checked) => {
        if (!open) return;
        request = start(url, headers, body, wire, checked);
        request.on("error", fail);
        request.on("response", (response) => {
          const parts: Uint8Array[] = [];
          let length = 0;
          const done = () =>
            close(() => {
              const kept = new Uint8Array(Math.min(length, wire.maxKeptBytes, MAX_RESPONSE_BYTES));
              let at = 0;
              for (const part of parts) {
                const piece = part.subarray(0, kept.length - at);
                kept.set(piece, at);
                at += piece.length;
              }
              const { statusCode = 0, headers, rawHeaders } = response;
              resolve({
                status: statusCode,
                headers,
                rawHeaders,
                body: kept,
                truncated: length > kept.length,
              });
            });
          response.on("data", (part: Uint8Array) => {
            if (length < wire.maxKeptBytes) parts.push(part);
            length += part.length;
            if (length > MAX_RESPONSE_BYTES) done();
          });
          // The status has been said: an answer that breaks off behind it is the same answer.
          response.on("end", done);
          response.on("error", done);
          response.on("close", done);
        });
        request.end(body);
      })
      .catch(fail);
  });
}

/** The addresses of a host, none of them refused. */
async function addresses(url: URL, wire: TransportOptions, host: string): Promise<Address[]> {
  const name = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const family = isIP(name);
  let found: readonly Address[];
  try {
    const resolve = wire.lookup ?? ((name: string) => systemLookup(name, { all: true }));
    found = family === 0 ? await resolve(name) : [{ address: name, family }];
  } catch (error) {
    throw new AttemptError("name-unresolved", `The name ${host} has no address${errnoSuffix(error)}.`);
  }
  if (found.length === 0) throw new AttemptError("name-unresolved", `The name ${host} has no address.`);
  for (const { address } of found) {
    // Of a name with several addresses, each has to be in order: the connection may go to any of them.
    if (wire.guard.isBlocked(address)) {
      throw new AttemptError(
        "address-refused",
        `Blocked: ${host} is at an address that is not public. Add it to \`allowAddresses\` to permit it.`,
      );
    }
    if (url.protocol === "http:" && !wire.plain && !wire.guard.isAllowlisted(address)) {
      throw new AttemptError(
        "http-refused",
        `Blocked: ${host} would get the payload over plain HTTP, unencrypted. Use https, or pass \`plainHttp: "allow"\`.`,
      );
    }
  }
  return found.map(({ address, family }) => ({ address, family: family || isIP(address) }));
}

function start(
  url: URL,
  headers: readonly (readonly [string, string])[],
  body: Uint8Array,
  wire: TransportOptions,
  checked: readonly Address[],
): ClientRequest {
  const secure = url.protocol === "https:";
  const { ca, cert, key } = wire.tls;
  const request = (secure ? https : http)(url, {
    method: "POST",
    // A connection of its own: none that was opened before the check, and none kept for later.
    agent: false,
    // The name is not asked again: between the check and the connection it may have got another answer.
    lookup: ((_: string, options: { all?: boolean }, callback: (...words: unknown[]) => void) => {
      const [first] = checked as [Address];
      if (options.all === true) callback(null, checked);
      else callback(null, first.address, first.family);
    }) as never,
    ...(secure
      ? {
          // Whatever the environment says.
          rejectUnauthorized: true,
          ...(ca === undefined ? {} : { ca: ca as string | string[] }),
          ...(cert === undefined ? {} : { cert }),
          ...(key === undefined ? {} : { key }),
        }
      : {}),
  });
  request.on("socket", (socket: Socket) => {
    socket.once("connect", () => {
      const { remoteAddress } = socket;
      if (remoteAddress !== undefined && wire.guard.isBlocked(remoteAddress)) {
        request.destroy(
          new AttemptError("address-refused", "The connection led to an address that is refused."),
        );
      }
    });
  });
  const names = new Map<string, string[]>();
  for (const [name, value] of headers) {
    const values = names.get(name);
    if (values === undefined) names.set(name, [value]);
    else values.push(value);
  }
  for (const [name, values] of names)
    request.setHeader(name, values.length === 1 ? (values[0] as string) : values);
  request.setHeader("Content-Length", body.length);
  return request;
}

/** Codes of systems and of Node. A resolver of the caller's own could say anything. */
const CODE = /^[A-Z][A-Z0-9_]{0,40}$/;

function errnoSuffix(error: unknown): string {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === "string" && CODE.test(code) ? ` (${code})` : "";
}

/** What went wrong, by a code that is this package's and not that of a version of Node. */
function failed(error: unknown, host: string): AttemptError {
  if (error instanceof AttemptError) return error;
  const said = String((error as { code?: unknown } | undefined)?.code ?? "");
  const code = CODE.test(said) ? said : "";
  if (/^HPE_/.test(code))
    return new AttemptError("response-malformed", `${host} answered no HTTP (${code}).`);
  if (/^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|EPROTO)/.test(code)) {
    return new AttemptError("tls-failed", `TLS with ${host} failed (${code}).`);
  }
  if (/^(ECONNRESET|EPIPE|ECONNABORTED)$/.test(code)) {
    return new AttemptError("connection-lost", `${host} closed the connection before it answered (${code}).`);
  }
  return new AttemptError("connection-failed", `No connection to ${host}${code === "" ? "" : ` (${code})`}.`);
}

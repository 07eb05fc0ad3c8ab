/** One request over a connection of its own, to an address that was checked. */
/// <reference types="node" />
import { lookup as systemLookup } from "node:dns/promises";
import { type ClientRequest, request as http, type IncomingHttpHeaders } from "node:http";
import { request as https } from "node:https";
import { isIP, type Socket } from "node:net";
import type { AddressPolicy } from "./address.js";
import type { Address, AttemptCode, TlsOptions } from "./options.js";

/** How requests are sent. */
export interface TransportOptions {
  addresses: AddressPolicy;
  /** Whether plain HTTP may go to any allowed address, and not only to those that `allowAddresses` names. */
  allowsPlainHttp: boolean;
  timeoutMs: number;
  signal: AbortSignal | undefined;
  tls: TlsOptions;
  lookup: ((host: string) => Promise<readonly Address[]>) | undefined;
  /** How many bytes of the response body are kept. */
  maxKeptBytes: number;
}

/** What a receiver responded. */
export interface RawResponse {
  status: number;
  headers: IncomingHttpHeaders;
  rawHeaders: string[];
  body: Uint8Array;
  truncated: boolean;
}

/** Why an attempt has no response. The message holds the host, and nothing else of the URL. */
export class AttemptError extends Error {
  readonly code: AttemptCode;

  constructor(code: AttemptCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Largest part of a response that is read: enough for an error page, and a bound on what a receiver can make a sender load. */
const MAX_RESPONSE_BYTES = 64 * 1024;

/** What all requests of one attempt share. */
export interface AttemptContext {
  /** The receiver's name in messages. */
  host: string;
  /** The end of the attempt, by `performance.now()`. */
  deadline: number;
}

/** Sends a request and reads the response, all before the deadline. The promise is rejected only with an `AttemptError`. */
export function post(
  url: URL,
  headers: readonly (readonly [string, string])[],
  body: Uint8Array,
  transport: TransportOptions,
  { host, deadline }: AttemptContext,
): Promise<RawResponse> {
  return new Promise((resolve, reject) => {
    let request: ClientRequest | undefined;
    let isOpen = true;
    const close = (end: () => void) => {
      if (!isOpen) return;
      isOpen = false;
      clearTimeout(timer);
      transport.signal?.removeEventListener("abort", abort);
      end();
      request?.destroy();
    };
    const fail = (error: unknown) => close(() => reject(toAttemptError(error, host)));
    const abort = () => fail(new AttemptError("aborted", "The signal was aborted."));
    const timer = setTimeout(
      () => fail(new AttemptError("timeout", `No response from ${host} within ${transport.timeoutMs} ms.`)),
      Math.max(0, deadline - performance.now()),
    );
    transport.signal?.addEventListener("abort", abort, { once: true });
    if (transport.signal?.aborted === true) return abort();
    resolveAddresses(url, transport, host)
      .then((checked) => {
        if (!isOpen) return;
        request = startRequest(url, headers, body, transport, checked);
        request.on("error", fail);
        request.on("response", (response) => {
          const parts: Uint8Array[] = [];
          let length = 0;
          const done = () =>
            close(() => {
              const kept = new Uint8Array(Math.min(length, transport.maxKeptBytes, MAX_RESPONSE_BYTES));
              let offset = 0;
              for (const part of parts) {
                const piece = part.subarray(0, kept.length - offset);
                kept.set(piece, offset);
                offset += piece.length;
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
            if (length < transport.maxKeptBytes) parts.push(part);
            length += part.length;
            if (length > MAX_RESPONSE_BYTES) done();
          });
          // The status is known, so a body that breaks off changes nothing.
          response.on("end", done);
          response.on("error", done);
          response.on("close", done);
        });
        request.end(body);
      })
      .catch(fail);
  });
}

/** Resolves the host of a URL. Fails unless every address is allowed. */
async function resolveAddresses(url: URL, transport: TransportOptions, host: string): Promise<Address[]> {
  const name = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const family = isIP(name);
  let resolved: readonly Address[];
  try {
    const resolve = transport.lookup ?? ((name: string) => systemLookup(name, { all: true }));
    resolved = family === 0 ? await resolve(name) : [{ address: name, family }];
  } catch (error) {
    throw new AttemptError("name-unresolved", `The name ${host} has no address${errnoSuffix(error)}.`);
  }
  if (resolved.length === 0) throw new AttemptError("name-unresolved", `The name ${host} has no address.`);
  for (const { address } of resolved) {
    // Each address of a name is checked, since the connection may go to any of them.
    if (transport.addresses.isBlocked(address)) {
      throw new AttemptError(
        "address-blocked",
        `Blocked: ${host} resolves to a non-public address. Add it to \`allowAddresses\` to permit it.`,
      );
    }
    if (
      url.protocol === "http:" &&
      !transport.allowsPlainHttp &&
      !transport.addresses.isAllowlisted(address)
    ) {
      throw new AttemptError(
        "http-blocked",
        `Blocked: ${host} would get the payload over plain HTTP, unencrypted. Use https, or pass \`plainHttp: "allow"\`.`,
      );
    }
  }
  return resolved.map(({ address, family }) => ({ address, family: family || isIP(address) }));
}

/** Starts a request over a new connection to one of the checked addresses. */
function startRequest(
  url: URL,
  headers: readonly (readonly [string, string])[],
  body: Uint8Array,
  transport: TransportOptions,
  checked: readonly Address[],
): ClientRequest {
  const isHttps = url.protocol === "https:";
  const { ca, cert, key } = transport.tls;
  const request = (isHttps ? https : http)(url, {
    method: "POST",
    // No pooled connection: it may have been opened before the address was checked.
    agent: false,
    // SECURITY: the name is not resolved again. Between check and connection it could resolve to another address.
    lookup: ((_: string, options: { all?: boolean }, callback: (...args: unknown[]) => void) => {
      const [first] = checked as [Address];
      if (options.all === true) callback(null, checked);
      else callback(null, first.address, first.family);
    }) as never,
    ...(isHttps
      ? {
          // SECURITY: explicit, so that NODE_TLS_REJECT_UNAUTHORIZED cannot turn it off.
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
      if (remoteAddress !== undefined && transport.addresses.isBlocked(remoteAddress)) {
        request.destroy(
          new AttemptError("address-blocked", "Blocked: the connection led to a non-public address."),
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

/** Codes of operating systems and Node. SECURITY: a custom resolver could put other text into `code`. */
const ERROR_CODE = /^[A-Z][A-Z0-9_]{0,40}$/;

function errnoSuffix(error: unknown): string {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === "string" && ERROR_CODE.test(code) ? ` (${code})` : "";
}

/** Converts an error of Node's, whose codes differ between versions, to one with a code of this package. */
function toAttemptError(error: unknown, host: string): AttemptError {
  if (error instanceof AttemptError) return error;
  const nodeCode = String((error as { code?: unknown } | undefined)?.code ?? "");
  const code = ERROR_CODE.test(nodeCode) ? nodeCode : "";
  if (/^HPE_/.test(code))
    return new AttemptError("response-malformed", `The response of ${host} is not HTTP (${code}).`);
  if (/^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|EPROTO)/.test(code)) {
    return new AttemptError("tls-failed", `TLS with ${host} failed (${code}).`);
  }
  if (/^(ECONNRESET|EPIPE|ECONNABORTED)$/.test(code)) {
    return new AttemptError(
      "connection-lost",
      `${host} closed the connection before it responded (${code}).`,
    );
  }
  return new AttemptError("connection-failed", `No connection to ${host}${code === "" ? "" : ` (${code})`}.`);
}

/** The options and results of a sender. */
import type { ExtendedDefinition, ProviderDefinition } from "../generated/definition.js";
import type { Webhook } from "../webhook.js";
import type { Duration, ExponentialBackoff } from "./schedule.js";
import type { Parameter } from "./url.js";

/** Why an attempt has no response, stable. */
export type AttemptCode =
  | "aborted"
  | "address-blocked"
  | "response-malformed"
  | "connection-failed"
  | "connection-lost"
  | "http-blocked"
  | "name-unresolved"
  | "redirect-blocked"
  | "timeout"
  | "tls-failed";

/** An address in the form of `dns.lookup`. */
export interface Address {
  address: string;
  family: number;
}

/** Trusted authorities and the sender's own certificate. Certificates of receivers are always verified. */
export interface TlsOptions {
  /** Certificates of authorities that are trusted instead of the system's, in PEM. */
  ca?: string | readonly string[] | undefined;
  /** The sender's own certificate, in PEM, for mutual TLS. */
  cert?: string | undefined;
  /** The private key of `cert`, in PEM. */
  key?: string | undefined;
}

/** The outcome of one attempt. It holds no value of the payload, no secret, and nothing of the URL but its host. */
export interface Attempt {
  /** The number of the attempt, from 1. */
  number: number;
  /** The start of the attempt, in milliseconds since 1970. */
  startedAt: number;
  /** The duration of the attempt, in milliseconds. */
  durationMs: number;
  /** The status of the response, if there was one. */
  status?: number;
  /** Why there was no response. */
  code?: AttemptCode;
  /** The same as a sentence. */
  message?: string;
  /** The delay before the next attempt, in milliseconds. Absent after the last one. */
  nextDelayMs?: number;
}

/** The options of a sender. Durations are milliseconds, or strings such as `"30s"` and `"2h"`. */
export interface SendOptions {
  /**
   * The provider whose rules apply: its retry schedule, its success range, and where the event's data is. A built-in id, a
   * definition, or the webhook that signed the delivery. Default: the provider that is detected from the delivery.
   *
   * If the provider signs a timestamp, pass the webhook: it signs each attempt again with the time of the attempt, over the same
   * bytes and with the same ids. Every other delivery is sent unchanged.
   */
  // biome-ignore lint/suspicious/noExplicitAny: a webhook of any events.
  provider?: string | ProviderDefinition | ExtendedDefinition | Webhook<any> | undefined;
  /** The delays between attempts. Default: the provider's, or exponential backoff with full jitter, 12 attempts over days. */
  retries?: readonly Duration[] | ExponentialBackoff | undefined;
  /** The statuses that count as success: `"2xx"`, `"200-399"`. Default: the provider's, or `"2xx"`. */
  success?: string | undefined;
  /**
   * The statuses after which there is no further attempt. Default: `[410]`. Every other 4xx is retried, as providers do: a wrong
   * secret, a missing route or a full disk can be fixed while the schedule runs, and an undelivered event is lost.
   */
  stopOn?: readonly number[] | undefined;
  /**
   * The timeout of one attempt, from the first DNS lookup to the end of the last response, redirects included.
   * Default: 15 s.
   */
  timeout?: Duration | undefined;
  /** The longest delay that a receiver can request by `Retry-After`. Default: 24 h. A scheduled delay never gets shorter. */
  maxRetryAfter?: Duration | undefined;
  /**
   * How many redirects an attempt follows. Default: none. Only 307 and 308 are followed, which keep method and body. Each address
   * is checked like the first one, and a redirect from https to http is blocked. Another origin (scheme, host or port) receives the
   * delivery with its signature, but neither secret headers (see `secretHeaders`) nor the certificate of `tls`.
   */
  redirects?: number | undefined;
  /**
   * Names of headers that are secrets although their names do not show it. Names such as `Authorization`, `Cookie`, `X-Api-Key`
   * and `X-Auth-Token` are recognized without it.
   */
  secretHeaders?: readonly string[] | undefined;
  /**
   * The allowlist of non-public addresses and subnets, such as `["127.0.0.1", "10.1.0.0/16"]`. `"any"` allows all: use it only
   * where no URL comes from a user. Default: none.
   */
  allowAddresses?: "any" | readonly string[] | undefined;
  /** `"allow"`: plain HTTP to every allowed address. Default: only to addresses that `allowAddresses` names. */
  plainHttp?: "refuse" | "allow" | undefined;
  /** Trusted authorities and the sender's own certificate. Certificates of receivers are always verified. */
  tls?: TlsOptions | undefined;
  /** Values for `{name}` in the URL that are not in the payload. They take precedence over the payload. */
  parameters?: Readonly<Record<string, Parameter>> | undefined;
  /** How many bytes of the last response body are kept in `response`, 64 KiB at most. Default: 0. */
  maxResponseBytes?: number | undefined;
  /** Aborts sending: a delay between attempts, or an attempt in progress. */
  signal?: AbortSignal | undefined;
  /** Called after each attempt. Errors that it throws are ignored. */
  onAttempt?: ((attempt: Attempt) => unknown) | undefined;
  /** Resolves a host name. Default: the system's `dns.lookup`. The addresses are checked. */
  lookup?: ((host: string) => Promise<readonly Address[]>) | undefined;
  /** The clock, in milliseconds since 1970. Default: `Date.now`. */
  now?: (() => number) | undefined;
  /** Waits for a duration. Default: a timer. */
  sleep?: ((durationMs: number, signal: AbortSignal | undefined) => Promise<void>) | undefined;
  /** Random numbers from 0 to 1, for jitter. Default: `Math.random`. */
  random?: (() => number) | undefined;
}

/** The names of the options. */
export const SEND_OPTIONS = {
  provider: true,
  retries: true,
  success: true,
  stopOn: true,
  timeout: true,
  maxRetryAfter: true,
  redirects: true,
  allowAddresses: true,
  plainHttp: true,
  tls: true,
  parameters: true,
  secretHeaders: true,
  maxResponseBytes: true,
  signal: true,
  onAttempt: true,
  lookup: true,
  now: true,
  sleep: true,
  random: true,
} satisfies Record<keyof SendOptions, true>;

/** The result of all attempts at a delivery. */
export interface SendResult {
  /** Whether the delivery was delivered. */
  ok: boolean;
  /**
   * - `delivered`: a response had a success status.
   * - `exhausted`: every attempt of the schedule failed.
   * - `stopped`: a response had a status of `stopOn`, or the address was blocked.
   * - `aborted`: the signal was aborted.
   */
  outcome: "delivered" | "exhausted" | "stopped" | "aborted";
  /** The status of the last response, if there was one. */
  status?: number;
  /** Every attempt, in order. */
  attempts: Attempt[];
  /** The last response with the beginning of its body, if `maxResponseBytes` is set. */
  response?: {
    headers: Record<string, string | string[] | undefined>;
    /** The headers as received, in the form of Node's `rawHeaders`: name, value, name, value. */
    rawHeaders: string[];
    body: Uint8Array;
    /** Whether the body was longer than what is kept. */
    truncated: boolean;
  };
}

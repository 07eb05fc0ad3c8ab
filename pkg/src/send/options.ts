/** What a sender may be told, and what it tells. */
import type { ProviderDefinition } from "../generated/definition.js";
import type { Webhook } from "../webhook.js";
import type { Duration, ExponentialBackoff } from "./schedule.js";
import type { Parameter } from "./url.js";

/** Why an attempt has no answer, stable. */
export type AttemptCode =
  | "aborted"
  | "address-refused"
  | "response-malformed"
  | "connection-failed"
  | "connection-lost"
  | "http-refused"
  | "name-unresolved"
  | "redirect-refused"
  | "timeout"
  | "tls-failed";

/** An address, as `dns.lookup` says it. */
export interface Address {
  address: string;
  family: number;
}

/** What is trusted, and who the sender is, in TLS. Certificates are always verified. */
export interface TlsOptions {
  /** Certificates of authorities to trust instead of the system's, in PEM. */
  ca?: string | readonly string[] | undefined;
  /** The sender's own certificate, in PEM, for mutual TLS. */
  cert?: string | undefined;
  /** Its key, in PEM. */
  key?: string | undefined;
}

/** What one attempt came to. It holds no value of the payload, no secret, and nothing of the URL but its host. */
export interface Attempt {
  /** Which attempt, from 1. */
  number: number;
  /** When it began, in milliseconds since 1970. */
  startedAt: number;
  /** How long it took, in milliseconds. */
  durationMs: number;
  /** The status of the answer, if there was one. */
  status?: number;
  /** Why there was none. */
  code?: AttemptCode;
  /** The same in words. */
  message?: string;
  /** How long is waited until the next one, in milliseconds. Absent: there is no next one. */
  nextDelayMs?: number;
}

/** What a sender may be told. Times are milliseconds, or texts such as `"30s"` and `"2h"`. */
export interface SendOptions {
  /**
   * Whose rules apply: the schedule of its retries, its range of success, the data that parameters are taken from. A built-in
   * id, a definition, or the webhook that signed the delivery. Default: what the delivery looks like.
   *
   * Where a signature covers the time, hand the webhook over: each attempt is then signed anew with its own time, over the
   * same bytes and with the same ids. Any other delivery is sent as it is, each time.
   */
  // biome-ignore lint/suspicious/noExplicitAny: a webhook of any events.
  provider?: string | ProviderDefinition | Webhook<any> | undefined;
  /** The waits between attempts. Default: the provider's; or exponential ones with full jitter, 12 attempts over days. */
  retries?: readonly Duration[] | ExponentialBackoff | undefined;
  /** The statuses that are success: `"2xx"`, `"200-399"`. Default: the provider's, or `"2xx"`. */
  success?: string | undefined;
  /**
   * The statuses after which there is no further attempt. Default: `[410]`. Every other 4xx is tried again, as providers do:
   * a wrong secret, a missing route and a full disk are mended while the schedule runs, and an event that is not delivered is lost.
   */
  stopOn?: readonly number[] | undefined;
  /**
   * How long one attempt may take, from the look-up of the first name to the end of the last answer, with all redirects.
   * Default: 15 s.
   */
  timeout?: Duration | undefined;
  /** The longest wait that a receiver may ask for by `Retry-After`. Default: 24 h. It never makes a wait shorter. */
  maxRetryAfter?: Duration | undefined;
  /**
   * How many redirects an attempt follows. Default: none. Only 307 and 308 are followed, which keep method and body; each address
   * is checked as the first one is, and https never leads to http. Another origin (scheme, host or port) gets the delivery with its
   * signature, and neither the headers that are secrets (see `secretHeaders`) nor the certificate of `tls`.
   */
  redirects?: number | undefined;
  /**
   * Names of headers that are secrets although their names do not say so. Those whose names do are known without it:
   * `Authorization`, `Cookie`, `X-Api-Key`, `X-Auth-Token` and the like.
   */
  secretHeaders?: readonly string[] | undefined;
  /**
   * Addresses and subnets that may be sent to although they are not public, such as `["127.0.0.1", "10.1.0.0/16"]`; or `"any"`,
   * where no URL comes from somebody else. Default: none.
   */
  allowAddresses?: "any" | readonly string[] | undefined;
  /** `"allow"`: plain HTTP to public addresses. Default: only to addresses that `allowAddresses` names. */
  plainHttp?: "refuse" | "allow" | undefined;
  /** What TLS trusts. Certificates are always verified. */
  tls?: TlsOptions | undefined;
  /** Values for `{name}` in the URL that are none of the payload; they come first. */
  parameters?: Readonly<Record<string, Parameter>> | undefined;
  /** How many bytes of the last answer are kept in `response`; 64 KiB at the most are read. Default: 0. */
  maxResponseBytes?: number | undefined;
  /** Ends the sending: between attempts at once, and an attempt in its middle. */
  signal?: AbortSignal | undefined;
  /** Is told of each attempt when it is over. What it throws changes nothing. */
  onAttempt?: ((attempt: Attempt) => unknown) | undefined;
  /** Resolves a host name. Default: the system's `dns.lookup`. What it says is checked. */
  lookup?: ((host: string) => Promise<readonly Address[]>) | undefined;
  /** The clock, in milliseconds since 1970. Default: `Date.now`. */
  now?: (() => number) | undefined;
  /** Waits. Default: a timer. */
  sleep?: ((durationMs: number, signal: AbortSignal | undefined) => Promise<void>) | undefined;
  /** From 0 to 1, for jitter. Default: `Math.random`. */
  random?: (() => number) | undefined;
}

/** The names of a sender's options. */
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

/** What became of a delivery. */
export interface SendResult {
  /** Whether a receiver took it. */
  ok: boolean;
  /**
   * - `delivered`: an answer was success.
   * - `exhausted`: no attempt of the schedule was.
   * - `stopped`: an answer said that no attempt ever will be (`stopOn`), or the address is refused.
   * - `aborted`: the signal was.
   */
  outcome: "delivered" | "exhausted" | "stopped" | "aborted";
  /** The status of the last answer, if there was one. */
  status?: number;
  /** Every attempt, in order. */
  attempts: Attempt[];
  /** The beginning of the last answer's body, where `maxResponseBytes` asks for it. */
  response?: {
    headers: Record<string, string | string[] | undefined>;
    /** The same as they came: name, value, name, value, as Node has them. */
    rawHeaders: string[];
    body: Uint8Array;
    /** Whether the body went on behind what is kept. */
    truncated: boolean;
  };
}

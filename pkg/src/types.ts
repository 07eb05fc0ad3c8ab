/** The types of the verbs' arguments and results. */
import type { BodyLike } from "./body.js";
import type { HooksealError } from "./error.js";
import type { CauseCode } from "./generated/causes.js";
import type { IssueCode, StageName } from "./generated/codes.js";
import type { HeadersLike } from "./headers.js";

/**
 * Bytes with memory of their own, which `fetch` and `Response` take as a body: `Uint8Array<ArrayBuffer>`, or `Uint8Array` before
 * TypeScript 5.7.
 */
export type Bytes = ReturnType<Uint8Array["slice"]>;

/** One HTTP request that carries an event. */
export interface Delivery {
  /** Its headers, in any container and letter case. */
  headers: HeadersLike;
  /** Its body, exactly as it arrived. */
  body: BodyLike;
  /** The URL of the request, for providers that sign it. Empty means none. */
  url?: string | undefined;
  /** The method, for providers that sign it. Empty means none. */
  method?: string | undefined;
}

/** A signature algorithm: the hash function of an HMAC, or an algorithm of public keys. */
export type Algorithm =
  | "sha1"
  | "sha256"
  | "sha512"
  | "ed25519"
  | "ecdsa-p256"
  | "ecdsa-p256-raw"
  | "rsa-sha1"
  | "rsa-sha256"
  | "rsa-sha512"
  | "sha384";

/** How strictly payloads are validated. */
export type Profile = "lenient" | "strict";

/** Options of a webhook. */
export interface WebhookOptions {
  /**
   * The secrets of the subscription, as the provider shows them: the first signs, all verify. For a provider with a public key,
   * the public keys: nothing signs. For a provider with several
   * signature schemes, a list is that of the first scheme, and an object has a list for each name of a scheme. A scheme without
   * a secret is not active: no delivery is accepted by it.
   */
  secrets?:
    | readonly (string | undefined)[]
    | Readonly<Record<string, readonly (string | undefined)[]>>
    | undefined;
  /** `"allow"`: deliveries without a signature are accepted, and reported as `unsigned`. Default: `"refuse"`. */
  unsigned?: "allow" | "refuse" | undefined;
  /**
   * Only explain and compare deliveries. Every text is taken as a secret, also one that does not have the provider's format:
   * `explain` says why. `verify`, `check`, `sign` and `create` fail with `option-invalid`. Default: `false`.
   */
  explainOnly?: boolean | undefined;
  /**
   * Values that the provider's definition names in `settings`, such as `{ verifyToken: "..." }` of a handshake. An empty or
   * undefined value counts as absent.
   */
  settings?: { readonly [name: string]: string | undefined } | undefined;
  /** Accept only these of the provider's algorithms, so that a sender cannot choose a weaker one. */
  algorithms?: readonly Algorithm[] | undefined;
  /** How strictly payloads are validated. Default: `"lenient"`. */
  profile?: Profile | undefined;
  /** The largest body that is read, in bytes. Default: 1 MiB. */
  maxBytes?: number | undefined;
  /**
   * The timestamp tolerance in seconds, both ways, for a timestamp that the provider signs in a header or in the body.
   * Default: the provider's, or 300.
   */
  tolerance?: number | undefined;
}

/** Options of one call of `verify`, `check` or `inspect`: they override the webhook's. */
export interface VerifyOptions {
  /** The time of the check, as a `Date` or in milliseconds. Default: now. */
  now?: Date | number | undefined;
  /** How strictly payloads are validated. */
  profile?: Profile | undefined;
  /** The largest body that is read, in bytes. */
  maxBytes?: number | undefined;
  /** The timestamp tolerance, both ways, in seconds. */
  tolerance?: number | undefined;
  /** Public keys for this delivery, of a provider whose keys are not configured: those that `needs` returned. */
  keys?: readonly PublicKeyText[] | undefined;
  /**
   * Compute `digest` together with `verify` or `check`, if the caller is certain to read it.
   * Default: computed when it is first read. `inspect` always computes it.
   */
  digest?: boolean | undefined;
}

/** A public key: PEM, a certificate in PEM, or a JSON Web Key or a set of them, as JSON or as an object. */
export type PublicKeyText = string | object;

/** The public key that a delivery needs. */
export interface KeyNeed {
  /** The id of the key, if the delivery names one. The sender chooses it, and nothing is verified yet. */
  kid?: string;
  /** The URL of the key, if the provider or the delivery names one. A URL of a delivery is at a host of the provider. */
  url?: string;
  /** How the source has its keys. */
  as: "jwks" | "jwk" | "certificate" | "pem";
}

/** Options of one call of `explain`. */
export interface ExplainOptions extends VerifyOptions {
  /** Maximum number of combinations to compute. Default: 4096. */
  maxCombinations?: number | undefined;
}

/** Options of `sign` and `create`. */
export interface SignOptions {
  /** The time of the delivery. Default: now. */
  now?: Date | number | undefined;
  /** The id of the event; of the delivery, where events have none of their own. Default: a new UUID. */
  id?: string | undefined;
  /** The id of the subscription. Default: a new UUID. */
  webhookId?: string | undefined;
  /** The event type of a signed body, for providers that send the type in a header. */
  type?: string | undefined;
  /** The URL of the request, for providers that sign it. */
  url?: string | undefined;
  /**
   * A private key in PEM, for tests of a provider that signs with one. The webhook has the public key of the same pair. Needs
   * `node:crypto`.
   */
  privateKey?: string | undefined;
}

/**
 * Parts of a delivery that are not signed: the event type, or the idempotency key. An attacker who recorded a signed
 * delivery can send it again with another value there.
 */
export type Uncovered = readonly ("type" | "id")[];

/** How a delivery is authenticated. */
export type SignatureInfo =
  | {
      /** Signed with one of the secrets. */
      status: "verified";
      /** The algorithm of the signature. */
      algorithm: Algorithm;
      /** The name of the signature scheme, for a provider with several. */
      scheme?: string;
      /** Index of the secret in the options; if secrets and public keys are mixed there, among those of its kind. */
      secret: number;
      /**
       * What the signature covers: the whole body, or some fields of the body, with `type` and `id` among them, or the CRC-32
       * of the body. The other fields are not signed, and another body can have the same CRC-32: an attacker who recorded a
       * delivery can send such a body.
       */
      covers: "body" | "fields" | "checksum";
      /**
       * What of `type` and `id` is in headers that the signature does not cover, of this delivery. Absent where it covers
       * both. Of `id` only the key counts, and not the type in front of it.
       */
      uncovered?: Uncovered;
    }
  | {
      /**
       * The sender sent one of the secrets as a token, or a signature over nothing of the event. An attacker who has seen one
       * delivery can send any other.
       */
      status: "token";
      /** The name of the signature scheme, for a provider with several. */
      scheme?: string;
      /** Index of the secret in the options. */
      secret: number;
      /** What is signed: nothing. */
      covers: "nothing";
      /** Neither `type` nor `id` is signed. */
      uncovered: Uncovered;
    }
  | {
      /** Not authenticated: the receiver allows unsigned deliveries. */
      status: "unsigned";
    };

/** What `toJSON` of a delivery or an item returns: ids, times and how it is authenticated, without payload and issues. */
export type DeliveryJson<T = Verified> = Omit<T, "event" | "items" | "body" | "issues" | "toJSON">;

/** One event of a delivery that has several. */
export interface Item<E = unknown> {
  /** The event, as in `event` of the delivery. Made when it is first read. */
  readonly event: E;
  /** The event type. */
  readonly type: string;
  /** The provider's definition does not name this event type: nothing has validated the item. Absent for all others. */
  readonly unknown?: true;
  /**
   * The idempotency key: the id of the event, prefixed by its type; without an id, the `id` of the delivery and the index of the item.
   * Empty where neither has one.
   */
  readonly id: string;
  /** The time of the event, as the payload writes it. */
  readonly createdAt?: string;
  /** The location in the payload: a JSON Pointer. */
  readonly pointer: string;
  /** What `JSON.stringify` and loggers write: everything but the event. */
  toJSON(): DeliveryJson<Item>;
}

/** A delivery that was accepted. */
export interface Verified<E = unknown> {
  /**
   * What `JSON.parse` returns for the body; made when it is first read. A string of the event that is kept for long keeps
   * up to 16 KiB of the body in memory; `id` and the other strings of a delivery do not.
   */
  readonly event: E;
  /**
   * The event type. A delivery of a provider that sends several events at once has a type of its own, or `batch`; `items` has those
   * of the events.
   */
  readonly type: string;
  /** The provider's definition does not name this event type: nothing has validated the payload. Absent for all others. */
  readonly unknown?: true;
  /**
   * The events, in order, if the provider sends several in one delivery; made when it is first read. Empty for a list of none, which
   * providers send to check a receiver.
   */
  readonly items?: readonly Item[];
  /**
   * The idempotency key by the provider's rule, prefixed by the event type. Empty where the provider's deliveries have none
   * (`dedupe: ["none"]`): equal ones may be different events, so none is a duplicate.
   */
  readonly id: string;
  /** The id of the subscription. No signature covers it. */
  readonly webhookId?: string;
  /** The id of the delivery. No signature covers it. */
  readonly deliveryId?: string;
  /** The time of the event, as the payload writes it. */
  readonly createdAt?: string;
  /** The revision of the contract the payload follows, where there are several. */
  readonly revision?: string;
  /** How the delivery is authenticated. */
  readonly signature: SignatureInfo;
  /** The SHA-256 of the raw body in hex: equal for every retry of an immutable payload. */
  readonly digest: string;
  /**
   * The raw body, as it was verified: for what `event` cannot hold, such as numbers with more digits than a JavaScript number
   * (`number-precision`). A copy that belongs to the delivery, made when it is first read: valid as long as you keep it, and
   * the same array for each read. Not enumerable: logs, `JSON.stringify`, `structuredClone` and `{ ...delivery }` leave it out.
   */
  readonly body: Bytes;
  /** Warnings and infos: an error never gets here. */
  readonly issues: Issue[];
  /**
   * What `JSON.stringify` and loggers such as pino write: everything but the payload and the issues.
   * `JSON.stringify(delivery.event)` writes the payload. `console.log` in Node shows the same, with a mark in place of the event.
   */
  toJSON(): DeliveryJson;
}

/** What `check` returns: the accepted delivery, or the reason why it is rejected. */
export type CheckResult<V> = { ok: true; value: V } | { ok: false; error: HooksealError };

/** The response to a handshake: a request by which the provider checks the receiver. */
export interface HandshakeResponse {
  /** The name of the handshake in the provider's definition. */
  name: string;
  /** The status. */
  status: number;
  /** The headers, by their names in lower case. */
  headers: Record<string, string>;
  /** The body, in ASCII; empty for a response without one. */
  body: string;
  /**
   * A signing secret that the provider hands over. Anyone can send such a request: respond only if you expect the secret and
   * have stored it, and with the status 403 otherwise.
   */
  secret?: string;
}

/**
 * One problem of a delivery: a superset of a Standard Schema issue. Never quotes a value of the payload; the span says where
 * the value is.
 */
export interface Issue {
  /** What kind of issue: stable, kebab-case. */
  code: IssueCode;
  /** The severity. Only an `error` rejects a delivery. */
  severity: "error" | "warning" | "info";
  /** A sentence a person can act on. */
  message: string;
  /** The path from the root of the payload to the value. */
  path: (string | number)[];
  /** The same path as a JSON Pointer (RFC 6901). */
  pointer: string;
  /** The location in the text: UTF-16 offsets, line and column from 1. */
  span: { start: number; end: number; line: number; column: number };
  /** The location in the bytes. */
  byteSpan: { start: number; end: number };
  /** What was expected. */
  expected?: string;
  /** The kind of value that was found. */
  received?: string;
  /** What to do about it. */
  hint?: string;
  /** The stage that reported the issue. Absent for an issue that no stage reports, such as one about a definition. */
  stage?: StageName;
}

/** The state of one stage of checking a delivery. */
export interface StageReport {
  /** Which stage. */
  name: StageName;
  /**
   * - `passed`: evaluated, and nothing speaks against the delivery.
   * - `failed`: evaluated, with an error.
   * - `warned`: evaluated, with a warning; or a signature that was not checked.
   * - `not-reached`: not evaluated, since an earlier stage failed.
   * - `not-applicable`: nothing to evaluate. The provider signs nothing, has no rules, or no contract for this event type.
   */
  state: "passed" | "failed" | "warned" | "not-reached" | "not-applicable";
}

/** One part of the signed content of a delivery. */
export interface SignedPart {
  /** The placeholder without its braces. Absent for literal text of the template. */
  placeholder?:
    | "body"
    | "form"
    | "timestamp"
    | "id"
    | "url"
    | "path"
    | "method"
    | "headers"
    | `${"header" | "headers" | "query" | "form" | "body" | "url" | "setting"}:${string}`
    | `/${string}`;
  /** The text that is signed; cut after 512 characters. Absent for the body, settings and listed headers, and for what the delivery lacks. */
  value?: string;
  /** The location in the signed content, in bytes. Absent for what the delivery lacks, which counts as no bytes. */
  span?: { start: number; end: number };
}

/** Everything there is to say about a delivery. */
export interface Report {
  /**
   * The verdict. `token` and `unsigned` do not mean verified: the payload is valid, but with a token nothing of it is signed,
   * and without a signature its sender is not authenticated.
   */
  verdict: "verified" | "token" | "unsigned" | "rejected";
  /** The reason for the rejection; absent where the delivery is accepted. */
  code?: IssueCode;
  /** The HTTP status with which a receiver responds to the rejected delivery; absent where the delivery is accepted. */
  status?: number;
  /** The state of every stage, in order. Unlike `verify`, an inspection goes on after the first failure. */
  stages: StageReport[];
  /** The provider's id. */
  provider: string;
  /** The event type. */
  type?: string;
  /** The idempotency key; absent where there is none. */
  id?: string;
  /** The id of the subscription. */
  webhookId?: string;
  /** The id of the delivery. */
  deliveryId?: string;
  /** The time of the event, as the payload writes it. */
  createdAt?: string;
  /** The revision of the contract the payload follows. */
  revision?: string;
  /** The SHA-256 of the raw body, hex; empty for a body over the limit, which is not read. */
  digest: string;
  /** The signature. Holds texts of the delivery, and never the expected tag. */
  signature: {
    /**
     * - `verified`: one of the secrets made the signature, within the timestamp tolerance.
     * - `token`: one of the secrets is the token of the delivery, and nothing is signed.
     * - `unsigned`: there is no signature that could be checked, and the receiver allows that.
     * - `missing`: there is no signature.
     * - `malformed`: there is a signature, and it could not be compared: the delivery does not have the provider's form,
     *   lacks a part of the signed content, or has a body over the size limit.
     * - `mismatch`: none of the secrets made the signature over this content, or is the token.
     * - `stale`: one of the secrets made the signature, outside the timestamp tolerance.
     */
    status: "verified" | "token" | "unsigned" | "missing" | "malformed" | "mismatch" | "stale";
    /** The name of the scheme that decided, for a provider with several. */
    scheme?: string;
    /** The header of the signature, or its source in the body or the URL: `/signature`, `query:signature`. */
    header?: string;
    /** The algorithm that the header names, or that verified the signature. */
    algorithm?: string;
    /** The value of the header or the source; cut after 512 characters. Absent for a token, which may be the secret. */
    received?: string;
    /**
     * The received signature that was compared, without its label; cut after 512 characters. Absent where none was compared.
     * The expected tag is never part of a report.
     */
    tag?: string;
    /**
     * The signed time, in milliseconds since 1970. Authentic only where the status is `verified` or `stale`. Absent where
     * the provider signs none, the delivery has none, or no `Date` reaches it.
     */
    timestamp?: number;
    /** Index of the secret that made the signature, or is the token. */
    secret?: number;
    /** What is signed: the whole body, some of its fields, or its CRC-32, by a verified signature; nothing by a token. */
    covers?: "body" | "fields" | "checksum" | "nothing";
    /** What of `type` and `id` a verified signature or a token does not cover. Absent where it covers both. */
    uncovered?: Uncovered;
    /** The template of the signed content, e.g. `{body}` or `{id}.{timestamp}.{body}`. */
    signedContent?: string;
    /**
     * The parts of the signed content, in order. Their bytes one after another are what the signature is made over. Absent
     * where the provider signs nothing, or the body is not raw bytes.
     */
    parts?: SignedPart[];
  };
  /**
   * The handshake that the request is: a receiver responds itself, and calls no handler. `code` and `message` say why it is
   * refused.
   */
  handshake?: { name: string; status: number; code?: IssueCode; message?: string };
  /** The events that have a type, if the provider sends several in one delivery. */
  items?: Omit<Item, "event">[];
  /** Every issue, sorted by location. */
  issues: Issue[];
}

/**
 * Why a signature does not match: proven causes, and observations. Not a verdict: never accept a delivery because of an
 * explanation. The causes hold no secret, no expected signature and no payload value.
 */
export interface Explanation {
  /** Causes that reproduce the received signature to the byte: proof. Several of them apply together. */
  matches: Cause[];
  /**
   * Facts seen in the delivery and the options. They prove nothing. Ordered by strength of evidence, the strongest first;
   * `signature-valid` is the first, and the result of the search (`no-match`) the last one.
   */
  observations: Cause[];
  /** Number of combinations of body, secret, algorithm, encoding and signed content that were computed. */
  tried: number;
  /**
   * The body that the received signature was made over, where a match proves one or the signature is valid. It is a payload:
   * the property is not enumerable, so that `JSON.stringify` and `console.log` leave it out.
   */
  readonly signedBody?: Bytes | undefined;
}

/** One cause or observation of an {@link Explanation}. */
export interface Cause {
  /** Stable, kebab-case code: docs/causes.md lists them. */
  code: CauseCode;
  /** Noun phrase for a headline, 60 characters at most. */
  title: string;
  /** What was found, in a sentence or two. */
  message: string;
  /** What to change. Begins with a verb; alternatives follow after "Or". */
  fix: string;
  /** The code to write in each framework, where a framework can be to blame; empty otherwise. */
  frameworks: { name: string; code: string }[];
  /**
   * Codes of other causes that reproduce the same bytes, each in place of this one: the signature cannot tell which of
   * them applies. `message` names them, too. Mostly empty.
   */
  alternatives: CauseCode[];
  /** The bytes of the received body that differ from the signed one: `difference.received`. */
  changedBytes?: { start: number; end: number };
  /**
   * Where the received and the signed body differ, in bytes: everything before and after is equal. A range is empty
   * (`start` is `end`) where the other body has more.
   */
  difference?: { received: { start: number; end: number }; signed: { start: number; end: number } };
}

/** A request that is ready to be sent: these very bytes. */
export interface SignedDelivery {
  method: "POST";
  headers: Record<string, string>;
  body: Bytes;
}

/** What applies to one comparison. */
export interface CompareOptions {
  /** The largest body that is read, in bytes. Default: the webhook's. */
  maxBytes?: number;
}

/** One difference between two payloads. Holds values of the payloads: not for logs. */
export interface Change {
  /** Where the values are: a JSON Pointer. Empty for the whole body. */
  pointer: string;
  /**
   * The value in the first body; absent where it was added. Like the result of `JSON.parse`, but every number keeps its digits,
   * at any depth: an integer beyond `Number.MAX_SAFE_INTEGER` is a `bigint`, and any other number that JavaScript cannot
   * represent is its text. `JSON.stringify` of a change writes a `bigint` as a string. The text of a body that is no JSON.
   */
  before?: unknown;
  /** The value in the second body; absent where it was removed. */
  after?: unknown;
  /** The text of `before` exactly as in the body: `1.50` or `"\\u00e9"`. */
  beforeText?: string;
  /** The text of `after`. */
  afterText?: string;
}

/** How two deliveries relate. */
export interface Comparison {
  /** The same event with the same payload: a retry, or a duplicate. */
  same: boolean;
  /** The same event by the provider's idempotency key. Never where the provider has none: two events may be equal. */
  sameEvent: boolean;
  /** What differs, by pointer. Holds values of the payloads: not for logs. */
  changes: Change[];
  /** How many more changes there are, where not all are listed: at most 1000, and pointers of a megabyte together. */
  omitted?: number;
}

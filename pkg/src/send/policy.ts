/** The policy of a sender, from its options and its provider; and the delivery as all attempts send it. */
import { rawBody } from "../body.js";
import { HooksealError } from "../error.js";
import type { ExtendedDefinition, ProviderDefinition } from "../generated/definition.js";
import { headerPairs } from "../headers.js";
import { detectProvider, webhook } from "../index.js";
import type { ProviderSendPolicy } from "../results.js";
import type { Delivery } from "../types.js";
import { Webhook } from "../webhook.js";
import { AddressPolicy } from "./address.js";
import { checkOptions, coreOption, SendError } from "./error.js";
import type { SendOptions, TlsOptions } from "./options.js";
import type { TransportOptions } from "./post.js";
import { queueId } from "./queue-id.js";
import { parseDuration, type Schedule, schedule } from "./schedule.js";
import { expandUrl } from "./url.js";
import { checkValues, valueError } from "./values.js";

/** A delivery that is ready to send: its URL is expanded, its headers are checked, and its body is copied. */
export interface PreparedDelivery {
  url: URL;
  headers: [string, string][];
  body: Uint8Array;
  /** Names in lower case of headers that the caller lists as secrets. */
  secrets: ReadonlySet<string>;
}

/** How a delivery is sent and retried: from the options of the sender, and from the provider's policy where they are absent. */
export interface SendPolicy {
  isSuccess: (status: number) => boolean;
  delayAfter: Schedule;
  stopOn: ReadonlySet<number>;
  redirects: number;
  maxRetryAfterMs: number;
  transport: TransportOptions;
  /** The provider's part of the policy, if the provider is known. */
  providerPolicy: ProviderSendPolicy | undefined;
  /** The webhook that renews signatures; absent where the caller passed none, or no signature can be renewed. */
  signer: Webhook | undefined;
}

/** Headers of one connection (RFC 9110, section 7.6.1), which the transport sets itself. */
const HOP_BY_HOP_HEADERS =
  /^(host|content-length|connection|transfer-encoding|keep-alive|expect|upgrade|te|trailer)$/i;

const TLS_OPTIONS = { ca: true, cert: true, key: true } satisfies Record<keyof TlsOptions, true>;

/** Returns the policy. The provider is detected from `delivery` where the options name none. */
export function sendPolicy(
  options: Omit<SendOptions, "onAttempt" | "secretHeaders">,
  delivery: Delivery | undefined,
): SendPolicy {
  const { provider, random = Math.random } = options;
  checkOptions("tls", options.tls, TLS_OPTIONS);
  checkValues(options);
  const providerPolicy = webhookOf(provider, delivery)?.sendPolicy;
  const redirects = options.redirects ?? 0;
  if (!(Number.isSafeInteger(redirects) && redirects >= 0 && redirects <= 20))
    throw valueError("redirects", "a whole number from 0 to 20");
  const stopOn = options.stopOn ?? [410];
  if (!Array.isArray(stopOn) || !stopOn.every((status) => Number.isInteger(status)))
    throw valueError("stopOn", "a list of statuses such as [410, 413]");
  const delayAfter = schedule(options.retries ?? providerPolicy?.retries ?? {}, random);
  const signer =
    providerPolicy?.signatureExpires === "by-header" && provider instanceof Webhook ? provider : undefined;
  if (delayAfter(1) !== undefined) checkExpiry(providerPolicy, signer);
  const [first, last] =
    options.success === undefined && providerPolicy !== undefined
      ? providerPolicy.success
      : parseStatusRange("success", options.success ?? "2xx");
  return {
    isSuccess: (status) => status >= first && status <= last,
    delayAfter,
    stopOn: new Set(stopOn),
    redirects,
    maxRetryAfterMs: parseDuration("maxRetryAfter", options.maxRetryAfter ?? "24h"),
    transport: {
      addresses: new AddressPolicy(options.allowAddresses),
      allowsPlainHttp: options.plainHttp === "allow",
      timeoutMs: Math.max(1, parseDuration("timeout", options.timeout ?? "15s")),
      signal: options.signal,
      tls: options.tls ?? {},
      lookup: options.lookup,
      maxKeptBytes: options.maxResponseBytes ?? 0,
    },
    providerPolicy,
    signer,
  };
}

/** Rejects retries that would send an expired signature. */
function checkExpiry(providerPolicy: ProviderSendPolicy | undefined, signer: Webhook | undefined): void {
  if (providerPolicy?.signatureExpires === "by-body") {
    throw new SendError(
      "signature-expires",
      "Retries need another body because the signed timestamp is in it. Pass `retries: []`, and create a new delivery for each attempt.",
    );
  }
  if (providerPolicy?.signatureExpires === "by-header" && signer === undefined) {
    throw new SendError(
      "signature-expires",
      "Retries need a new signature because the timestamp is signed. Pass the webhook as `provider`, or `retries: []`.",
    );
  }
}

/** Parses an option such as `"2xx"` or `"200-399"` into its first and last status. */
function parseStatusRange(option: string, value: string): [number, number] {
  return coreOption((core) => core.status_range_option(option, value) as [number, number]);
}

/**
 * Expands the URL, checks the headers, and copies the body.
 *
 * @throws SendError where the URL or a header cannot be sent.
 */
export function prepareDelivery(
  url: string,
  delivery: Delivery,
  { providerPolicy }: SendPolicy,
  parameters: SendOptions["parameters"],
  secrets: ReadonlySet<string> = new Set(),
): PreparedDelivery {
  const raw = rawBody(delivery?.body);
  // A copy: the caller may reuse the buffer while attempts go on for days.
  const body = typeof raw === "string" ? new TextEncoder().encode(raw) : raw.slice();
  return {
    url: expandUrl(url, () => eventData(body, providerPolicy?.dataPath ?? []), {
      webhook_queue_id: queueId(body),
      ...parameters,
    }),
    headers: sendableHeaders(delivery),
    body,
    secrets,
  };
}

/**
 * The headers of one attempt. Only a signature that expires, and its timestamp, differ from attempt to attempt.
 *
 * @throws SendError where the delivery lacks what the signature covers, such as an id.
 */
export function headersForAttempt(
  signer: Webhook | undefined,
  { url, headers, body }: Omit<PreparedDelivery, "secrets">,
  now: number,
): [string, string][] {
  if (signer === undefined) return headers;
  try {
    return signer.resign({ headers, body, url: url.href }, now);
  } catch (error) {
    if (!(error instanceof HooksealError) || error.code === "internal") throw error;
    throw new SendError("header-invalid", `The signature cannot be renewed. ${error.message}`);
  }
}

/** Webhooks without secrets, by provider id and by definition. PERF: a queue needs one at each attempt. */
const webhooksById = new Map<string, Webhook>();
const webhooksByDefinition = new WeakMap<ProviderDefinition | ExtendedDefinition, Webhook>();

/** A webhook of the provider, if the provider is known. */
function webhookOf(provider: SendOptions["provider"], delivery: Delivery | undefined): Webhook | undefined {
  if (provider instanceof Webhook) return provider;
  if (typeof provider === "object" && provider !== null) {
    const known = webhooksByDefinition.get(provider) ?? createWebhook(provider);
    webhooksByDefinition.set(provider, known);
    return known;
  }
  if (provider !== undefined && typeof provider !== "string") throw valueError("provider", PROVIDERS);
  const id = provider ?? (delivery === undefined ? undefined : detectProvider(delivery));
  if (id === undefined) return undefined;
  const known = webhooksById.get(id) ?? createWebhook(id);
  webhooksById.set(id, known);
  return known;
}

const PROVIDERS = "the id of a built-in provider, a definition, or a webhook of this copy of the package";

/** A webhook without secrets, for its send policy. The core checks the definition. */
function createWebhook(provider: string | ProviderDefinition | ExtendedDefinition): Webhook {
  try {
    return webhook(provider, { unsigned: "allow" });
  } catch (error) {
    if (!(error instanceof HooksealError) || ["internal", "full-missing"].includes(error.code)) throw error;
    const { message } = valueError("provider", PROVIDERS);
    throw new SendError("option-invalid", `${message} ${error.message}`);
  }
}

function sendableHeaders(delivery: Delivery): [string, string][] {
  const pairs: [string, string][] = [];
  for (const [name, value] of headerPairs(delivery.headers)) {
    if (HOP_BY_HOP_HEADERS.test(name)) continue;
    // SECURITY: an invalid name is not quoted. Where a caller swapped names and values, the name is a value.
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) {
      throw new SendError(
        "header-invalid",
        "A header of the delivery has an invalid name. Check that names and values are not swapped.",
      );
    }
    if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) {
      throw new SendError(
        "header-invalid",
        `Invalid value of the header ${name}: expected Latin-1 text without line breaks or other control characters.`,
      );
    }
    pairs.push([name, value]);
  }
  return pairs;
}

/** The value at `path` in a JSON body: the event's data, from which parameters of the URL are taken. */
function eventData(body: Uint8Array, path: readonly string[]): unknown {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    throw new SendError(
      "parameter-missing",
      "The URL has parameters, but the body is not JSON. Pass their values in `parameters`.",
    );
  }
  for (const key of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

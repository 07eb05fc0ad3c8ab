/** What is sent, where to, and when again: worked out before the first attempt, by the provider's definition. */
import { rawBody } from "../body.js";
import { HooksealError } from "../error.js";
import type { ProviderDefinition } from "../generated/definition.js";
import { headerPairs } from "../headers.js";
import { detectProvider, providerDefinition } from "../index.js";
import type { Delivery } from "../types.js";
import { Webhook } from "../webhook.js";
import { AddressPolicy } from "./address.js";
import { checkOptions, SendError } from "./error.js";
import type { SendOptions, TlsOptions } from "./options.js";
import type { TransportOptions } from "./post.js";
import { queueId } from "./queue-id.js";
import { parseDuration, type Schedule, schedule } from "./schedule.js";
import { expandUrl } from "./url.js";
import { checkValues, valueError } from "./values.js";

/** A delivery as it goes over the wire. */
export interface Outgoing {
  url: URL;
  headers: [string, string][];
  body: Uint8Array;
  /** Names of headers, in lower case, that are secrets because the caller says so. */
  secrets: ReadonlySet<string>;
}

/** Everything that the options decide. */
export interface Policy {
  success: (status: number) => boolean;
  wait: Schedule;
  stopOn: ReadonlySet<number>;
  redirects: number;
  maxRetryAfter: number;
  wire: TransportOptions;
  /** The definition, and the webhook where it can sign. */
  definition: ProviderDefinition | undefined;
  hook: Webhook | undefined;
}

/** Headers that belong to a connection, and not to a delivery. */
const HOP_BY_HOP_HEADERS =
  /^(host|content-length|connection|transfer-encoding|keep-alive|expect|upgrade|te|trailer)$/i;

const TLS_OPTIONS = { ca: true, cert: true, key: true } satisfies Record<keyof TlsOptions, true>;

/** What the options decide, for a delivery that may tell its provider. */
export function policy(
  options: Omit<SendOptions, "onAttempt" | "secretHeaders">,
  delivery: Delivery | undefined,
): Policy {
  const { provider, random = Math.random } = options;
  checkOptions("tls", options.tls, TLS_OPTIONS);
  checkValues(options);
  const hook = provider instanceof Webhook ? provider : undefined;
  const definition = definitionOf(provider, delivery);
  const retries = options.retries ?? definition?.retries ?? {};
  const redirects = options.redirects ?? 0;
  if (!(Number.isSafeInteger(redirects) && redirects >= 0 && redirects <= 20))
    throw new SendError("option-invalid", "The option `redirects` takes a number from 0 to 20.");
  const stopOn = options.stopOn ?? [410];
  if (!Array.isArray(stopOn) || !stopOn.every((status) => Number.isInteger(status)))
    throw new SendError(
      "option-invalid",
      "The option `stopOn` takes a list of statuses, such as [410, 413].",
    );
  const wait = schedule(retries as never, random);
  if (definition?.signature?.timestamp !== undefined && wait(1) !== undefined) {
    throw new SendError(
      "signature-expires",
      "The body holds the time that is signed, so a later attempt cannot be signed anew without another body, and receivers refuse it when it is old: take `retries: []`, and make a new delivery for each attempt.",
    );
  }
  if (hook === undefined && hasTimestamp(definition) && wait(1) !== undefined) {
    throw new SendError(
      "signature-expires",
      "The signature covers a time, and receivers refuse it when it is old: hand the webhook itself over as `provider`, so that each attempt is signed with its own time; or take `retries: []`.",
    );
  }
  return {
    success: parseStatusRange(options.success ?? definition?.success ?? "2xx"),
    wait,
    stopOn: new Set(stopOn),
    redirects,
    maxRetryAfter: parseDuration("maxRetryAfter", options.maxRetryAfter ?? "24h"),
    wire: {
      guard: new AddressPolicy(options.allowAddresses),
      plain: options.plainHttp === "allow",
      timeout: Math.max(1, parseDuration("timeout", options.timeout ?? "15s")),
      signal: options.signal,
      tls: options.tls ?? {},
      lookup: options.lookup,
      maxKeptBytes: options.maxResponseBytes ?? 0,
    },
    definition,
    hook,
  };
}

/** The URL with its parameters, and the very headers and bytes of every attempt. */
export function outgoing(
  url: string,
  delivery: Delivery,
  parameters: SendOptions["parameters"],
  definition: ProviderDefinition | undefined,
  secrets: ReadonlySet<string> = new Set(),
): Outgoing {
  const overrides = rawBody(delivery?.body);
  // A copy: what happens to the caller's buffer during 72 hours changes nothing here.
  const body = typeof overrides === "string" ? new TextEncoder().encode(overrides) : overrides.slice();
  const data = () => dataOf(body, definition?.envelope.data);
  return {
    url: expandUrl(url, data, { webhook_queue_id: queueId(body), ...parameters }),
    headers: headersOf(delivery),
    body,
    secrets,
  };
}

/** The headers of one attempt: the same each time, but for a signature that covers the time. */
export function headersForAttempt(
  { hook, definition }: Policy,
  { url, headers, body }: Outgoing,
  now: number,
) {
  if (hook === undefined || !hasTimestamp(definition)) return headers;
  const named = (name: string | undefined) =>
    name === undefined ? undefined : headers.find(([other]) => equalsIgnoreCase(other, name))?.[1];
  const names = definition?.headers;
  const id = named(names?.id) ?? named(names?.deliveryId);
  const webhookId = named(names?.webhookId);
  const type = named(/^header:(.*)/.exec(definition?.envelope.type ?? "")?.[1]);
  const made = hook.sign(body, { now, url: url.href, id, webhookId, type });
  const isResigned = Object.entries(made.headers).filter(([name]) =>
    [definition?.signature?.header, names?.timestamp].some(
      (other) => other !== undefined && equalsIgnoreCase(name, other),
    ),
  );
  return [
    ...headers.filter(([name]) => !isResigned.some(([other]) => equalsIgnoreCase(name, other))),
    ...isResigned,
  ];
}

function definitionOf(provider: SendOptions["provider"], delivery: Delivery | undefined) {
  if (provider instanceof Webhook) return provider.definition;
  if (typeof provider === "object" && provider !== null) return checkedDefinition(provider);
  if (provider !== undefined && typeof provider !== "string") throw valueError("provider", PROVIDERS);
  const id = provider ?? (delivery === undefined ? undefined : detectProvider(delivery));
  if (id === undefined) return undefined;
  const definition = providerDefinition(id);
  if (definition === undefined)
    throw new SendError("option-invalid", "The option `provider` names no provider that is built in.");
  return definition;
}

const PROVIDERS = "the id of a built-in provider, a definition, or a webhook of this copy of the package";

/** Definitions that were checked: a queue asks at every attempt. */
const checkedDefinitions = new WeakSet<ProviderDefinition>();

/** The core says whether a definition is one; without a secret it says next that the secret is missing. */
function checkedDefinition(definition: ProviderDefinition): ProviderDefinition {
  if (checkedDefinitions.has(definition)) return definition;
  try {
    new Webhook(definition, { unsigned: "allow" });
  } catch (error) {
    if (!(error instanceof HooksealError) || error.code === "internal") throw error;
    if (error.code !== "secret-missing")
      throw new SendError(
        "option-invalid",
        `Invalid value for option \`provider\`: expected ${PROVIDERS}. As a definition: ${error.message}`,
      );
  }
  checkedDefinitions.add(definition);
  return definition;
}

function hasTimestamp(definition: ProviderDefinition | undefined): boolean {
  const { signedContent = "", format = "" } = definition?.signature ?? {};
  return `${signedContent} ${format}`.includes("{timestamp}");
}

const equalsIgnoreCase = (one: string, two: string) => one.toLowerCase() === two.toLowerCase();

/** The statuses that are success: `2xx`, or `200-399`. */
function parseStatusRange(success: string): (status: number) => boolean {
  const words = typeof success === "string" ? /^([1-5])xx$|^([1-5]\d\d)-([1-5]\d\d)$/.exec(success) : null;
  if (words === null)
    throw new SendError("option-invalid", 'The option `success` takes "2xx", or a range such as "200-399".');
  const [, hundred, first, last] = words;
  const least = hundred === undefined ? Number(first) : Number(hundred) * 100;
  const most = hundred === undefined ? Number(last) : least + 99;
  return (status) => status >= least && status <= most;
}

function headersOf(delivery: Delivery): [string, string][] {
  const pairs: [string, string][] = [];
  for (const [name, value] of headerPairs(delivery.headers)) {
    if (HOP_BY_HOP_HEADERS.test(name)) continue;
    // Where names and values were mixed up, a value stands where a name should.
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) {
      throw new SendError(
        "header-invalid",
        "A header of the delivery has a name that HTTP does not allow. Take apart which are names and which are values.",
      );
    }
    if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) {
      throw new SendError(
        "header-invalid",
        `The header ${name} of the delivery cannot be sent: its value contains a line break, a control character, or one that is not of Latin-1.`,
      );
    }
    pairs.push([name, value]);
  }
  return pairs;
}

function dataOf(body: Uint8Array, pointer: string | undefined): unknown {
  let here: unknown;
  try {
    here = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    throw new SendError(
      "parameter-missing",
      "The URL has parameters, and the body is no JSON to take them from.",
    );
  }
  for (const key of (pointer ?? "").split("/").slice(1)) {
    const name = key.replaceAll("~1", "/").replaceAll("~0", "~");
    if (typeof here !== "object" || here === null || !Object.hasOwn(here, name)) return undefined;
    here = (here as Record<string, unknown>)[name];
  }
  return here;
}

/**
 * `hookseal/keys`: fetches the public keys that deliveries need, for the option `keys` of a receiver.
 *
 * @example
 * ```ts
 * import { webhook } from "hookseal";
 * import { receiver } from "hookseal/fetch";
 * import { keySource } from "hookseal/keys";
 *
 * const hook = webhook("google-pubsub", { settings: { audience, serviceAccount } });
 * export default { fetch: receiver(hook, handler, { keys: keySource() }) };
 * ```
 */
import { ownMessage } from "./error.js";
import type { KeyNeed, PublicKeyText } from "./types.js";

export type { KeyNeed, PublicKeyText };

/** Options of {@link keySource}. */
export interface KeySourceOptions {
  /** The URL of the keys, for a provider whose definition has none. HTTPS, or HTTP on this machine. */
  url?: string | undefined;
  /**
   * Requests a key from an API of the provider, in place of a fetch from a URL. It is called under the same limits; `timeout`
   * aborts the signal.
   */
  load?: ((need: KeyNeed, signal: AbortSignal) => PublicKeyText | Promise<PublicKeyText>) | undefined;
  /** Fetch only from these hosts. Default: those of the provider's definition. */
  hosts?: readonly string[] | undefined;
  /** Time after which keys are fetched again, in milliseconds. Default: an hour. */
  maxAge?: number | undefined;
  /** Timeout of one fetch, in milliseconds. Default: 5 000. */
  timeout?: number | undefined;
}

/** What is known of one URL, or of one key of an API. */
interface Entry {
  keys: PublicKeyText | undefined;
  /** When the keys were fetched, and when a fetch was started last. */
  fetchedAt: number;
  triedAt: number;
  pending: Promise<void> | undefined;
  error: unknown;
}

/** An attacker chooses ids of keys, and paths at an allowed host. */
const MAX_ENTRIES = 16;
/** An unknown id, or a source that fails, costs one fetch in this time. */
const RETRY_MS = 60_000;
/** A set of keys has a few kilobytes. */
const MAX_BYTES = 64 * 1024;
const DEFAULT_MAX_AGE_MS = 3_600_000;
const DEFAULT_TIMEOUT_MS = 5_000;

const OPTIONS = ["url", "load", "hosts", "maxAge", "timeout"];

/**
 * A source of public keys, which fetches them when a delivery needs one:
 *
 * - Deliveries that wait for the same keys share one fetch. Keys are used for an hour, and while the source is down.
 * - The id of a key that the source does not have, and a source that fails, cost one fetch a minute at most.
 * - No redirect is followed. A response has at most 64 KiB. At most 16 URLs, or ids of an API, are requested in a minute.
 */
export function keySource(options: KeySourceOptions = {}): (need: KeyNeed) => Promise<PublicKeyText[]> {
  checkOptions(options);
  const { url, load, hosts, maxAge = DEFAULT_MAX_AGE_MS, timeout = DEFAULT_TIMEOUT_MS } = options;
  const entries = new Map<string, Entry>();

  const request = async (need: KeyNeed, target: string): Promise<PublicKeyText> => {
    const signal = AbortSignal.timeout(timeout);
    return load === undefined ? fetchKeys(target, signal) : withAbort(load(need, signal), signal);
  };

  return async (need) => {
    const target = url ?? need.url ?? "";
    if (load === undefined) checkUrl(target, url !== undefined, hosts);
    const entry = entryOf(entries, load === undefined ? target : `${target} ${need.kid ?? ""}`);
    const now = Date.now();
    const isDue = entry.keys === undefined || now - entry.fetchedAt >= maxAge || !hasKey(entry.keys, need);
    if (isDue && entry.pending === undefined && now - entry.triedAt >= RETRY_MS) {
      entry.triedAt = now;
      entry.pending = request(need, target)
        .then(
          (keys) => {
            entry.keys = keys;
            entry.fetchedAt = now;
            entry.error = undefined;
          },
          (error: unknown) => {
            entry.error = error;
          },
        )
        .finally(() => {
          entry.pending = undefined;
        });
    }
    // Keys that are old are better than none, so only a delivery whose key is unknown waits.
    if (isDue && entry.pending !== undefined) await entry.pending;
    if (entry.keys === undefined)
      throw entry.error ?? ownError("The keys could not be fetched a moment ago.");
    return [entry.keys];
  };
}

/** The entry of a URL or a key. Throws while too many others were requested in the last minute. */
function entryOf(entries: Map<string, Entry>, name: string): Entry {
  const known = entries.get(name);
  if (known !== undefined) return known;
  if (entries.size >= MAX_ENTRIES) {
    const now = Date.now();
    const old = [...entries].find(
      ([, entry]) => now - entry.triedAt >= RETRY_MS && entry.pending === undefined,
    );
    if (old === undefined) throw ownError("Too many different keys are requested: at most 16 in a minute.");
    entries.delete(old[0]);
  }
  const entry: Entry = {
    keys: undefined,
    fetchedAt: Number.NEGATIVE_INFINITY,
    triedAt: Number.NEGATIVE_INFINITY,
    pending: undefined,
    error: undefined,
  };
  entries.set(name, entry);
  return entry;
}

/** Whether keys may have the one that is needed. Only sets of keys name their ids. The core decides. */
function hasKey(keys: PublicKeyText, { kid, as }: KeyNeed): boolean {
  if (kid === undefined || as !== "jwks") return true;
  try {
    const set = (typeof keys === "string" ? JSON.parse(keys) : keys) as { keys?: { kid?: unknown }[] };
    return set.keys === undefined || set.keys.some((key) => key?.kid === kid);
  } catch {
    return false;
  }
}

/** An error whose message may be logged. */
function ownError(message: string): Error {
  return ownMessage(new Error(message));
}

/** Fetches a text of limited length, without following redirects. */
async function fetchKeys(url: string, signal: AbortSignal): Promise<string> {
  // SECURITY: a redirect leads to a host that nothing has checked. `manual` and a check of the status work in every runtime.
  const response = await fetch(url, { redirect: "manual", signal });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw ownError(`The keys could not be fetched: status ${response.status}.`);
  }
  const reader = response.body?.getReader();
  if (reader === undefined) return "";
  const decoder = new TextDecoder();
  let text = "";
  let length = 0;
  for (;;) {
    const { done, value } = await withAbort(reader.read(), signal);
    if (done) return text + decoder.decode();
    length += value.length;
    if (length > MAX_BYTES) {
      await reader.cancel();
      throw ownError("The keys could not be fetched: the response has more than 64 KiB.");
    }
    text += decoder.decode(value, { stream: true });
  }
}

/** The result, or the reason of the signal if that comes first. */
function withAbort<T>(result: T | Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    Promise.resolve(result)
      .then(resolve, reject)
      .finally(() => signal.removeEventListener("abort", abort));
  });
}

const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];

/** Throws unless a URL may be fetched. The message has no part of the URL, which a sender may have chosen. */
function checkUrl(text: string, isOwn: boolean, hosts: readonly string[] | undefined): void {
  if (text === "")
    throw ownError("The provider's definition has no URL of keys. Pass `url` or `load` to `keySource`.");
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isSecure = url?.protocol === "https:";
  const isLocal = url?.protocol === "http:" && isOwn && LOOPBACK.includes(url.hostname);
  if (url === undefined || !(isSecure || isLocal) || url.username !== "" || url.password !== "")
    throw ownError("The URL of the keys is not HTTPS.");
  if (hosts !== undefined && !hosts.includes(url.host))
    throw ownError("The URL of the keys is at a host that `hosts` of `keySource` does not have.");
}

function checkOptions(options: KeySourceOptions): void {
  const unknown = Object.keys(options).find((name) => !OPTIONS.includes(name));
  if (unknown !== undefined)
    throw new TypeError(`Unknown option \`${unknown}\` of keySource; expected one of ${OPTIONS.join(", ")}.`);
  const { url, load, hosts, maxAge, timeout } = options;
  const fail = (name: string, expected: string): never => {
    throw new TypeError(`Invalid value for option \`${name}\`: expected ${expected}.`);
  };
  if (url !== undefined && typeof url !== "string") fail("url", "a string");
  if (load !== undefined && typeof load !== "function") fail("load", "a function");
  if (url !== undefined && load !== undefined) fail("load", "either `url` or `load`");
  if (hosts !== undefined && !(Array.isArray(hosts) && hosts.every((host) => typeof host === "string")))
    fail("hosts", "a list of hosts");
  if (maxAge !== undefined && !(maxAge >= 0)) fail("maxAge", "a number of milliseconds");
  if (timeout !== undefined && !(timeout > 0 && timeout <= 60_000))
    fail("timeout", "1 to 60 000 milliseconds");
}

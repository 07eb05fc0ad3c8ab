/** What the console lists of a delivery. */
import type { Webhook } from "../../index.js";
import type { ConsoleRow } from "./console-types.js";
import type { LogEntry } from "./log.js";
import { deliveryOf } from "./received.js";
import type { Hide } from "./view.js";

/** The attempts that follow a status which is no success for the provider. */
function retriesOf(
  { status, replay }: LogEntry,
  policy: Webhook["sendPolicy"] | undefined,
): ConsoleRow["retries"] {
  const { success: [first, last] = [200, 299], retries } = policy ?? {};
  if (replay !== undefined || !retries?.length || (status >= first && status <= last)) return undefined;
  return {
    count: retries.length,
    firstMs: retries[0] as number,
    totalMs: retries.reduce((sum, delay) => sum + delay, 0),
  };
}

export class Rows {
  readonly #hide: Hide;
  readonly #hookOf: (provider: string | undefined) => Webhook | undefined;
  readonly #keys: readonly string[];
  // PERF: each read of a definition parses it.
  readonly #providers = new Map<string, { title: string; signs: boolean }>();
  readonly #accepted = new WeakMap<LogEntry, ConsoleRow["accepted"]>();

  constructor(
    hide: Hide,
    hookOf: (provider: string | undefined) => Webhook | undefined,
    keys: readonly string[],
  ) {
    this.#hide = hide;
    this.#hookOf = hookOf;
    this.#keys = keys;
  }

  /** One row of the list. */
  toRow(entry: LogEntry): ConsoleRow {
    const {
      number,
      change,
      at,
      method,
      url,
      provider,
      type,
      id,
      revision,
      status,
      code,
      handshake,
      signature,
    } = entry;
    const { attempts, replay, again, durationMs, body, issues, file } = entry;
    const stage = issues.find(({ severity }) => severity === "error")?.stage;
    const [first] = attempts;
    const failed = attempts.find(
      ({ status = 0, error }) => error !== undefined || status < 200 || status > 299,
    );
    const shown = failed ?? first;
    const hook = this.#hookOf(provider);
    const { title } = this.#providerOf(provider, hook);
    const retries = retriesOf(entry, hook?.sendPolicy);
    const accepted = signature && this.#acceptedOf(entry, hook);
    return {
      number,
      change,
      at,
      method,
      path: this.#hide(url.replace(/^https?:\/\/[^/]*/, "")),
      ...(provider === undefined ? {} : { provider, title: title ?? provider }),
      ...(type === undefined ? {} : { type: this.#hide(type) }),
      ...(id === undefined ? {} : { id: this.#hide(id) }),
      ...(revision === undefined ? {} : { revision }),
      ...(code === undefined ? {} : { code }),
      ...(handshake === undefined ? {} : { handshake }),
      ...(again === undefined ? {} : { again }),
      ...(replay === undefined ? {} : { replay }),
      ...(file === undefined ? {} : { file }),
      ...(stage === undefined ? {} : { stage }),
      ...(retries === undefined ? {} : { retries }),
      ...(accepted === undefined ? {} : { accepted }),
      status,
      verdict: signature?.status ?? verdictOf(entry),
      message: this.#hide(messageOf(entry)),
      errors: issues.filter(({ severity }) => severity === "error").length,
      bytes: body?.length ?? 0,
      durationMs,
      ...(shown === undefined
        ? {}
        : {
            app: {
              url: shown.url,
              durationMs: shown.durationMs,
              ...(shown.status === undefined ? {} : { status: shown.status }),
              ...(shown.error === undefined ? {} : { error: shown.error }),
            },
          }),
    };
  }

  #providerOf(provider = "", hook: Webhook | undefined): { title: string; signs: boolean } {
    const known = this.#providers.get(provider);
    if (known !== undefined) return known;
    const { title = provider, signature } = hook?.definition ?? {};
    const found = { title, signs: signature !== undefined };
    if (hook !== undefined) this.#providers.set(provider, found);
    return found;
  }

  /** What there is to say of an accepted delivery besides its verdict: the report has it, and is made once. */
  #acceptedOf(entry: LogEntry, hook: Webhook | undefined): ConsoleRow["accepted"] {
    const known = this.#accepted.get(entry);
    const delivery = deliveryOf(entry);
    if (known !== undefined || hook === undefined || delivery === undefined) return known;
    const { stages, issues } = hook.inspect(delivery, { now: entry.at, keys: this.#keys });
    const isChecked = stages.some(({ name, state }) => name === "contract" && /passed|warned/.test(state));
    const isUnknown = issues.some(({ code }) => code === "event-unknown");
    const { secret = 0, algorithm = "" } = { ...entry.signature } as { secret?: number; algorithm?: string };
    const accepted = {
      payload: isUnknown ? "unknown" : isChecked ? "valid" : "unchecked",
      warnings: issues.filter(({ severity }) => severity === "warning").length,
      isSecond: secret === 1,
      isPublicKey: /^(?:ed|ec|rsa)/.test(algorithm),
      signs: this.#providerOf(entry.provider, hook).signs,
    } as const;
    this.#accepted.set(entry, accepted);
    return accepted;
  }
}

/** The verdict of a request that was not accepted as a delivery. */
const verdictOf = ({ handshake, method }: LogEntry): ConsoleRow["verdict"] =>
  handshake !== undefined ? "handshake" : method === "POST" ? "rejected" : "other";

const messageOf = ({ message, hint }: LogEntry): string => [message, hint].filter(Boolean).join(" ");

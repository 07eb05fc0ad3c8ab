/** Sends a delivery of the log to an application once more: as it was received, signed again, or changed on purpose. */
import { HooksealError, type Webhook } from "../../index.js";
import { type ForwardAttempt, forward } from "./forward.js";
import type { LogEntry, ReplayKind } from "./log.js";
import type { Received } from "./received.js";

export const REPLAY_KINDS: readonly ReplayKind[] = ["same", "retry", "tampered", "unsigned"];

/** Why a delivery cannot be replayed in this way. */
export class ReplayError extends Error {}

/** Replays a delivery. The returned request has what the application responded. */
export async function replay(
  entry: LogEntry,
  kind: ReplayKind,
  target: URL,
  hook: Webhook | undefined,
  keys: readonly string[],
): Promise<Received> {
  const { body, rawHeaders } = change(entry, kind, hook);
  const query = entry.url.indexOf("?");
  const attempt: ForwardAttempt = await forward(target, {
    rawHeaders,
    body,
    ...(query === -1 ? {} : { query: entry.url.slice(query) }),
  });
  const { method, url, provider, type, id } = entry;
  const report = hook?.inspect({ headers: rawHeaders, body, method, url }, { keys });
  const { status } = report?.signature ?? {};
  return {
    number: 0,
    at: attempt.at,
    method,
    url,
    rawHeaders,
    body,
    ...(provider === undefined ? {} : { provider }),
    ...(type === undefined ? {} : { type }),
    ...(id === undefined ? {} : { id }),
    ...(report?.revision === undefined ? {} : { revision: report.revision }),
    ...(report === undefined || report.verdict === "rejected" ? {} : { signature: toInfo(status) }),
    status: attempt.status ?? 502,
    issues: report?.issues ?? [],
    attempts: [attempt],
    durationMs: attempt.durationMs,
    ...(report?.code === undefined ? {} : { code: report.code }),
  };
}

/** The status of a signature alone: the page shows no more of a replay. */
const toInfo = (status: string | undefined) => ({ status }) as NonNullable<Received["signature"]>;

/** The request to send. */
function change(
  { body, rawHeaders, method, url }: LogEntry,
  kind: ReplayKind,
  hook: Webhook | undefined,
): { body: Uint8Array; rawHeaders: string[] } {
  if (body === undefined) throw new ReplayError("The body of this delivery is not complete.");
  if (kind === "same") return { body, rawHeaders };
  if (kind === "tampered") return { body: tamper(body), rawHeaders };
  if (hook === undefined) throw new ReplayError("The provider of this delivery is not known.");
  if (kind === "unsigned") return { body, rawHeaders: withoutSignature(rawHeaders, hook) };
  try {
    const headers = hook.resign({ headers: rawHeaders, body, method, url }, Date.now());
    return { body, rawHeaders: headers.flat() };
  } catch (error) {
    if (error instanceof HooksealError) throw new ReplayError(error.message);
    throw error;
  }
}

/** The headers without those that hold a signature. */
function withoutSignature(rawHeaders: readonly string[], { definition }: Webhook): string[] {
  const names = new Set(
    [definition.signature ?? []]
      .flat()
      .flatMap(({ header }) => header ?? [])
      .map((name) => name.toLowerCase()),
  );
  if (names.size === 0) throw new ReplayError("This provider sends no signature in a header.");
  return rawHeaders.filter((_, index) => !names.has((rawHeaders[index & ~1] as string).toLowerCase()));
}

/** A body with one byte of a value changed: the last digit or letter of a JSON value, or of a body that is no JSON. */
export function tamper(body: Uint8Array): Uint8Array {
  const text = Buffer.from(body).toString("latin1");
  const index = isJson(text) ? lastOfValue(text) : text.search(/[A-Za-z0-9][^A-Za-z0-9]*$/);
  if (index === -1) throw new ReplayError("This body has no letter and no digit to change.");
  const changed = body.slice();
  const byte = changed[index] as number;
  // 0 to 1, 9 to 8, a to b: the character stays of its kind.
  changed[index] = /[9zZ]/.test(text[index] as string) ? byte - 1 : byte + 1;
  return changed;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The index of the last letter or digit of a string or number in JSON; of a key, if no value has one; -1 if there is none. */
function lastOfValue(text: string): number {
  let inValue = -1;
  let inKey = -1;
  for (let index = 0; index < text.length; index++) {
    if (text[index] !== '"') {
      // A digit outside of strings is one of a number.
      if (/\d/.test(text[index] as string)) inValue = index;
      continue;
    }
    let last = -1;
    for (index += 1; text[index] !== '"'; index++) {
      if (text[index] === "\\") index += text[index + 1] === "u" ? 5 : 1;
      else if (/[A-Za-z0-9]/.test(text[index] as string)) last = index;
    }
    if (last === -1) continue;
    let after = index + 1;
    while (/\s/.test(text[after] ?? "")) after += 1;
    if (text[after] === ":") inKey = last;
    else inValue = last;
  }
  return inValue === -1 ? inKey : inValue;
}

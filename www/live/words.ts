/** The words of the console: what a delivery comes to, in a headline. Without the page, so that tests need no browser. */
import type { ConsoleDetails, ConsoleRow } from "../../pkg/src/cli/listen/console-types.ts";
import type { SealName } from "../src/ui/seal.ts";
import { count } from "../src/ui/text.ts";
import { formatDuration } from "../src/ui/time.ts";
import { algorithmTitle, describeCause, issueHeadline } from "../src/views/inspect/words.ts";

export interface Band {
  tone: "good" | "open" | "bad" | "none";
  seal: SealName;
  kicker: string;
  aside: string;
  headline: string;
  sentence: string;
}

export type ReplayKind = NonNullable<ConsoleRow["replay"]>["kind"];

/** How a delivery is replayed: on a button, in a sentence, and what the application should do. */
export const REPLAYS: readonly [kind: ReplayKind, title: string, sent: string, what: string][] = [
  ["same", "As it came", "as it came", "The same bytes and headers"],
  [
    "retry",
    "As a retry",
    "as a retry",
    "The same event, signed again: your app should treat it as a duplicate",
  ],
  ["tampered", "Tampered", "one byte changed", "One byte of a value changed: your app should respond 401"],
  ["unsigned", "Unsigned", "unsigned", "Without its signature: your app should respond 401"],
];

export const sentAs = (kind: ReplayKind): string => REPLAYS.find(([name]) => name === kind)?.[2] ?? kind;

/** The time of day. */
export const clock = (at: number): string => new Date(at).toTimeString().slice(0, 8);

/** Titles of rejections by code, where there is a better one than the message. */
const REJECTIONS: Record<string, string> = {
  "signature-missing": "The signature is missing",
  "signature-malformed": "The signature cannot be read",
  "signature-mismatch": "The signature does not match",
  "algorithm-unsupported": "The algorithm is not accepted",
  "algorithm-mismatch": "The algorithm is not accepted",
  "provider-unknown": "Provider not detected",
  "secret-missing": "No signing secret for this provider",
  "body-incomplete": "The connection ended before the body did",
};

const UNITS: [ms: number, name: string][] = [
  [48 * 3_600_000, "days"],
  [3_600_000, "h"],
  [60_000, "min"],
  [1000, "s"],
  [1, "ms"],
];

/** A duration in the unit that a person would use. */
export function duration(ms: number): string {
  const [unit, name] = UNITS.find(([unit]) => ms >= unit) ?? [1, "ms"];
  return `${Math.round((10 * ms) / (name === "days" ? unit / 2 : unit)) / 10} ${name}`;
}

/** The proven cause of a signature that does not match. */
export const provenCause = (details: ConsoleDetails | undefined) =>
  details?.causes.find(({ isProven, code }) => isProven && code !== "signature-valid");

const got = ({ title, status }: ConsoleRow): string => `${title ?? "the sender"} got ${status}`;

/** What a delivery comes to. With the details, why it was rejected. */
export function bandOf(row: ConsoleRow, details?: ConsoleDetails): Band {
  const { replay, app } = row;
  if (replay !== undefined && app !== undefined) return replayBand(row, replay.kind, app);
  const other = { tone: "none", seal: "question", aside: got(row) } as const;
  if (row.handshake !== undefined)
    return {
      ...other,
      kicker: "Handshake",
      headline: `Handshake ${row.handshake}`,
      sentence: "The provider checks the receiver. Your app was not called.",
    };
  if (row.verdict === "other")
    return {
      ...other,
      kicker: "Other request",
      headline: "Not a delivery: the method is not POST",
      sentence: "A browser or a health check sends such requests. Your app was not called.",
    };
  if (row.verdict === "rejected") return rejectedBand(row, details);
  return app === undefined ? acceptedBand(row) : appBand(row, app);
}

/** The seal of the list: what was sent, whatever became of it. */
export function sealOf(row: ConsoleRow): Pick<Band, "tone" | "seal"> {
  const { tone, seal } = bandOf({ ...row, app: undefined, replay: undefined } as unknown as ConsoleRow);
  return { tone, seal };
}

/** Whether a request is a delivery, which can be replayed, compared and saved. */
export const isDelivery = ({ method }: ConsoleRow): boolean => method === "POST";

/** Whether an application accepted what it was sent. */
export const isAccepted = ({ status = 0, error }: NonNullable<ConsoleRow["app"]>): boolean =>
  error === undefined && status >= 200 && status < 300;

const VERIFIED: Partial<Record<ConsoleRow["verdict"], string>> = {
  verified: "Verified",
  token: "Token",
  unsigned: "Unsigned",
};

function appBand(row: ConsoleRow, app: NonNullable<ConsoleRow["app"]>): Band {
  const verdict = VERIFIED[row.verdict] ?? "Accepted";
  const aside = row.replay === undefined ? got(row) : "sent from this console";
  const accepted = acceptedBand(row);
  const responded = `Your app responded ${app.status} after ${duration(app.durationMs)}`;
  if (isAccepted(app)) return { ...accepted, kicker: verdict, aside, headline: responded };
  const isRefused = app.error === "connection refused";
  return {
    tone: "bad",
    seal: "warned",
    kicker: `${verdict}, and your app failed`,
    aside,
    headline: isRefused
      ? `No app listens at ${app.url}`
      : app.error?.startsWith("timeout")
        ? `Your app took longer than ${app.error.replace("timeout after ", "")}`
        : app.status === undefined
          ? `Your app sent no response: ${app.error ?? ""}`
          : responded,
    sentence: [
      isRefused ? "The delivery is valid. Start the app, then replay it." : accepted.sentence,
      repeats(row),
    ].join(" "),
  };
}

/** What the definition says of repeats, or nothing. */
function repeats({ retries, title, status }: ConsoleRow): string {
  if (retries === undefined) return "";
  const { count: attempts, firstMs, totalMs } = retries;
  return `To ${title}, ${status} is a failure: it sends this again after ${duration(firstMs)}, and up to ${count(attempts, "time")} within ${duration(totalMs)}.`;
}

function replayBand(
  row: ConsoleRow,
  kind: NonNullable<ConsoleRow["replay"]>["kind"],
  app: NonNullable<ConsoleRow["app"]>,
): Band {
  if (kind === "same" || kind === "retry")
    return appBand({ ...row, verdict: row.verdict === "rejected" ? "verified" : row.verdict }, app);
  const what = kind === "tampered" ? "a tampered delivery" : "an unsigned delivery";
  const base = { kicker: kind === "tampered" ? "Tampered" : "Unsigned", aside: "sent from this console" };
  if (isAccepted(app)) {
    return {
      ...base,
      tone: "bad",
      seal: "warned",
      headline: `Your app accepted ${what}`,
      sentence: "It should respond 401. Check the signature over the raw body before anything else reads it.",
    };
  }
  const { status } = app;
  if (status !== undefined && status >= 400 && status < 500) {
    return {
      ...base,
      tone: "good",
      seal: "verified",
      headline: `Your app rejected ${what}: ${status}`,
      sentence: "As it should.",
    };
  }
  return {
    ...base,
    tone: "open",
    seal: "warned",
    headline:
      status === undefined
        ? `No response to ${what}: ${app.error ?? ""}`
        : `Your app responded ${status} to ${what}`,
    sentence: "It should respond 401.",
  };
}

function acceptedBand(row: ConsoleRow): Band {
  const { verdict, accepted, title = "the provider", type = "" } = row;
  const { payload = "unchecked", warnings = 0, isSecond, isPublicKey, signs } = accepted ?? {};
  const aside = got(row);
  const contract =
    payload === "valid"
      ? `The payload satisfies ${title}'s contract.`
      : payload === "unknown"
        ? `${title} documents no event ${type}, so its payload was not validated.`
        : `The payload was not validated: ${title} has no contract for this event type.`;
  if (verdict === "verified") {
    const key = isPublicKey ? "public key" : "secret";
    const by = isPublicKey ? "Signed by the sender's key" : "Signed with your secret";
    return {
      tone: "good",
      seal: "verified",
      kicker: "Verified",
      aside,
      headline: isSecond
        ? `Signed with the second ${key}`
        : payload === "unknown"
          ? `${by}, of an unknown type`
          : warnings > 0
            ? `${by}, ${count(warnings, "warning")}`
            : payload === "valid"
              ? `${by}, and valid`
              : by,
      sentence: isSecond
        ? `It matches the second of two ${key}s: a rotation, or a delivery of another subscription. ${contract}`
        : `The signature matches. ${contract}`,
    };
  }
  const isToken = verdict === "token";
  return {
    tone: "open",
    seal: "unsigned",
    kicker: isToken ? "Token, nothing signed" : "Unsigned",
    aside,
    headline: isToken
      ? "The right token, and nothing signed"
      : payload === "valid"
        ? "Valid, but not authenticated"
        : "Not authenticated",
    sentence: `${
      isToken
        ? "An attacker who has seen one delivery can send any other."
        : signs
          ? `The sender is not authenticated, and ${title} signs its webhooks.`
          : `${title} does not sign its webhooks: an attacker who knows the URL can send this, too.`
    } ${contract}`,
  };
}

function rejectedBand(row: ConsoleRow, details: ConsoleDetails | undefined): Band {
  const { code = "", stage, errors, title = "the provider", message } = row;
  const rejected = { tone: "bad", seal: "rejected", kicker: "Rejected", sentence: message } as const;
  const aside = `${got(row)}; your app was not called`;
  const [, isNew] = /^timestamp-too-(?:old|(new))$/.exec(code) ?? [];
  if (code.startsWith("timestamp-too-")) {
    const { signedAt } = details?.signature ?? {};
    const age = signedAt === undefined ? undefined : formatDuration(row.at - signedAt);
    return {
      tone: "open",
      seal: "clock",
      kicker: `Right signature, too ${isNew ?? "old"}`,
      aside,
      headline:
        age === undefined
          ? "Signed correctly, at another time"
          : isNew
            ? `Signed ${age} in the future`
            : `Signed correctly, ${age} earlier`,
      sentence: `The signature matches. ${message}`,
    };
  }
  const cause = provenCause(details);
  if (cause !== undefined)
    return { ...rejected, aside, headline: describeCause(cause).headline, sentence: cause.message };
  const first = details?.issues.find(({ severity, byteSpan }) => severity === "error" && byteSpan);
  return {
    ...rejected,
    aside,
    headline:
      REJECTIONS[code] ??
      (stage === "envelope"
        ? `This is no event of ${title}`
        : stage === "contract" || stage === "rules"
          ? `${count(errors, "value")} ${errors === 1 ? "violates" : "violate"} ${title}'s contract`
          : issueHeadline({
              code,
              message: first?.message ?? message,
              span: { line: first?.line ?? 1 },
              byteSpan: first?.byteSpan ?? { end: 0 },
            })),
  };
}

const STEP_TITLES: Record<string, string> = {
  bytes: "Raw bytes",
  signature: "Signature",
  json: "JSON",
  envelope: "Envelope",
  contract: "Contract",
  rules: "Cross-field rules",
};
const STATES: Record<string, string> = {
  warned: "warning",
  "not-reached": "not reached",
  "not-applicable": "nothing to check",
};

export interface Step {
  name: string;
  title: string;
  state: string;
  note: string;
  /** The number of steps in a row that passed, at the first of them; 1 at the other ones of the row, else 0. */
  run: number;
}

/** The steps of the check with a note for each. */
export function stepsOf(row: ConsoleRow, { stages, issues, signature }: ConsoleDetails): Step[] {
  const passed: Record<string, string | undefined> = {
    bytes: count(row.bytes, "byte"),
    signature: [signature.status, signature.algorithm && algorithmTitle(signature.algorithm)]
      .filter(Boolean)
      .join(", "),
    json: "RFC 8259, no duplicate keys",
    envelope: row.type,
    contract: row.revision,
    rules: "no violation",
  };
  const steps = stages.map(({ name, state }) => {
    const errors = issues.filter((issue) => issue.stage === name && issue.severity === "error");
    const [first] = errors;
    const note =
      first === undefined
        ? state === "passed"
          ? (passed[name] ?? "valid")
          : (STATES[state] ?? state)
        : count(errors.length, "error") +
          (first.line === undefined ? "" : `: line ${first.line}, column ${first.column}`);
    return { name, title: STEP_TITLES[name] ?? name, state, note, run: 0 };
  });
  for (let start = 0; start < steps.length; ) {
    const end = steps.findIndex(({ state }, index) => index >= start && state !== "passed");
    const run = (end < 0 ? steps.length : end) - start;
    if (run > 1)
      steps.slice(start, start + run).forEach((step, index) => {
        step.run = index === 0 ? run : 1;
      });
    start += run + 1;
  }
  return steps;
}

/** Whether a row is one of a filter, and has a text. */
export type Filter = "all" | "rejected" | "failed" | "again";

export function matches(row: ConsoleRow, filter: Filter, text: string): boolean {
  const isFailed = row.app !== undefined && !isAccepted(row.app);
  if (filter === "rejected" && row.verdict !== "rejected") return false;
  if (filter === "failed" && !isFailed) return false;
  if (filter === "again" && row.again === undefined) return false;
  if (text === "") return true;
  const fields = [
    row.type,
    row.id,
    row.provider,
    row.title,
    row.code,
    row.path,
    String(row.status),
    row.replay?.kind,
  ];
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => fields.some((field) => field?.toLowerCase().includes(word)));
}

/** The second line of a row. */
export function noteOf(row: ConsoleRow): string {
  const parts = [row.title ?? row.provider];
  if (row.replay !== undefined) parts.push(`replay of ${row.replay.of}, ${sentAs(row.replay.kind)}`);
  else if (row.verdict === "other") parts.push(`${row.method} ${row.path}`);
  else if (row.verdict === "rejected") parts.push(row.type === undefined ? row.message : row.code);
  else parts.push(count(row.bytes, "byte"), row.id?.split(":").at(-1)?.slice(0, 8));
  return parts.filter((part) => part !== undefined && part !== "").join(" · ");
}

/** The words of the console: what a delivery comes to, in a headline. Without the page, so that tests need no browser. */
import type { ConsoleRow } from "../../pkg/src/cli/listen/console-types.ts";
import type { IconName } from "../src/ui/icons.ts";
import { count } from "../src/ui/text.ts";

export interface Band {
  tone: "good" | "open" | "bad" | "none";
  icon: IconName;
  kicker: string;
  aside: string;
  headline: string;
  sentence: string;
}

export const REPLAY_TITLES = {
  same: "as it came",
  retry: "as a retry",
  tampered: "tampered",
  unsigned: "unsigned",
} as const;

/** Titles of rejections by code, where there is a better one than the message. */
const REJECTIONS: Record<string, string> = {
  "signature-missing": "The signature is missing",
  "signature-malformed": "The signature cannot be read",
  "signature-mismatch": "The signature does not match",
  "algorithm-unsupported": "The algorithm is not accepted",
  "algorithm-mismatch": "The algorithm is not accepted",
  "timestamp-too-old": "Right signature, too old",
  "timestamp-too-new": "Right signature, too new",
  "provider-unknown": "Provider not detected",
  "secret-missing": "No signing secret for this provider",
  "body-empty": "The body has no bytes",
  "body-too-large": "The body is too large",
  "body-incomplete": "The connection ended before the body did",
  "content-type": "The Content-Type is not accepted",
};

/** A duration in the unit that a person would use. */
export const duration = (ms: number): string => (ms < 1000 ? `${ms} ms` : `${Math.round(ms / 100) / 10} s`);

/** The title of a proven cause, if the details are known, is the headline of a mismatch. */
export function bandOf(row: ConsoleRow, cause?: string): Band {
  const { replay, app } = row;
  if (replay !== undefined && app !== undefined) return replayBand(row, replay.kind, app);
  if (row.handshake !== undefined) {
    return {
      tone: "none",
      icon: "info",
      kicker: "Handshake",
      aside: `the sender got ${row.status}`,
      headline: `Handshake ${row.handshake}`,
      sentence: "The provider checks the receiver. Your app was not called.",
    };
  }
  if (row.verdict === "other") {
    return {
      tone: "none",
      icon: "info",
      kicker: "Other request",
      aside: `the sender got ${row.status}`,
      headline: "Not a delivery: the method is not POST",
      sentence: "A browser or a health check sends such requests. Your app was not called.",
    };
  }
  if (row.verdict === "rejected") return rejectedBand(row, cause);
  if (app !== undefined) return appBand(row, app);
  return acceptedBand(row);
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
  const aside = row.replay === undefined ? `the sender got ${row.status}` : "sent from this console";
  if (isAccepted(app)) {
    return {
      tone: row.verdict === "verified" ? "good" : "open",
      icon: row.verdict === "verified" ? "verified" : "unsigned",
      kicker: verdict,
      aside,
      headline: `Your app responded ${app.status} after ${duration(app.durationMs)}`,
      sentence: acceptedBand(row).sentence,
    };
  }
  const isRefused = app.error === "connection refused";
  const headline = isRefused
    ? `No app listens at ${app.url}`
    : app.error?.startsWith("timeout")
      ? `Your app took longer than ${app.error.replace("timeout after ", "")}`
      : app.status === undefined
        ? `Your app sent no response: ${app.error ?? ""}`
        : `Your app responded ${app.status} after ${duration(app.durationMs)}`;
  return {
    tone: "bad",
    icon: "failed",
    kicker: `${verdict}, and your app failed`,
    aside,
    headline,
    sentence: isRefused
      ? "Start the app, then replay the delivery."
      : "The delivery is valid. The response of your app is under “Your app”. Fix the app, then replay the delivery.",
  };
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
      icon: "failed",
      headline: `Your app accepted ${what}`,
      sentence: "It should respond 401. Check the signature over the raw body before anything else reads it.",
    };
  }
  const { status } = app;
  if (status !== undefined && status >= 400 && status < 500) {
    return {
      ...base,
      tone: "good",
      icon: "passed",
      headline: `Your app rejected ${what}: ${status}`,
      sentence: "As it should.",
    };
  }
  return {
    ...base,
    tone: "open",
    icon: "warned",
    headline:
      status === undefined
        ? `No response to ${what}: ${app.error ?? ""}`
        : `Your app responded ${status} to ${what}`,
    sentence: "It should respond 401.",
  };
}

function acceptedBand(row: ConsoleRow): Band {
  const aside = `the sender got ${row.status}`;
  if (row.verdict === "verified") {
    return {
      tone: "good",
      icon: "verified",
      kicker: "Verified",
      aside,
      headline: "Signed with your secret, and valid",
      sentence: `The signature matches, and the payload satisfies the contract of ${row.title ?? "the provider"}.`,
    };
  }
  const isToken = row.verdict === "token";
  return {
    tone: "open",
    icon: "unsigned",
    kicker: isToken ? "Token" : "Unsigned",
    aside,
    headline: isToken ? "The token is right, and nothing is signed" : "Valid payload, but unsigned",
    sentence: isToken
      ? "A sender that has seen one delivery can send any other."
      : "The sender is not authenticated: any program that knows the URL can send this.",
  };
}

function rejectedBand(row: ConsoleRow, cause: string | undefined): Band {
  const { code = "", stage, errors, title = "the provider", status } = row;
  const headline =
    cause ??
    REJECTIONS[code] ??
    (stage === "json"
      ? "The body is not valid JSON"
      : stage === "envelope"
        ? `This is no event of ${title}`
        : stage === "contract" || stage === "rules"
          ? `${count(errors, "value")} ${errors === 1 ? "violates" : "violate"} the contract of ${title}`
          : "The delivery was rejected");
  return {
    tone: "bad",
    icon: "rejected",
    kicker: "Rejected",
    aside: `the sender got ${status}; your app was not called`,
    headline,
    sentence: row.message,
  };
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
  if (row.replay !== undefined) parts.push(`replay of ${row.replay.of}, ${REPLAY_TITLES[row.replay.kind]}`);
  else if (row.verdict === "other") parts.push(`${row.method} ${row.path}`);
  else if (row.verdict === "rejected") parts.push(row.code);
  else parts.push(`${row.bytes.toLocaleString("en")} bytes`);
  return parts.filter((part) => part !== undefined && part !== "").join(" · ");
}

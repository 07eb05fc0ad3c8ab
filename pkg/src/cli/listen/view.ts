/** What the console shows of a delivery. SECURITY: no secret leaves this process, and an expected signature is in no result of the core. */
import { diagnose, type Issue, type Webhook } from "../../index.js";
import type { ConsoleDetails } from "./console-types.js";
import type { LogEntry } from "./log.js";
import { deliveryOf } from "./received.js";

/** Largest body of a delivery or a response that the page shows as text. */
const MAX_SHOWN_BYTES = 256 * 1024;
const HIDDEN = "•••";

/** Longer secrets are hidden as they are and in base64 alone: a pattern of any length takes memory of any size. */
const MAX_PATTERN_CHARS = 4096;

/** Hides the secrets of the options: a token in a header is one. */
export type Hide = (text: string) => string;

export function hiding(secrets: readonly string[]): Hide {
  const long = secrets.filter((secret) => secret.length >= 4);
  const texts = long.flatMap((secret) => [
    secret,
    Buffer.from(secret).toString("base64"),
    // Bytes that are read as Latin-1, as those of a file that is saved.
    Buffer.from(secret).toString("latin1"),
  ]);
  const patterns = long.filter(({ length }) => length <= MAX_PATTERN_CHARS).map(patternOf);
  return (text) => {
    let shown = text;
    for (const secret of texts) shown = shown.replaceAll(secret, HIDDEN);
    for (const pattern of patterns) shown = shown.replace(pattern, HIDDEN);
    // Basic authentication: user name and password are in base64 together.
    return shown.replace(/\b(basic )([A-Za-z0-9+/]{4,}=*)/gi, (all, scheme: string, encoded: string) => {
      const login = Buffer.from(encoded, "base64").toString("utf8");
      return long.some((secret) => login.includes(secret)) ? `${scheme}${HIDDEN}` : all;
    });
  };
}

/** Hides secrets in bytes, of which the other ones stay as they are. Returns the same bytes if there is no secret. */
export function hideInBytes(bytes: Buffer, hide: Hide): Buffer {
  const text = bytes.toString("utf8");
  const hidden = hide(text);
  const shown = hidden === text ? bytes : Buffer.from(hidden);
  // A secret next to bytes that are not UTF-8.
  const latin1 = shown.toString("latin1");
  const safe = hide(latin1);
  if (safe === latin1) return shown;
  return Buffer.from(safe.replaceAll(HIDDEN, Buffer.from(HIDDEN).toString("latin1")), "latin1");
}

/** The escapes of JSON with one character. */
const JSON_ESCAPES: Record<string, string> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  "\b": "b",
  "\f": "f",
  "\n": "n",
  "\r": "r",
  "\t": "t",
};

/** Matches a secret whose characters are each as they are, or in an escape of JSON or of a URL. */
function patternOf(secret: string): RegExp {
  const literal = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  const hex = (digits: string) => digits.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
  const parts = [...secret].map((character) => {
    const units = character.split("").map((unit) => unit.charCodeAt(0).toString(16).padStart(4, "0"));
    const bytes = [...Buffer.from(character)].map((byte) => byte.toString(16).padStart(2, "0"));
    const short = JSON_ESCAPES[character];
    const forms = [
      literal(character),
      units.map((unit) => `\\\\u${hex(unit)}`).join(""),
      bytes.map((byte) => `%${hex(byte)}`).join(""),
      ...(short === undefined ? [] : [`\\\\${literal(short)}`]),
      ...(character === " " ? ["\\+"] : []),
    ];
    return `(?:${forms.join("|")})`;
  });
  return new RegExp(parts.join(""), "g");
}

/** Everything about a delivery. Explains a signature that does not match, which costs too much to do for every delivery. */
export function toDetails(
  entry: LogEntry,
  hide: Hide,
  hook: Webhook | undefined,
  keys: readonly string[],
): ConsoleDetails {
  const delivery = deliveryOf(entry);
  const options = { now: entry.at, keys };
  const report = delivery && hook?.inspect(delivery, options);
  const isMismatch =
    report !== undefined && ["mismatch", "malformed", "missing"].includes(report.signature.status);
  const explanation = delivery && isMismatch ? hook?.explain(delivery, options) : undefined;
  const tokenHeader =
    report?.signature.status === "token" ? report.signature.header?.toLowerCase() : undefined;
  // Without a provider, the headers that may hold a signature are named.
  const candidates = delivery === undefined || hook !== undefined ? [] : diagnose(delivery).signatures;
  const causes = [
    ...(explanation?.matches.map((cause) => ({ cause, isProven: true })) ?? []),
    ...(explanation?.observations.map((cause) => ({ cause, isProven: false })) ?? []),
  ];
  const { body, omitted, isWhole } = bytesOf(entry.body, hide);
  return {
    headers: pairsOf(entry.rawHeaders).map(([name, value]) => [
      name,
      name.toLowerCase() === tokenHeader ? HIDDEN : hide(value),
    ]),
    body,
    omitted,
    stages: report?.stages ?? [],
    issues: [...(report?.issues ?? entry.issues)].map((issue) => toIssue(issue, isWhole)),
    causes: [
      ...causes.map(({ cause: { code, title, message, fix, frameworks }, isProven }) => ({
        code,
        title,
        message,
        fix,
        frameworks,
        isProven,
      })),
      ...candidates.map(({ header, message }) => ({
        code: "signature",
        title: header,
        message,
        fix: "Pass the provider, or a definition of it, with --provider.",
        frameworks: [],
        isProven: false,
      })),
    ],
    signature: {
      ...(report?.signature.header === undefined ? {} : { header: report.signature.header }),
      ...(report?.signature.signedContent === undefined
        ? {}
        : { signedContent: report.signature.signedContent }),
      ...(report?.signature.algorithm === undefined ? {} : { algorithm: report.signature.algorithm }),
      ...(report?.signature.timestamp === undefined ? {} : { signedAt: report.signature.timestamp }),
      status: report?.signature.status ?? "",
    },
    attempts: entry.attempts.map(({ url, at, durationMs, status, headers, body, error }) => ({
      url,
      at,
      durationMs,
      ...(status === undefined ? {} : { status }),
      ...(error === undefined ? {} : { error }),
      headers: pairsOf(headers).map(([name, value]) => [name, hide(value)]),
      ...textOf(body, hide),
    })),
  };
}

const toIssue = (
  { code, severity, message, pointer, span, byteSpan, hint, stage }: Issue,
  isWhole: boolean,
) => ({
  code,
  severity,
  message,
  pointer,
  ...(byteSpan.end > 0 ? { line: span.line, column: span.column } : {}),
  ...(byteSpan.end > 0 && isWhole ? { byteSpan } : {}),
  ...(hint === undefined ? {} : { hint }),
  ...(stage === undefined ? {} : { stage }),
});

/** The bytes of a body as Latin-1, so that none is lost. `isWhole`: no secret is hidden in them. */
function bytesOf(body: Uint8Array | undefined, hide: Hide) {
  const bytes = Buffer.from(body ?? []);
  const shown = bytes.subarray(0, MAX_SHOWN_BYTES);
  const safe = hideInBytes(shown, hide);
  return {
    body: safe.toString("latin1"),
    omitted: bytes.length - shown.length,
    isWhole: safe === shown,
  };
}

function textOf(body: Uint8Array | undefined, hide: Hide): { body: string; omitted: number } {
  const bytes = body ?? new Uint8Array(0);
  const shown = Buffer.from(bytes.subarray(0, MAX_SHOWN_BYTES)).toString("utf8");
  return { body: hide(shown), omitted: Math.max(0, bytes.length - MAX_SHOWN_BYTES) };
}

const pairsOf = (raw: readonly string[]): [string, string][] =>
  raw.flatMap((name, index): [string, string][] => (index % 2 === 0 ? [[name, raw[index + 1] ?? ""]] : []));

/** Prints what `listen` received: a line for each request, then what is wrong with it, and what applications responded. */
import type { Issue } from "../../index.js";
import { displayName } from "../input.js";
import { print, sanitize, severityStyle, showIssue, style, verdictStyle } from "../output.js";
import { redactId } from "../report.js";
import { type ForwardAttempt, isSuccess } from "./forward.js";
import type { Received } from "./received.js";

export interface PrintOptions {
  json?: boolean;
  showBody?: boolean;
  redact?: boolean;
  /** Whether the provider differs from request to request. */
  namesProvider: boolean;
}

/** Most issues of one delivery that are printed. */
const MAX_ISSUES = 20;
/** Longest part of a response that is printed. */
const MAX_RESPONSE_CHARS = 400;

export function printReceived(received: Received, options: PrintOptions): void {
  if (options.json === true) print(JSON.stringify(toJson(received, options)));
  else printLines(received, options);
}

/** The time of day, as HH:MM:SS in UTC. */
const clock = (at: number) => style.dim(new Date(at).toISOString().slice(11, 19));

function printLines(received: Received, options: PrintOptions): void {
  const { at, status, handshake, signature, attempts, code = "" } = received;
  const color = status < 300 ? (text: string) => text : style.red;
  const start = `${clock(at)} ${color(String(status))}`;
  const saved = received.file === undefined ? "" : style.dim(` ${displayName(received.file)}`);
  if (handshake !== undefined) {
    print(`${start} handshake ${sanitize(handshake)}`);
    return;
  }
  const verdict = signature && verdictStyle[signature.status](signature.status);
  const facts = factsOf(received, options).map((fact) => sanitize(fact));
  const [first] = received.issues;
  // The message of an error with a location is printed with it.
  const message = first !== undefined && hasLocation(first) ? "" : sanitize(received.message ?? "");
  const line = verdict === undefined ? [code, ...facts, message] : [verdict, ...facts];
  print(`${start} ${line.filter((part) => part !== "").join(" ")}${saved}`);
  const issues =
    message === "" ? received.issues : received.issues.filter((issue) => issue.message !== received.message);
  for (const issue of issues.slice(0, MAX_ISSUES)) showIssue(issue, received.body, options.redact === true);
  if (issues.length > MAX_ISSUES) print(style.dim(`  and ${issues.length - MAX_ISSUES} more issues`));
  if (received.hint !== undefined) print(style.dim(`  ${sanitize(received.hint)}`));
  for (const attempt of attempts) printAttempt(attempt);
  if (options.showBody === true && signature !== undefined)
    print(sanitize(Buffer.from(received.body ?? []).toString("utf8"), true));
}

const hasLocation = ({ byteSpan }: Issue): boolean => byteSpan.end > 0;

/** Provider, event type, id and revision: what of them is known. */
function factsOf(received: Received, { namesProvider, redact }: PrintOptions): string[] {
  const { type, id, revision, provider } = received;
  const shownId = redact === true ? redactId(received) : id;
  const facts = [namesProvider ? provider : undefined, type, shownId, revision && `revision ${revision}`];
  return facts.filter((fact) => fact !== undefined && fact !== "") as string[];
}

/** Prints what an application responded; the start of the body only if it failed. */
function printAttempt(attempt: ForwardAttempt): void {
  const { url, status, durationMs, error, body } = attempt;
  const isOk = isSuccess(attempt);
  const outcome = [status, error].filter((part) => part !== undefined).join(" ");
  print(
    `  ${style.dim("forwarded")} ${sanitize(url)} ${(isOk ? style.green : severityStyle.error)(sanitize(outcome))} ${style.dim(`in ${durationMs} ms`)}`,
  );
  if (isOk || body.length === 0) return;
  const text = Buffer.from(body).toString("utf8").trim();
  for (const line of text.slice(0, MAX_RESPONSE_CHARS).split("\n")) print(`    ${sanitize(line)}`);
  if (text.length > MAX_RESPONSE_CHARS) print(style.dim("    …"));
}

/** The JSON of one request: everything except the payload. */
function toJson(received: Received, { showBody, redact, namesProvider }: PrintOptions): object {
  const {
    status,
    code,
    message,
    hint,
    handshake,
    provider,
    type,
    createdAt,
    revision,
    signature,
    digest,
    issues,
    file,
  } = received;
  if (handshake !== undefined) return { status, handshake };
  const id = redact === true ? redactId(received) : received.id;
  const forwarded = received.attempts.map(({ url, status, durationMs, error }) => ({
    url,
    status,
    milliseconds: durationMs,
    error,
  }));
  return {
    status,
    ...(code === undefined ? {} : { code, message, hint }),
    ...(namesProvider ? { provider } : {}),
    type,
    id,
    revision,
    signature,
    createdAt: redact === true ? undefined : createdAt,
    digest,
    issues,
    file,
    ...(forwarded.length === 0 ? {} : { forwarded }),
    ...(showBody === true && signature !== undefined
      ? { body: Buffer.from(received.body ?? []).toString("utf8") }
      : {}),
  };
}

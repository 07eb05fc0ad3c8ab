/**
 * What Inspect says about a delivery, for every state: a verdict, what a receiver does, a headline, a sentence, and one next
 * step. Without elements and without the store, so that every view of a delivery says the same.
 */
import type { Issue } from "../../engine/core.ts";
import { isSameFramework, isSignatureValid } from "../../engine/explanation.ts";
import type { Inspection, ShownCause, ShownExplanation, Undetected } from "../../engine/protocol.ts";
import type { SecretSlot } from "../../engine/provider-entry.ts";
import type { SealName } from "../../ui/seal.ts";
import { count, formatNumber } from "../../ui/text.ts";
import { formatDuration, formatUtc } from "../../ui/time.ts";

/** What is known of the delivery that is shown. */
export interface InspectState {
  isEmpty: boolean;
  isBusy: boolean;
  hasSecret: boolean;
  result?: Inspection | Undetected | undefined;
  explanation?: ShownExplanation | undefined;
  /** An error of the page itself. */
  failure?: string | undefined;
  canRetry?: boolean;
  /** The issue of an import that says where the body is. */
  missingBody?: Issue | undefined;
  /** The framework whose fix is copied, if the cause has one for it. */
  framework?: string | undefined;
}

/** What the next step does. */
export type NextAction =
  | { kind: "open-file" | "code" | "secret" | "setting" | "headers" | "explanation" | "describe" | "retry" }
  | { kind: "issue"; index: number }
  | { kind: "verify-at"; time: number }
  | { kind: "copy"; text: string };

export interface NextStep {
  title: string;
  action: NextAction;
}

export type Tone = "good" | "open" | "bad" | "none";
export interface VerdictText<Step = NextStep> {
  tone: Tone;
  seal: SealName;
  kicker: string;
  /** How a receiver responds. */
  aside?: string | undefined;
  headline: string;
  sentence: string;
  step?: Step | undefined;
}

export function describeVerdict(state: InspectState): VerdictText {
  const { isEmpty, isBusy, result, failure, canRetry, missingBody } = state;
  if (failure !== undefined)
    return {
      ...pageFailure(`${failure}${isEmpty ? "" : " Your delivery is still here."}`),
      step: canRetry === true ? { title: "Try again", action: { kind: "retry" } } : undefined,
    };
  if (isEmpty || result === undefined)
    return {
      tone: "none",
      seal: "paste",
      kicker: isBusy ? (isEmpty ? "Starting…" : "Checking…") : "Nothing to check yet",
      headline: isEmpty ? "Paste a delivery" : "The delivery is being checked",
      sentence:
        "Anywhere on this page: a raw HTTP request, a curl command, a HAR file, a JSON record, or the body alone. It stays in this tab.",
      step: { title: "Open a file", action: { kind: "open-file" } },
    };
  if (missingBody !== undefined && result.bytes === 0)
    return {
      tone: "none",
      seal: "question",
      kicker: "Not checked yet",
      aside: "the body is missing",
      headline: "The body is in another place",
      sentence: sentences(missingBody.message, "Open that file here: it becomes the body."),
      step: { title: "Open the body", action: { kind: "open-file" } },
    };
  return "isUndetected" in result ? describeUndetected(result, state) : describeInspection(result, state);
}

/** An error of the page itself. */
export const pageFailure = (sentence: string): VerdictText<never> => ({
  tone: "bad",
  seal: "rejected",
  kicker: "The page failed",
  headline: "This is not a verdict",
  sentence,
});

// ---- without a provider ----

function describeUndetected(
  { issues, signatures }: Undetected,
  { explanation, hasSecret }: InspectState,
): VerdictText {
  const index = issues.findIndex(({ severity }) => severity === "error");
  const first = issues[index];
  const [match] = explanation?.matches ?? [];
  const describe: NextStep = { title: "Describe this sender", action: { kind: "describe" } };
  if (match !== undefined)
    return {
      tone: "none",
      seal: "question",
      kicker: "Signature scheme found",
      aside: "no provider detected",
      headline: "Your secret makes this signature",
      sentence: `${match.message} A definition with this scheme verifies it.`,
      step: describe,
    };
  if (first !== undefined)
    return {
      tone: "bad",
      seal: "rejected",
      kicker: first.stage === "json" ? "Broken JSON" : "Rejected",
      aside: "and no provider detected",
      headline: issueHeadline(first),
      sentence: restOf(first),
      step: stepTo(first, index),
    };
  const [cause] = explanation?.causes ?? [];
  const [candidate] = signatures;
  return {
    tone: "none",
    seal: "question",
    kicker: "Not checked yet",
    aside: "no provider detected",
    headline: "Which provider sent this delivery?",
    sentence:
      cause !== undefined
        ? `Neither its headers nor its event identify it. ${cause.message}`
        : sentences(
            "Neither its headers nor its event identify it.",
            candidate?.message,
            candidate !== undefined && hasSecret && explanation !== undefined
              ? `${count(explanation.tried, "combination")} of your secret and usual signature schemes were computed, and none matches.`
              : undefined,
          ),
    step: describe,
  };
}

// ---- with a provider ----

function describeInspection(inspection: Inspection, state: InspectState): VerdictText {
  const { report, provider } = inspection;
  if (report.handshake !== undefined) return describeHandshake(inspection);
  if (report.verdict === "rejected") return describeRejection(inspection, state);
  if (report.verdict === "unsigned") return describeUnsigned(inspection);
  const { signature } = report;
  const code: NextStep = { title: "Code for a receiver", action: { kind: "code" } };
  const accepted = { step: code, aside: "a receiver responds with 200 and calls the handler" };
  if (report.verdict === "token")
    return {
      ...accepted,
      tone: "open",
      seal: "unsigned",
      kicker: "Token, nothing signed",
      headline: "The right token, and nothing signed",
      sentence: `${signature.header} contains the token. An attacker who has seen one delivery can send any other. ${payloadOf(inspection)}`,
    };
  const good = { ...accepted, tone: "good", seal: "verified", kicker: "Verified" } as const;
  const key = slotOf(inspection)?.kind === "public-key" ? "public key" : "secret";
  if (signature.secret === 1)
    return {
      ...good,
      headline: `Signed with the second ${key}`,
      sentence: `It matches the second of two ${key}s: a rotation, or a delivery of another subscription. ${payloadOf(inspection)}`,
    };
  const by = key === "secret" ? "Signed with your secret" : "Signed by the sender's key";
  const sentence = `${signedSentence(inspection)} ${payloadOf(inspection)}`;
  if (isUnknownEvent(inspection))
    return {
      ...good,
      headline: `${by}, of an unknown type`,
      sentence: `${provider.title} documents no event ${clip(report.type ?? "")}, so its payload was not validated.`,
    };
  const warnings = inspection.issues.filter(({ severity }) => severity === "warning").length;
  if (warnings > 0) return { ...good, headline: `${by}, ${count(warnings, "warning")}`, sentence };
  return { ...good, headline: inspection.isValidated ? `${by}, and valid` : by, sentence };
}

const slotOf = ({ provider, report }: Inspection): SecretSlot | undefined =>
  provider.secrets.find(({ name }) => name === report.signature.scheme) ?? provider.secrets[0];

const isUnknownEvent = ({ issues }: Inspection): boolean =>
  issues.some(({ code }) => code === "event-unknown");

const ALGORITHMS: Readonly<Record<string, string>> = {
  sha1: "HMAC-SHA-1",
  sha256: "HMAC-SHA-256",
  sha384: "HMAC-SHA-384",
  sha512: "HMAC-SHA-512",
  md5: "HMAC-MD5",
};

/** The algorithm as people write it. */
export const algorithmTitle = (name: string): string => ALGORITHMS[name] ?? name;

/** What the signature covers. */
function signedSentence({ report: { signature } }: Inspection): string {
  const covered =
    signature.covers === "fields"
      ? "some fields of this body"
      : signature.covers === "checksum"
        ? "the checksum of this body, which another body can have,"
        : "these bytes";
  return `${signature.header} has the valid ${algorithmTitle(signature.algorithm ?? "")} signature of ${covered}.`;
}

/** Whether the payload satisfies its contract, which a provider may not have for an event type. */
export function payloadSentence(isValidated: boolean, title: string): string {
  return isValidated
    ? `The payload satisfies ${title}'s contract.`
    : `The payload was not validated: ${title} has no contract for this event type.`;
}

const payloadOf = ({ isValidated, provider }: Inspection): string =>
  payloadSentence(isValidated, provider.title);

/** The name of what verifies, in a sentence. */
function secretNoun(inspection: Inspection): string {
  const kind = slotOf(inspection)?.kind;
  return kind === "public-key" ? "public key" : kind === "token" ? "token" : "secret";
}

function describeUnsigned(inspection: Inspection): VerdictText {
  const { report, provider, signed } = inspection;
  const { signature } = report;
  const noun = secretNoun(inspection);
  const enter: NextStep = { title: `Enter the ${noun}`, action: { kind: "secret" } };
  if (!provider.signs)
    return {
      tone: "open",
      seal: "unsigned",
      kicker: "Unsigned",
      aside: "handled only where you allow it",
      headline: inspection.isValidated ? "Valid, but not authenticated" : "Not authenticated",
      sentence: `${provider.title} does not sign its webhooks: an attacker who knows the URL can send this, too. ${payloadOf(inspection)}`,
      step: { title: "Code for a receiver", action: { kind: "code" } },
    };
  // Only a signature that was not checked has an issue here.
  const unchecked = inspection.issues.some(({ stage }) => stage === "signature");
  if (signature.received === undefined && !unchecked)
    return {
      tone: "open",
      seal: "unsigned",
      kicker: "Unsigned",
      aside: "rejected unless you allow it",
      headline: `${signature.header ?? "The signature"} is missing`,
      sentence: `The sender is not authenticated. ${provider.title} signs its webhooks. ${payloadOf(inspection)}`,
      step: enter,
    };
  const time = signed?.timestamp;
  return {
    tone: "none",
    seal: "key",
    kicker: "Not checked yet",
    aside: `a ${noun} is needed`,
    headline: noun === "token" ? "A token that was not checked" : "A signature that was not checked",
    sentence: `${signature.header} contains a ${noun === "token" ? "token" : "signature"}${time === undefined ? "" : ` and the time ${formatUtc(time)}`}. It can be verified only with the ${noun}.`,
    step: enter,
  };
}

/** A handshake is no event: a receiver responds itself. */
function describeHandshake({ report, provider }: Inspection): VerdictText {
  const { name = "", status = 0, message, code } = report.handshake ?? {};
  const aside = `a receiver responds with ${status}`;
  return message === undefined
    ? {
        tone: "good",
        seal: "verified",
        kicker: "Handshake",
        aside,
        headline: `${provider.title} checks the receiver`,
        sentence: `This request (${name}) is no event: a receiver responds to it itself, and calls no handler.`,
        step: { title: "Code for a receiver", action: { kind: "code" } },
      }
    : {
        tone: "bad",
        seal: "rejected",
        kicker: "Handshake rejected",
        aside,
        headline: "The handshake is not accepted",
        sentence: message,
        step:
          code === "setting-missing"
            ? { title: "Enter the setting", action: { kind: "setting" } }
            : { title: "Show the headers", action: { kind: "headers" } },
      };
}

// ---- rejections ----

function describeRejection(inspection: Inspection, state: InspectState): VerdictText {
  const { report, issues, provider } = inspection;
  const failed = report.stages.find((stage) => stage.state === "failed")?.name;
  const ofStage = issues.findIndex(({ severity, stage }) => severity === "error" && stage === failed);
  const index = ofStage >= 0 ? ofStage : issues.findIndex(({ severity }) => severity === "error");
  const first = issues[index];
  const rejected = {
    tone: "bad",
    seal: "rejected",
    kicker: "Rejected",
    aside: report.status === undefined ? undefined : `a receiver responds with ${report.status}`,
  } as const;
  const message = first === undefined ? (report.code ?? "") : first.message;
  const step = first === undefined ? undefined : stepTo(first, index);
  if (failed === "signature") {
    return report.signature.status === "stale"
      ? describeStale(inspection, message)
      : { ...rejected, ...describeSignature(inspection, state, first, index) };
  }
  const isSigned = report.signature.status === "verified";
  const signed = isSigned ? "The signature matches." : undefined;
  // An envelope of a known event is a part of its contract.
  const isEvent = report.stages.some(({ name, state }) => name === "contract" && state !== "not-reached");
  if (
    isEvent &&
    report.code !== "event-unknown" &&
    ["envelope", "contract", "rules"].includes(failed ?? "")
  ) {
    const errors = issues.filter(
      ({ severity, stage }) =>
        severity === "error" && (stage === "envelope" || stage === "contract" || stage === "rules"),
    ).length;
    return {
      ...rejected,
      headline:
        errors === 1
          ? `1 value violates ${provider.title}'s contract`
          : `${formatNumber(errors)} values violate ${provider.title}'s contract`,
      sentence: sentences(signed, first === undefined ? "" : withPointer(first)),
      step: { title: "Show the first error", action: { kind: "issue", index } },
    };
  }
  if (failed === "envelope")
    return {
      ...rejected,
      headline:
        report.code === "event-unknown"
          ? `${provider.title} documents no such event`
          : `This is no event of ${provider.title}`,
      sentence: sentences(signed, first === undefined ? "" : withPointer(first)),
      step,
    };
  return {
    ...rejected,
    headline: first === undefined ? "The delivery is rejected" : issueHeadline(first),
    sentence: sentences(signed, first === undefined ? message : restOf(first)),
    step,
  };
}

/** The signature is right, and its time is not. */
function describeStale({ report, signed, now }: Inspection, message: string): VerdictText {
  const time = signed?.timestamp ?? report.signature.timestamp;
  const isNew = report.code === "timestamp-too-new";
  const age = time === undefined ? "" : formatDuration(now - time);
  return {
    tone: "open",
    seal: "clock",
    kicker: isNew ? "Right signature, too new" : "Right signature, too old",
    aside: `a receiver responds with ${report.status ?? 401}${isNew ? "" : " now"}`,
    headline:
      age === ""
        ? "Signed correctly, at another time"
        : isNew
          ? `Signed ${age} in the future`
          : `Signed correctly, ${age} ago`,
    sentence: isNew
      ? `The signature matches. ${message} Check the clocks of this computer and of the sender.`
      : `The signature matches these bytes and this ${report.signature.scheme === undefined ? "secret" : "key"}. ${message} A recorded delivery always looks like this; a new one means a queue, or a clock that is fast.`,
    step:
      time === undefined
        ? undefined
        : {
            title: `Verify at ${new Date(time).toISOString().slice(0, 16).replace("T", " ")} UTC`,
            action: { kind: "verify-at", time },
          },
  };
}

const CUT_OFF = "The signature was cut off";
const ANOTHER_WAY = "Signed in another way than expected";

/** The headline of a proven cause, by the beginning of its code. */
const CAUSE_HEADLINES: [start: string, headline: string, step: string][] = [
  ["signature-truncated", CUT_OFF, "Show where"],
  ["signature-empty-body", "An empty body was signed", "Show where"],
  ["signature-", ANOTHER_WAY, "Show where"],
  ["algorithm-", ANOTHER_WAY, "Show where"],
  ["body-", "These are not the bytes that were signed", "Show the fix"],
  ["secret-", "The right secret, written differently", "Show where"],
  ["content-", "Other content was signed", "Show the signed content"],
  ["header-renamed", "The right signature in another header", "Show where"],
  ["header-", "A signed header was lost", "Show where"],
  ["token-other-header", "The right token in another header", "Show where"],
  ["token-", "The right token, written differently", "Show where"],
];

/** The index of the preferred framework, or of the first one. */
export function preferredFramework(
  frameworks: ShownCause["frameworks"],
  preferred: string | undefined,
): number {
  const exact = frameworks.findIndex(({ name }) => name === preferred);
  const similar = frameworks.findIndex(
    ({ name }) => preferred !== undefined && isSameFramework(name, preferred),
  );
  return Math.max(0, exact >= 0 ? exact : similar);
}

/** Headline and next step for a proven cause. */
export function describeCause(
  { code, title, frameworks }: Pick<ShownCause, "title" | "frameworks"> & { code: string },
  preferred?: string,
): { headline: string; step: NextStep } {
  const [, headline, step] = CAUSE_HEADLINES.find(([start]) => code.startsWith(start)) ?? [
    "",
    title,
    "Show where",
  ];
  const fix = frameworks[preferredFramework(frameworks, preferred)];
  return {
    headline,
    step:
      fix === undefined || !code.startsWith("body-")
        ? { title: step, action: { kind: "explanation" } }
        : { title: `Copy the fix for ${fix.name}`, action: { kind: "copy", text: fix.code } },
  };
}

/** Whether the first cause is proven, and of a signature that does not match. */
export const isProven = (explanation: ShownExplanation | undefined): boolean =>
  explanation?.causes[0]?.proof === true && !isSignatureValid(explanation);

function describeSignature(
  inspection: Inspection,
  { explanation, framework }: InspectState,
  first: Issue | undefined,
  index: number,
): Pick<VerdictText, "headline" | "sentence" | "step"> {
  const [cause] = explanation?.causes ?? [];
  const message = sentences(first?.message, explanation === undefined ? first?.hint : undefined);
  if (cause !== undefined && isProven(explanation))
    return { ...describeCause(cause, framework), sentence: cause.message };
  const noun = secretNoun(inspection);
  const { status } = inspection.report.signature;
  const show: NextStep = { title: "Go to the headers", action: { kind: "headers" } };
  if (status === "missing")
    return {
      headline: noun === "token" ? "The token is missing" : "The signature is missing",
      sentence: message,
      step: cause === undefined ? show : { title: "Show what to check", action: { kind: "explanation" } },
    };
  if (status === "mismatch" && first?.code === "signature-mismatch") {
    const another: NextStep = { title: `Enter another ${noun}`, action: { kind: "secret" } };
    if (noun === "token") return { headline: "The token is another one", sentence: message, step: another };
    return {
      headline: "The signature does not match",
      sentence:
        explanation === undefined || explanation.tried === 0
          ? message
          : `${count(explanation.tried, "combination")} of body, secret and signed content were computed, and none matches. Most likely the ${noun} is another one.`,
      step: another,
    };
  }
  const headline =
    first?.code === "algorithm-unsupported" || first?.code === "algorithm-mismatch"
      ? "The algorithm is not accepted"
      : first?.code.startsWith("timestamp-") === true
        ? "The signed time cannot be read"
        : first?.code === "claim-mismatch" || first?.code === "digest-mismatch"
          ? "The token is about another request"
          : first?.code.startsWith("key-") === true || first?.code.startsWith("secret-") === true
            ? "The signature was not checked"
            : first?.code.endsWith("-missing") === true
              ? "A part of the signed content is missing"
              : "The signature cannot be read";
  return {
    headline,
    sentence: message,
    step: first !== undefined && first.byteSpan.end > 0 ? stepTo(first, index) : show,
  };
}

// ---- parts ----

/** The most characters of a message in a headline. */
const MAX_HEADLINE_CHARS = 48;

const CODE_HEADLINES: Readonly<Record<string, string>> = {
  "body-empty": "The body has no bytes",
  "body-too-large": "The body is too large",
  "content-type": "The content type is not accepted",
  "json-encoding": "The body is not UTF-8",
  "json-too-deep": "The JSON is nested too deeply",
  "json-duplicate-key": "A key occurs twice",
  "json-syntax": "The body is not JSON",
};

/** What the headline of an issue does not say: its hint, and its message where the headline is another one. */
const restOf = (issue: Issue): string =>
  issueHeadline(issue).startsWith(issue.message.slice(0, -1)) && issue.hint !== undefined
    ? issue.hint
    : sentences(issue.message, issue.hint);

type HeadlineIssue = Pick<Issue, "message"> & {
  code: string;
  span: { line: number };
  byteSpan: { end: number };
};

/** The message of an issue in a few words, with its line. */
export function issueHeadline({ code, message, span, byteSpan }: HeadlineIssue): string {
  const line = byteSpan.end > 0 && (span.line > 1 || code === "json-syntax") ? ` in line ${span.line}` : "";
  const short = message.replace(/\.$/, "").replace(/: [^"']*$/, "");
  const isShort = code === "json-syntax" && short.length <= MAX_HEADLINE_CHARS && !/["“]/.test(short);
  if (isShort) return short + line;
  const headline = CODE_HEADLINES[code];
  if (headline !== undefined) return code === "body-too-large" ? headline : headline + line;
  return code.startsWith("form-") ? "The form cannot be read" : "The body is not accepted";
}

function stepTo({ byteSpan, span }: Issue, index: number): NextStep {
  return {
    title: byteSpan.end > 0 ? `Go to line ${span.line}` : "Show the issue",
    action: { kind: "issue", index },
  };
}

const withPointer = ({ pointer, message }: Issue): string =>
  pointer === "" ? message : `${clip(pointer)}: ${message}`;

/** Shortens a text whose length the sender chooses. */
function clip(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

const sentences = (...parts: (string | undefined)[]): string =>
  parts.filter((part) => part !== undefined && part !== "").join(" ");

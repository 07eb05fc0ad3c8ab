/** The six steps of an inspection: the state of each one, a few words, and whether it is open. Without elements. */
import type { StageName, StageReport } from "../../engine/core.ts";
import type { Inspection, LocatedIssue, Undetected } from "../../engine/protocol.ts";
import { count } from "../../ui/text.ts";
import { formatDuration } from "../../ui/time.ts";
import { algorithmTitle } from "./words.ts";

/** The state of a step: that of the core's stage, or a signature that was not checked. */
export type StepState = StageReport["state"] | "unchecked";

export interface Step {
  name: StageName;
  title: string;
  state: StepState;
  /** The state as a word. */
  label: string;
  note: string;
  isOpen: boolean;
}

export const STEP_TITLES: Readonly<Record<StageName, string>> = {
  bytes: "Raw bytes",
  signature: "Signature",
  json: "JSON",
  envelope: "Envelope",
  contract: "Contract",
  rules: "Cross-field rules",
};

const LABELS: Readonly<Record<StepState, string>> = {
  passed: "passed",
  warned: "warning",
  failed: "failed",
  unchecked: "not checked",
  "not-reached": "not reached",
  "not-applicable": "not applicable",
};

const NAMES = Object.keys(STEP_TITLES) as StageName[];

/** The step that shows an issue. Those about a secret or a setting have no stage. */
export const stepOf = ({ stage }: Pick<LocatedIssue, "stage">): StageName => stage ?? "signature";

export function describeSteps(result: Inspection | Undetected): Step[] {
  const isUndetected = "isUndetected" in result;
  const { issues } = result;
  const states = isUndetected ? undetectedStates(result) : result.report.stages;
  const hasStopped = states.some(({ state }) => state === "failed");
  return states.map(({ name, state: stage }): Step => {
    const state =
      name === "signature" && stage === "warned" && (isUndetected || isUnchecked(result))
        ? "unchecked"
        : stage;
    const own = issues.filter((issue) => stepOf(issue) === name);
    const has = (severity: string) => own.some((issue) => issue.severity === severity);
    return {
      name,
      title: name === "json" && !isUndetected && result.form !== undefined ? "Form" : STEP_TITLES[name],
      state,
      label: LABELS[state],
      note: isUndetected ? undetectedNote(name, state, result) : noteOf(name, state, result, own),
      isOpen:
        (name === "signature" && state !== "not-applicable" && state !== "not-reached") ||
        has("error") ||
        (!hasStopped && has("warning")) ||
        (name === "envelope" && !isUndetected && result.report.items !== undefined),
    };
  });
}

// ---- without a provider ----

/** Bytes and JSON were checked, and nothing else. */
function undetectedStates({ issues, signatures, bytes }: Undetected): StageReport[] {
  const hasError = (name: StageName) =>
    issues.some(({ stage, severity }) => stage === name && severity === "error");
  const hasWarning = (name: StageName) => issues.some(({ stage }) => stage === name);
  const checked = (name: StageName): StageReport["state"] =>
    hasError(name) ? "failed" : hasWarning(name) ? "warned" : "passed";
  return NAMES.map((name) => ({
    name,
    state:
      name === "bytes" || (name === "json" && bytes > 0)
        ? checked(name)
        : name === "signature" && signatures.length > 0
          ? "warned"
          : "not-reached",
  }));
}

function undetectedNote(name: StageName, state: StepState, result: Undetected): string {
  const { signatures, issues } = result;
  if (name === "bytes") return bytesNote(result);
  if (name === "signature")
    return signatures.length === 0
      ? "no header looks like a signature"
      : `${count(signatures.length, "header")} may contain a signature`;
  if (state === "failed") return stoppedNote(issues.filter(({ stage }) => stage === name));
  return state === "passed" && name === "json" ? JSON_NOTE : LABELS[state];
}

// ---- with a provider ----

const isUnchecked = ({ report: { signature }, issues }: Inspection): boolean =>
  signature.status === "unsigned" &&
  (signature.received !== undefined || issues.some(({ stage }) => stage === "signature"));

const JSON_NOTE = "RFC 8259, no duplicate keys";

const bytesNote = ({ bytes, isUtf8 }: { bytes: number; isUtf8: boolean }): string =>
  `${count(bytes, "byte")}, ${isUtf8 ? "UTF-8" : "not all UTF-8"}`;

function stoppedNote(issues: readonly LocatedIssue[]): string {
  const first = issues.find(({ severity }) => severity === "error");
  const errors = count(issues.filter(({ severity }) => severity === "error").length, "error");
  return first !== undefined && first.byteSpan.end > 0
    ? `${errors}: line ${first.span.line}, column ${first.span.column}`
    : errors;
}

function noteOf(
  name: StageName,
  state: StepState,
  inspection: Inspection,
  own: readonly LocatedIssue[],
): string {
  const { report, provider, form } = inspection;
  if (name === "signature") return signatureNote(state, inspection);
  if (name === "bytes" && state !== "failed") return bytesNote(inspection);
  if (state === "not-reached") return LABELS[state];
  if (state === "not-applicable")
    return name === "rules" ? `no rules for ${provider.title}` : "no contract for this event type";
  if (state === "failed") return stoppedNote(own);
  const { type, revision, items } = report;
  const warnings =
    state === "warned"
      ? count(own.filter(({ severity }) => severity === "warning").length, "warning")
      : undefined;
  const facts: Readonly<Partial<Record<StageName, string | undefined>>> = {
    json: form === undefined ? JSON_NOTE : undefined,
    envelope: items === undefined ? type && clip(type) : count(items.length, "event"),
    contract: revision,
    rules: "no violation",
  };
  if (warnings === undefined) return facts[name] ?? "valid";
  return name === "envelope" && facts.envelope !== undefined ? `${facts.envelope}, ${warnings}` : warnings;
}

/** A signature is verified, missing, unchecked, right at another time, or wrong: each in its own words. */
function signatureNote(state: StepState, { report: { signature }, provider, now }: Inspection): string {
  if (state === "not-applicable") return `${provider.title} does not sign`;
  if (state === "not-reached") return LABELS[state];
  const { status, algorithm, signedContent, timestamp } = signature;
  switch (status) {
    case "verified":
      return `verified, ${algorithmTitle(algorithm ?? "")}${signedContent === undefined ? "" : ` over ${signedContent}`}`;
    case "token":
      return "the right token, nothing signed";
    case "stale":
      return timestamp === undefined
        ? "matches, at another time"
        : `matches, ${formatDuration(now - timestamp)} ${timestamp > now ? "in the future" : "old"}`;
    case "mismatch":
      return "does not match";
    case "missing":
      return "missing";
    case "malformed":
      return "cannot be compared";
    default:
      return state === "unchecked" ? "present, not checked" : "missing";
  }
}

const clip = (text: string): string => (text.length > 40 ? `${text.slice(0, 39)}…` : text);

/** The number of steps in a row that passed, at the first one of each row that is worth folding; those steps are closed. */
export function foldableRuns(steps: readonly Step[]): number[] {
  const isFolded = ({ state, isOpen }: Step) => state === "passed" && !isOpen;
  const runs = steps.map((step, index) => {
    const previous = steps[index - 1];
    if (!isFolded(step) || (previous !== undefined && isFolded(previous))) return 0;
    const end = steps.findIndex((later, position) => position > index && !isFolded(later));
    return (end < 0 ? steps.length : end) - index;
  });
  return runs.map((length) => (length > 1 ? length : 0));
}

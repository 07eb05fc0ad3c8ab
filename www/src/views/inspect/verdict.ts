/** The verdict of an inspection. */
import { isSignatureValid } from "../../engine/explanation.ts";
import type { Inspection, ShownExplanation } from "../../engine/protocol.ts";
import { selectIssue } from "../../state/actions.ts";
import { store } from "../../state/state.ts";
import { count } from "../../ui/text.ts";
import { openAction } from "../actions/index.ts";
import { payloadSentence, type VerdictView, verdictBox } from "../verdict.ts";
import { COVERAGE } from "./signature.ts";

export function verdictView(): HTMLElement {
  const { box, show } = verdictBox();
  store.on(["result", "isBusy", "failure", "retry", "explanation"], (state) => {
    const { result, isBusy, failure, retry, explanation } = state;
    const verdict: VerdictView =
      failure !== undefined
        ? { tone: "bad", icon: "error", title: "Page error", description: failure, retry }
        : result === undefined
          ? {
              tone: "none",
              icon: "question",
              title: isBusy ? "Starting…" : "No delivery",
              description: "Paste a delivery, drop a file, or choose an example.",
            }
          : "isUndetected" in result
            ? {
                tone: "none",
                icon: "question",
                title: "Provider not detected",
                description: "Neither the headers nor the event identify it. Choose the provider.",
                step: CHOOSE_PROVIDER,
              }
            : { ...describeResult(result, explanation), step: nextStep(result, explanation) };
    show(verdict, isBusy, !isBusy && result !== undefined);
  });
  return box;
}

/** A handshake is no event: a receiver responds itself. */
function describeHandshake({ report, provider }: Inspection): VerdictView | undefined {
  const { handshake } = report;
  if (handshake === undefined) return undefined;
  const { name, status, message } = handshake;
  return message === undefined
    ? {
        tone: "good",
        icon: "verified",
        title: "Handshake",
        description: `${provider.title} checks the receiver with this request (${name}). A receiver responds with ${status}, and calls no handler.`,
      }
    : {
        tone: "bad",
        icon: "rejected",
        title: "Handshake rejected",
        description: message,
        note: `A receiver responds with ${status}.`,
      };
}

const CHOOSE_PROVIDER = { title: "Choose the provider", run: () => focusField(".settings select") };

/** Focuses a field of the input. */
function focusField(selector: string): void {
  const field = document.querySelector<HTMLElement>(`#mode-inspect .input ${selector}`);
  field?.focus();
  field?.scrollIntoView({ block: "center" });
}

const scrollTo = (name: string): void =>
  document.querySelector(`#mode-inspect .panel.${name}`)?.scrollIntoView({ block: "start" });

/** The one thing to do next. */
function nextStep(
  { report, provider, issues, signed }: Inspection,
  explanation: ShownExplanation | undefined,
): VerdictView["step"] {
  const { signature, handshake } = report;
  if (handshake?.code === "setting-missing")
    return { title: "Enter the setting", run: () => focusField(".provider-fields input") };
  if (handshake !== undefined) return undefined;
  const isKey = provider.secrets[0]?.kind === "public-key";
  if (report.verdict === "unsigned" && provider.signs)
    return {
      title: isKey ? "Enter the public key" : "Enter the secret",
      run: () => focusField(".secret input"),
    };
  if (report.verdict !== "rejected") return { title: "Code for a receiver", run: () => openAction(0) };
  if (signature.status === "stale" && signed?.timestamp !== undefined) {
    const time = new Date(signed.timestamp).toISOString();
    return {
      title: `Verify at ${time.slice(0, 16).replace("T", " ")} UTC`,
      run: () => store.set({ asOf: time }),
    };
  }
  if (isProven(explanation)) return { title: "Show the fix", run: () => scrollTo("explanation") };
  if (signature.status === "mismatch")
    return {
      title: isKey ? "Enter another public key" : "Enter another secret",
      run: () => focusField(".secret input"),
    };
  const first = issues.findIndex(({ severity, byteSpan }) => severity === "error" && byteSpan.end > 0);
  return first < 0
    ? { title: "Show the issues", run: () => scrollTo("issues") }
    : { title: "Show the first error", run: () => selectIssue(first) };
}

/** Whether the cause of a mismatch is proven. */
const isProven = (explanation: ShownExplanation | undefined): boolean =>
  explanation?.causes[0]?.proof === true && !isSignatureValid(explanation);

function describeResult(inspection: Inspection, explanation: ShownExplanation | undefined): VerdictView {
  const handshake = describeHandshake(inspection);
  if (handshake !== undefined) return handshake;
  const { report, provider, issues, isValidated } = inspection;
  const number = (severity: string) => issues.filter((issue) => issue.severity === severity).length;
  const [errors, warnings, infos] = [number("error"), number("warning"), number("info")];
  const note = [
    errors > 0 ? count(errors, "error") : undefined,
    warnings > 0 ? count(warnings, "warning") : undefined,
    infos > 0 ? count(infos, "note") : undefined,
  ]
    .filter((part) => part !== undefined)
    .join(", ");
  const { signature } = report;
  const payload = payloadSentence(isValidated, provider.title);
  const rest = isValidated ? "" : ` ${payload}`;
  const slot = provider.secrets.find(({ name }) => name === signature.scheme) ?? provider.secrets[0];
  if (report.verdict === "token")
    return {
      tone: "open",
      icon: "warning",
      title: "Token, nothing signed",
      description: `The secret is the token in ${signature.header}. ${COVERAGE.nothing} ${payload}`,
      note,
    };
  if (report.verdict === "verified") {
    const signed =
      signature.covers === "fields"
        ? "some fields of this body"
        : signature.covers === "checksum"
          ? "the checksum of this body, which another body can have,"
          : "this body";
    const key = slot?.kind === "public-key" ? "public key" : "secret";
    return {
      tone: "good",
      icon: "verified",
      title: "Verified",
      description: `Valid ${signature.algorithm} signature of ${signed} with this ${key}. ${payload}`,
      note,
    };
  }
  if (report.verdict === "unsigned") {
    // The signature stage of an accepted delivery has an issue only if the signature was not checked.
    const unchecked = issues.find(({ stage }) => stage === "signature");
    return {
      tone: "open",
      icon: "unsigned",
      title: unchecked === undefined ? "Unsigned" : "Signature not checked",
      description:
        unchecked?.message ??
        (provider.signs
          ? `${isValidated ? "Valid payload, but unsigned" : "Unsigned"}: the sender is not authenticated.${rest}`
          : `${isValidated ? "Valid payload, but " : ""}${provider.title} does not sign its webhooks: the sender is not authenticated.${rest}`),
      note,
    };
  }
  const failed = report.stages.find(({ state }) => state === "failed")?.name;
  const first =
    issues.find(({ severity, stage }) => severity === "error" && stage === failed) ??
    issues.find(({ severity }) => severity === "error");
  const [cause] = explanation?.causes ?? [];
  const aside = inspection.status === undefined ? undefined : `a receiver responds with ${inspection.status}`;
  if (cause !== undefined && isProven(explanation) && failed === "signature")
    return {
      tone: "bad",
      icon: "rejected",
      title: "Rejected",
      aside,
      cause: cause.title,
      description: cause.message,
      note,
    };
  return {
    tone: "bad",
    icon: "rejected",
    title: "Rejected",
    aside,
    description:
      first === undefined
        ? (report.code ?? "")
        : `${first.pointer === "" ? "" : `${clipped(first.pointer)}: `}${first.message}`,
    note,
  };
}

/** Shortens a pointer, whose length the sender chooses. */
function clipped(pointer: string): string {
  return pointer.length > 80 ? `${pointer.slice(0, 79)}…` : pointer;
}

/** The verdict of an inspection. */
import type { Inspection } from "../../engine/protocol.ts";
import { store } from "../../state/state.ts";
import { count } from "../../ui/text.ts";
import { payloadSentence, type VerdictView, verdictBox } from "../verdict.ts";

export function verdictView(): HTMLElement {
  const { box, show } = verdictBox();
  store.on(["result", "isBusy", "failure", "retry"], ({ result, isBusy, failure, retry }) => {
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
              }
            : describeResult(result);
    show(verdict, isBusy, !isBusy && result !== undefined);
  });
  return box;
}

function describeResult({ report, provider, issues, isValidated }: Inspection): VerdictView {
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
  if (signature.covers && report.verdict !== "rejected") {
    const signed =
      signature.covers === "fields"
        ? "some fields of this body"
        : signature.covers === "checksum"
          ? "the checksum of this body, which another body can have,"
          : "this body";
    return {
      tone: "good",
      icon: "verified",
      title: signature.algorithm ? "Verified" : "Token",
      description: `Valid ${signature.algorithm ?? "token, no"} signature of ${signed} with this secret. ${payload}`,
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
  return {
    tone: "bad",
    icon: "rejected",
    title: "Rejected",
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

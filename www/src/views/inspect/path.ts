/** The stages of a delivery as the core reports them, and where it was rejected. */
import type { Report, StageName, StageReport } from "../../engine/core.ts";
import type { Inspection, PlacedIssue } from "../../engine/protocol.ts";
import { lookAt } from "../../state/actions.ts";
import { store } from "../../state/state.ts";
import { fill, h } from "../../ui/dom.ts";
import { icon } from "../../ui/icons.ts";
import { count, visible } from "../../ui/text.ts";

export const TITLES: Record<StageName, string> = {
  bytes: "Raw bytes",
  signature: "Signature",
  json: "JSON",
  envelope: "Envelope",
  contract: "Contract",
  rules: "Cross-field",
};

const WORDS: Record<StageReport["state"], string> = {
  passed: "passed",
  warned: "with a warning",
  failed: "failed",
  "not-reached": "not reached",
  "not-applicable": "not applicable",
};

export function pathView(): HTMLElement {
  const list = h("ol", { class: "path", "aria-label": "Stages" });
  store.on(["result"], ({ result }) => {
    const inspection = result === undefined || "unrecognised" in result ? undefined : result;
    const stages: StageReport[] =
      inspection?.report.stages ??
      (Object.keys(TITLES) as StageName[]).map((name) => ({ name, state: "not-reached" }));
    const rejected = stages.find(({ state }) => state === "failed")?.name;
    fill(
      list,
      stages.map(({ name, state }) => {
        const stopped = name === rejected;
        const note = inspection === undefined ? "" : noteOf(name, state, inspection);
        const first = (inspection?.issues ?? []).findIndex(
          ({ stage, severity }) => stage === name && severity !== "info",
        );
        const content = [
          h("span", { class: "knot" }, icon(state, WORDS[state])),
          h("span", { class: "step-title" }, TITLES[name]),
          h("span", { class: "step-note" }, ...visible(stopped ? `stopped: ${note}` : note)),
        ];
        return h(
          "li",
          { dataset: { state, stopped: String(stopped) } },
          first < 0
            ? h("div", { class: "step" }, content)
            : h("button", { type: "button", class: "step", on: { click: () => lookAt(first) } }, content),
        );
      }),
    );
  });
  return list;
}

/** A few words about a stage. */
function noteOf(name: StageName, state: StageReport["state"], { report, issues, bytes }: Inspection): string {
  if (name === "signature") return signatureNote(state, report);
  if (state === "not-reached" || state === "not-applicable") return WORDS[state];
  const some = (severity: PlacedIssue["severity"]) =>
    issues.filter((issue) => issue.stage === name && issue.severity === severity).length;
  if (state === "failed") return count(some("error"), "error");
  if (state === "warned") return count(some("warning"), "warning");
  const { type, revision } = report;
  if (name === "bytes") return `${bytes.toLocaleString("en")} bytes`;
  if (name === "envelope" && type !== undefined) return type.length > 20 ? `${type.slice(0, 19)}…` : type;
  if (name === "contract" && revision !== undefined) return revision;
  return "valid";
}

/** Whether there is nothing to check, nothing was there, or nobody could check it. */
function signatureNote(state: StageReport["state"], { signature }: Report): string {
  if (state === "not-applicable") return "signs nothing";
  if (state === "not-reached") return WORDS[state];
  if (signature.status !== "unsigned") return signature.status;
  return signature.received === undefined ? "absent" : "not checked";
}

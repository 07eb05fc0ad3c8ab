/** The stages of an inspection, and which one rejected the delivery. */
import type { Report, StageName, StageReport } from "../../engine/core.ts";
import type { Inspection, LocatedIssue } from "../../engine/protocol.ts";
import { selectIssue } from "../../state/actions.ts";
import { store } from "../../state/state.ts";
import { fill, h } from "../../ui/dom.ts";
import { icon } from "../../ui/icons.ts";
import { count, visible } from "../../ui/text.ts";

export const STAGE_TITLES: Record<StageName, string> = {
  bytes: "Raw bytes",
  signature: "Signature",
  json: "JSON",
  envelope: "Envelope",
  contract: "Contract",
  rules: "Rules",
};

const STATE_LABELS: Record<StageReport["state"], string> = {
  passed: "passed",
  warned: "warning",
  failed: "failed",
  "not-reached": "not reached",
  "not-applicable": "not applicable",
};

export function stagesView(): HTMLElement {
  const list = h("ol", { class: "stages", "aria-label": "Stages" });
  store.on(["result"], ({ result }) => {
    const inspection = result === undefined || "isUndetected" in result ? undefined : result;
    const stages: StageReport[] =
      inspection?.report.stages ??
      (Object.keys(STAGE_TITLES) as StageName[]).map((name) => ({ name, state: "not-reached" }));
    // The stages are those of an event, and a handshake is none.
    list.hidden = inspection?.report.handshake !== undefined;
    const failed = stages.find(({ state }) => state === "failed")?.name;
    fill(
      list,
      stages.map(({ name, state }) => {
        const isFirstFailure = name === failed;
        const note = inspection === undefined ? "" : stageNote(name, state, inspection);
        const first = (inspection?.issues ?? []).findIndex(
          ({ stage, severity }) => stage === name && severity !== "info",
        );
        const content = [
          h("span", { class: "marker" }, icon(state, STATE_LABELS[state])),
          h(
            "span",
            { class: "stage-title" },
            name === "json" && inspection?.form !== undefined ? "Form" : STAGE_TITLES[name],
          ),
          h("span", { class: "stage-note" }, ...visible(isFirstFailure ? `stopped: ${note}` : note)),
        ];
        return h(
          "li",
          { dataset: { state, stopped: String(isFirstFailure) } },
          first < 0
            ? h("div", { class: "stage" }, content)
            : h(
                "button",
                { type: "button", class: "stage", on: { click: () => selectIssue(first) } },
                content,
              ),
        );
      }),
    );
  });
  return list;
}

/** The result of a stage in a few words. */
function stageNote(
  name: StageName,
  state: StageReport["state"],
  { report, issues, bytes }: Inspection,
): string {
  if (name === "signature") return signatureNote(state, report);
  if (state === "not-reached" || state === "not-applicable") return STATE_LABELS[state];
  const countIssues = (severity: LocatedIssue["severity"]) =>
    issues.filter((issue) => issue.stage === name && issue.severity === severity).length;
  if (state === "failed") return count(countIssues("error"), "error");
  if (state === "warned") return count(countIssues("warning"), "warning");
  const { type, revision, items } = report;
  if (name === "bytes") return `${bytes.toLocaleString("en")} bytes`;
  if (name === "envelope" && items !== undefined) return count(items.length, "event");
  if (name === "envelope" && type !== undefined) return type.length > 20 ? `${type.slice(0, 19)}…` : type;
  if (name === "contract" && revision !== undefined) return revision;
  return "valid";
}

/** The signature stage distinguishes unsigned providers, missing signatures and signatures that were not checked. */
function signatureNote(state: StageReport["state"], { signature }: Report): string {
  if (state === "not-applicable") return "does not sign";
  if (state === "not-reached") return STATE_LABELS[state];
  if (signature.status !== "unsigned") return signature.status;
  return signature.received === undefined ? "missing" : "not checked";
}

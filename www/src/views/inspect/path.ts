/** The way of the delivery, step by step, and where it stopped. */
import type { Step, StepName } from "../../engine/protocol.ts";
import { lookAt } from "../../state/actions.ts";
import { store } from "../../state/state.ts";
import { fill, h } from "../../ui/dom.ts";
import { icon } from "../../ui/icons.ts";
import { visible } from "../../ui/text.ts";

export const TITLES: Record<StepName, string> = {
  bytes: "Raw bytes",
  signature: "Signature",
  json: "JSON",
  envelope: "Envelope",
  contract: "Contract",
  rules: "Cross-field",
};

const WORDS = { passed: "passed", warned: "with a remark", failed: "failed", skipped: "not reached" };

export function pathView(): HTMLElement {
  const list = h("ol", { class: "path", "aria-label": "Steps" });
  store.on(["result"], ({ result }) => {
    const steps: Step[] =
      result === undefined || "unrecognised" in result
        ? (Object.keys(TITLES) as StepName[]).map((name) => ({
            name,
            state: "skipped",
            stopped: false,
            note: "",
          }))
        : result.steps;
    const issues = result === undefined || "unrecognised" in result ? [] : result.issues;
    fill(
      list,
      steps.map(({ name, state, stopped, note }) => {
        const first = issues.findIndex(({ step, severity }) => step === name && severity !== "info");
        const content = [
          h("span", { class: "knot" }, icon(state, WORDS[state])),
          h("span", { class: "step-title" }, TITLES[name]),
          h("span", { class: "step-note" }, ...visible(stopped ? `stopped: ${note}` : note)),
        ];
        return h(
          "li",
          { dataset: { state, stopped: String(stopped) } },
          first < 0 || state === "skipped"
            ? h("div", { class: "step" }, content)
            : h("button", { type: "button", class: "step", on: { click: () => lookAt(first) } }, content),
        );
      }),
    );
  });
  return list;
}

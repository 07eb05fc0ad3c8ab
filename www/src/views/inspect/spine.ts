/**
 * The steps of an inspection, one below the other. Each owns all there is to say of it: its facts, its causes, its issues. Open
 * are the signature, steps with errors, and those with warnings if nothing stopped.
 */
import type { StageName } from "../../engine/core.ts";
import type { Inspection } from "../../engine/protocol.ts";
import { store } from "../../state/state.ts";
import { fill, h } from "../../ui/dom.ts";
import { icon } from "../../ui/icons.ts";
import { count, formatNumber, visible } from "../../ui/text.ts";
import { bytesFacts, eventFacts } from "./details.ts";
import { explanationView } from "./explanation.ts";
import { inspectedIssues, issuesView } from "./issues.ts";
import { itemsView } from "./items.ts";
import { candidatesView, signatureView } from "./signature.ts";
import { describeSteps, foldableRuns, STEP_TITLES, stepOf } from "./steps.ts";

export function spineView(): HTMLElement {
  const names = Object.keys(STEP_TITLES) as StageName[];
  const steps = names.map(stepView);
  const spine = h(
    "div",
    { class: "spine", role: "group", "aria-label": "Steps", hidden: true },
    steps.map(({ fold, box }) => [fold, box]),
  );
  let former = "";
  store.on(["result", "headerText", "body"], ({ result }) => {
    // The steps are those of an event, and a handshake is none.
    spine.hidden =
      result === undefined || (!("isUndetected" in result) && result.report.handshake !== undefined);
    if (result === undefined) former = "";
    if (result === undefined || spine.hidden) return;
    const all = describeSteps(result);
    const runs = foldableRuns(all);
    const shape = JSON.stringify(all.map(({ isOpen }) => isOpen));
    let folded = 0;
    for (const [index, step] of all.entries()) {
      const { fold, box, marker, title, note } = steps[index] as ReturnType<typeof stepView>;
      const run = runs[index] as number;
      if (run > 0) folded = run;
      fold.hidden = run === 0;
      fill(fold, icon("passed"), h("span", null, `${count(run, "step")} passed`));
      box.dataset.folded = String(folded > 0);
      folded = Math.max(0, folded - 1);
      box.dataset.state = step.state;
      fill(marker, icon(step.state, step.label));
      title.textContent = step.title;
      fill(note, ...visible(step.note));
      // What the person opened or closed stays, until other steps are to be open.
      if (shape !== former) box.open = step.isOpen;
    }
    if (shape !== former) delete spine.dataset.unfolded;
    former = shape;
  });
  // An issue that is selected, as by F8, is shown.
  store.on(["issue"], ({ issue, result }) => {
    const selected = issue === undefined ? undefined : result?.issues[issue];
    const step = selected && steps[names.indexOf(stepOf(selected))];
    if (step !== undefined) step.box.open = true;
  });
  spine.addEventListener("click", (event) => {
    if ((event.target as HTMLElement).closest(".fold") !== null) spine.dataset.unfolded = "true";
  });
  return spine;
}

function stepView(name: StageName) {
  const marker = h("span", { class: "marker" });
  const title = h("span", { class: "step-title" }, STEP_TITLES[name]);
  const note = h("span", { class: "step-note" });
  const box = h(
    "details",
    { class: "step", dataset: { step: name } },
    h("summary", null, marker, title, " ", note),
    h("div", { class: "step-content" }, contentOf(name)),
  );
  const fold = h("button", { type: "button", class: "fold", hidden: true });
  return { fold, box, marker, title, note };
}

function contentOf(name: StageName): HTMLElement[] {
  const issues = issuesView(inspectedIssues, {
    title: STEP_TITLES[name],
    has: (issue) => stepOf(issue) === name,
  });
  switch (name) {
    case "bytes":
      return [issues, facts(bytesFacts)];
    case "signature":
      return [candidatesView(), explanationView(), issues, signatureView()];
    case "json":
      return [issues, facts(({ values }) => [h("dt", null, "Values"), h("dd", null, formatNumber(values))])];
    case "envelope":
      return [issues, facts(eventFacts), itemsView()];
    case "contract":
      return [
        issues,
        facts(({ report: { revision }, provider }) => [
          h("dt", null, "Contract"),
          h("dd", null, provider.title, revision === undefined ? false : h("code", null, revision)),
        ]),
      ];
    default:
      return [
        issues,
        facts(({ provider, report }) => [
          h("dt", null, "Rules"),
          h(
            "dd",
            null,
            report.stages.at(-1)?.state === "not-applicable"
              ? `${provider.title} has none for this event.`
              : `Those of ${provider.title} about several values at once.`,
          ),
        ]),
      ];
  }
}

/** Facts of an inspection with a provider. */
function facts(rows: (inspection: Inspection) => Node[]): HTMLElement {
  const list = h("dl", { class: "facts" });
  store.on(["result"], ({ result }) => {
    list.hidden = result === undefined || "isUndetected" in result;
    if (result !== undefined && !("isUndetected" in result)) fill(list, rows(result));
  });
  return list;
}

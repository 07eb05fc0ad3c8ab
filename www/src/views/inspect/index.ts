/** Inspect: a delivery on one side, everything there is to say about it on the other. */
import { h } from "../../ui/dom.ts";
import { detailsView } from "./details.ts";
import { explanationView } from "./explanation.ts";
import { inputView } from "./input.ts";
import { issuesView } from "./issues.ts";
import { pathView } from "./path.ts";
import { signatureView } from "./signature.ts";
import { startView } from "./start.ts";
import { treeView } from "./tree.ts";
import { verdictView } from "./verdict.ts";

export function inspectView(): HTMLElement {
  return h(
    "div",
    { class: "inspect" },
    inputView(),
    h(
      "section",
      { class: "results", "aria-label": "Result" },
      h("div", { class: "summary" }, verdictView(), pathView()),
      startView(),
      explanationView(),
      issuesView(),
      signatureView(),
      detailsView(),
      treeView(),
    ),
  );
}

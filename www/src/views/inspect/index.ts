/** Inspect: the input on one side, the result on the other. */

import { store } from "../../state/state.ts";
import { h } from "../../ui/dom.ts";
import { importIssuesView } from "../import-issues.ts";
import { detailsView } from "./details.ts";
import { explanationView } from "./explanation.ts";
import { handshakeView } from "./handshake.ts";
import { inputView } from "./input.ts";
import { issuesView } from "./issues.ts";
import { itemsView } from "./items.ts";
import { signatureView } from "./signature.ts";
import { stagesView } from "./stages.ts";
import { startView } from "./start.ts";
import { treeView } from "./tree.ts";
import { verdictView } from "./verdict.ts";

export function inspectView(): HTMLElement {
  return h(
    "div",
    { class: "inspect" },
    // The verdict is first, on every width.
    h("section", { class: "band", "aria-label": "Verdict" }, verdictView()),
    inputView(),
    h(
      "section",
      { class: "results", "aria-label": "Result" },
      h("div", { class: "summary" }, stagesView()),
      startView(),
      importIssuesView(
        (show) => store.on(["importIssues"], ({ importIssues }) => show(importIssues)),
        () => store.set({ importIssues: undefined }),
      ),
      handshakeView(),
      explanationView(),
      issuesView(),
      itemsView(),
      signatureView(),
      detailsView(),
      treeView(),
    ),
  );
}

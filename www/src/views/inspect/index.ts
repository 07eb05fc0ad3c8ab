/** Inspect: the input on one side, the result on the other. */

import { store } from "../../state/state.ts";
import { h } from "../../ui/dom.ts";
import { nextTask } from "../../ui/next-task.ts";
import { importIssuesView } from "../import-issues.ts";
import { archiveView } from "./archive.ts";
import { handshakeView } from "./handshake.ts";
import { inputView } from "./input.ts";
import { sideTabs } from "./sides.ts";
import { spineView } from "./spine.ts";
import { startView } from "./start.ts";
import { stripView } from "./strip.ts";
import { verdictView } from "./verdict.ts";

/** The parts in their order. The verdict is first, on every width. */
const PARTS: readonly (() => HTMLElement)[] = [
  verdictView,
  stripView,
  archiveView,
  sideTabs,
  inputView,
  resultsView,
];

/** Makes each part in a task of its own: together they would block the page. */
export async function inspectView(): Promise<HTMLElement> {
  const view = h("div", { class: "inspect" });
  for (const make of PARTS) {
    view.append(make());
    await nextTask();
  }
  store.on(["side"], ({ side }) => {
    view.dataset.side = side;
  });
  return view;
}

function resultsView(): HTMLElement {
  return h(
    "section",
    { class: "results", "aria-label": "Result" },
    startView(),
    importIssuesView(
      (show) => store.on(["importIssues"], ({ importIssues }) => show(importIssues)),
      () => store.set({ importIssues: undefined }),
    ),
    handshakeView(),
    spineView(),
  );
}

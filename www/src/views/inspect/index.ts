/** Inspect: the input on one side, the result on the other. */

import { store } from "../../state/state.ts";
import { h } from "../../ui/dom.ts";
import { importIssuesView } from "../import-issues.ts";
import { archiveView } from "./archive.ts";
import { handshakeView } from "./handshake.ts";
import { inputView } from "./input.ts";
import { sideTabs } from "./sides.ts";
import { spineView } from "./spine.ts";
import { startView } from "./start.ts";
import { stripView } from "./strip.ts";
import { verdictView } from "./verdict.ts";

export function inspectView(): HTMLElement {
  const view = h(
    "div",
    { class: "inspect" },
    // The verdict is first, on every width.
    verdictView(),
    stripView(),
    archiveView(),
    sideTabs(),
    inputView(),
    h(
      "section",
      { class: "results", "aria-label": "Result" },
      startView(),
      importIssuesView(
        (show) => store.on(["importIssues"], ({ importIssues }) => show(importIssues)),
        () => store.set({ importIssues: undefined }),
      ),
      handshakeView(),
      spineView(),
    ),
  );
  store.on(["side"], ({ side }) => {
    view.dataset.side = side;
  });
  return view;
}

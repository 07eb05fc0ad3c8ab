/** What an import reported: the locations are in the imported text, which the page does not show. */
import type { ImportIssues } from "../engine/protocol.ts";
import { fill, h } from "../ui/dom.ts";
import { icon } from "../ui/icons.ts";
import { count } from "../ui/text.ts";
import { issueParts } from "./inspect/issues.ts";
import { panel } from "./inspect/panel.ts";

/** An archive can have an issue for each of its entries. */
const MAX_SHOWN = 100;

export function importIssuesView(
  subscribe: (show: (imported: ImportIssues | undefined) => void) => void,
  onClose: () => void,
): HTMLElement {
  const { box, head, content } = panel("imports", "Import");
  const name = h("span", { class: "muted" });
  head.append(
    name,
    h(
      "button",
      { type: "button", class: "ghost small", "aria-label": "Close", on: { click: onClose } },
      icon("failed"),
    ),
  );
  subscribe((imported) => {
    const issues = imported?.issues ?? [];
    box.hidden = issues.length === 0;
    name.textContent = `of ${imported?.name}`;
    fill(
      content,
      h(
        "ol",
        null,
        issues
          .slice(0, MAX_SHOWN)
          .map((issue) =>
            h("li", null, h("div", { class: `issue ${issue.severity}` }, ...issueParts(issue))),
          ),
      ),
      issues.length > MAX_SHOWN &&
        h("p", { class: "muted" }, count(issues.length - MAX_SHOWN, "more", "more")),
    );
  });
  return box;
}

/** Every issue, the gravest first, each leading to its place in the text. */
import type { PlacedIssue } from "../../engine/protocol.ts";
import { lookAt } from "../../state/actions.ts";
import { store } from "../../state/state.ts";
import { fill, h } from "../../ui/dom.ts";
import { icon } from "../../ui/icons.ts";
import { count, visible } from "../../ui/text.ts";
import { panel } from "./panel.ts";

const RANK = { error: 0, warning: 1, info: 2 } as const;
const PAGE = 50;

/** Where issues come from, which is looked at, and what leads there. */
interface Source {
  issues(tell: (issues: readonly PlacedIssue[]) => void): void;
  current(tell: (issue: number | undefined) => void): void;
  go(issue: number): void;
}

const inspected: Source = {
  issues: (tell) =>
    store.on(["result"], ({ result }) =>
      tell(result === undefined || "unrecognised" in result ? [] : result.issues),
    ),
  current: (tell) => store.on(["issue"], ({ issue }) => tell(issue)),
  go: lookAt,
};

export function issuesView(from: Source = inspected): HTMLElement {
  const { box, head, content } = panel("issues", "Issues");
  const number = h("span", { class: "number" });
  head.append(number);
  const list = h("ol");
  const more = h("button", { type: "button", class: "link", on: { click: () => draw(shown + PAGE * 4) } });
  content.append(list, more);
  let sorted: [PlacedIssue, number][] = [];
  let shown = PAGE;

  function draw(most: number): void {
    shown = most;
    fill(
      list,
      sorted.slice(0, shown).map(([issue, index]) => item(issue, index, from.go)),
    );
    more.hidden = sorted.length <= shown;
    more.textContent = `Show more of ${count(sorted.length, "issue")}`;
  }

  from.issues((issues) => {
    sorted = issues
      .map((issue, index): [PlacedIssue, number] => [issue, index])
      .sort(([a], [b]) => RANK[a.severity] - RANK[b.severity]);
    box.hidden = sorted.length === 0;
    number.textContent = sorted.length.toLocaleString("en");
    draw(PAGE);
  });
  from.current((issue) => {
    list.querySelector("[aria-current]")?.removeAttribute("aria-current");
    if (issue === undefined) return;
    const at = sorted.findIndex(([, index]) => index === issue);
    if (at >= shown) draw(at + PAGE);
    const found = list.querySelector<HTMLElement>(`[data-index="${issue}"]`);
    found?.setAttribute("aria-current", "true");
    found?.scrollIntoView({ block: "nearest" });
  });
  return box;
}

function item(issue: PlacedIssue, index: number, go: (index: number) => void): HTMLElement {
  const { severity, code, message, pointer, span, hint, byteSpan } = issue;
  return h(
    "li",
    null,
    h(
      "button",
      {
        type: "button",
        class: `issue ${severity}`,
        dataset: { index: String(index) },
        on: { click: () => go(index) },
      },
      icon(severity, severity),
      h(
        "span",
        { class: "said" },
        h("span", { class: "message" }, ...visible(message)),
        hint !== undefined && severity !== "info" && h("span", { class: "hint" }, ...visible(hint)),
        h(
          "span",
          { class: "where" },
          h("code", null, code),
          pointer !== "" && h("code", { class: "pointer" }, ...visible(pointer)),
          byteSpan.end > 0 && h("span", null, `line ${span.line}, column ${span.column}`),
        ),
      ),
    ),
  );
}

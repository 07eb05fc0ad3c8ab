/** All issues by severity. Each one selects its location in the text. */
import type { Issue } from "../../engine/core.ts";
import type { LocatedIssue } from "../../engine/protocol.ts";
import { selectIssue } from "../../state/actions.ts";
import { store } from "../../state/state.ts";
import { fill, h } from "../../ui/dom.ts";
import { icon } from "../../ui/icons.ts";
import { count, formatNumber, visible } from "../../ui/text.ts";
import { panel } from "./panel.ts";

const RANK = { error: 0, warning: 1, info: 2 } as const;
const PAGE_SIZE = 50;

/** The issues of a store, and how one is selected. */
interface IssueSource {
  issues(callback: (issues: readonly LocatedIssue[]) => void): void;
  current(callback: (issue: number | undefined) => void): void;
  go(issue: number): void;
}

export const inspectedIssues: IssueSource = {
  issues: (callback) => store.on(["result"], ({ result }) => callback(result?.issues ?? [])),
  current: (callback) => store.on(["issue"], ({ issue }) => callback(issue)),
  go: selectIssue,
};

/** A list of issues; of a step, those that it shows, without a visible heading. */
export function issuesView(
  from: IssueSource,
  step?: { title: string; has(issue: LocatedIssue): boolean },
): HTMLElement {
  const { box, head, content } = panel("issues", step === undefined ? "Issues" : `Issues: ${step.title}`);
  head.hidden = step !== undefined;
  const number = h("span", { class: "number" });
  head.append(number);
  const list = h("ol");
  const more = h("button", {
    type: "button",
    class: "link",
    on: { click: () => draw(shown + PAGE_SIZE * 4) },
  });
  content.append(list, more);
  let sorted: [LocatedIssue, number][] = [];
  let shown = PAGE_SIZE;

  function draw(max: number): void {
    shown = max;
    fill(
      list,
      sorted.slice(0, shown).map(([issue, index]) => item(issue, index, from.go)),
    );
    more.hidden = sorted.length <= shown;
    more.textContent = `Show more of ${count(sorted.length, "issue")}`;
  }

  from.issues((issues) => {
    sorted = issues
      .map((issue, index): [LocatedIssue, number] => [issue, index])
      .filter(([issue]) => step === undefined || step.has(issue))
      .sort(([a], [b]) => RANK[a.severity] - RANK[b.severity]);
    box.hidden = sorted.length === 0;
    number.textContent = formatNumber(sorted.length);
    draw(PAGE_SIZE);
  });
  from.current((issue) => {
    list.querySelector("[aria-current]")?.removeAttribute("aria-current");
    if (issue === undefined) return;
    const at = sorted.findIndex(([, index]) => index === issue);
    if (at < 0) return;
    if (at >= shown) draw(at + PAGE_SIZE);
    const item = list.querySelector<HTMLElement>(`[data-index="${issue}"]`);
    item?.setAttribute("aria-current", "true");
    item?.scrollIntoView({ block: "nearest" });
  });
  return box;
}

function item(issue: LocatedIssue, index: number, go: (index: number) => void): HTMLElement {
  const { severity } = issue;
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
      ...issueParts(issue),
    ),
  );
}

/** Severity, message, hint, code and location of an issue. */
export function issueParts(issue: Issue): Node[] {
  const { severity, code, message, pointer, span, hint, byteSpan } = issue;
  return [
    icon(severity, severity),
    h(
      "span",
      { class: "issue-text" },
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
  ];
}

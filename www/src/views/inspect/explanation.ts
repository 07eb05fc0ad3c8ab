/**
 * Why a signature does not match: matches, observations, the bytes that differ, and what to change. For a valid one: how to
 * find out why an application rejects the delivery.
 */
import { isSignatureValid } from "../../engine/explanation.ts";
import type { ByteDiff, ShownCause } from "../../engine/protocol.ts";
import { retryExplanation } from "../../state/actions.ts";
import { chooseFramework } from "../../state/framework.ts";
import { store } from "../../state/state.ts";
import { announce } from "../../ui/announce.ts";
import { copyButton } from "../../ui/copy.ts";
import { fill, h } from "../../ui/dom.ts";
import { icon } from "../../ui/icons.ts";
import { count, visible } from "../../ui/text.ts";
import { toolbar } from "../../ui/toolbar.ts";
import { describePlace } from "./aligned.ts";
import { alignedView } from "./aligned-view.ts";
import { hexRows } from "./hex.ts";
import { panel } from "./panel.ts";
import { preferredFramework } from "./words.ts";

export function explanationView(): HTMLElement {
  const { box, head, content } = panel("explanation", "Why it does not match");
  const tried = h("span", { class: "muted" });
  head.append(tried);
  const rest = h("div");
  const valid = h("details", null, h("summary", null, "If your application rejects this delivery"), rest);
  store.on(["explanation", "explanationFailure"], ({ explanation, explanationFailure }) => {
    box.hidden = !explanation?.causes.length && explanationFailure === undefined;
    if (explanationFailure !== undefined) {
      announce(explanationFailure);
      head.hidden = true;
      if (head.firstElementChild !== null) head.firstElementChild.textContent = "Explanation";
      fill(
        content,
        h("p", { class: "failure" }, explanationFailure),
        h("button", { type: "button", on: { click: retryExplanation } }, "Try again"),
      );
      return;
    }
    if (explanation === undefined) return;
    tried.textContent = `${count(explanation.tried, "combination")} computed`;
    showFramework = [];
    // Many causes have the same lines for frameworks: each is shown once.
    const shown = new Set<string>();
    let hasChange = false;
    const causes = explanation.causes.map((cause) => {
      const lines = cause.frameworks.filter(({ name, code }) => !shown.has(`${name}\n${code}`));
      for (const { name, code } of lines) shown.add(`${name}\n${code}`);
      // All causes of a match have the same difference: it is shown once.
      const change = hasChange ? undefined : cause.change;
      hasChange ||= change !== undefined;
      return causeView({ ...cause, change }, lines);
    });
    const isValid = isSignatureValid(explanation);
    head.hidden = isValid;
    // A hidden heading still names the section.
    if (head.firstElementChild !== null)
      head.firstElementChild.textContent = isValid ? "Valid signature" : "Why it does not match";
    if (isValid) fill(rest, causes);
    fill(content, isValid ? valid : causes);
  });
  store.on(["framework"], () => {
    for (const show of showFramework) show();
  });
  return box;
}

function causeView(
  { code, title, message, fix, proof, change }: Omit<ShownCause, "change"> & { change: ByteDiff | undefined },
  frameworks: ShownCause["frameworks"],
): Node {
  return h(
    "article",
    { class: proof ? "cause proved" : "cause seen" },
    h(
      "p",
      { class: "cause-head" },
      h("span", { class: "badge" }, icon(proof ? "passed" : "eye"), proof ? "Match" : "Observation"),
      h("strong", null, title),
      h("code", null, code),
    ),
    h("p", { class: "message" }, ...visible(message)),
    change !== undefined && changed(change),
    h("p", { class: "fix" }, h("strong", null, "Fix "), ...visible(fix)),
    frameworks.length > 0 && frameworksView(frameworks),
  );
}

/** Shows the chosen framework in each cause. */
let showFramework: (() => void)[] = [];

/** The code that fixes a cause, a tab for each framework. */
function frameworksView(frameworks: ShownCause["frameworks"]): Node {
  let shown = 0;
  const tabs = frameworks.map(({ name }) =>
    h("button", { type: "button", on: { click: () => chooseFramework(name) } }, name),
  );
  const code = h("code");
  const copy = copyButton("the code", () => frameworks[shown]?.code ?? "");
  const show = () => {
    shown = preferredFramework(frameworks, store.state.framework);
    for (const [index, tab] of tabs.entries()) tab.setAttribute("aria-pressed", String(index === shown));
    code.textContent = frameworks[shown]?.code ?? "";
  };
  showFramework.push(show);
  show();
  return h(
    "div",
    { class: "frameworks" },
    toolbar(h("div", { class: "tabs" }, tabs), "Framework"),
    h("p", null, code, copy),
  );
}

/** The signed bytes above the received ones, or the received ones in hex. */
function changed(change: ByteDiff): Node {
  const { parts, places, isCut, bytes, rows, hasMore } = change;
  const all = parts.filter((part) => typeof part === "object" && "signed" in part);
  const [first] = all;
  if (first === undefined) return h("span");
  let shown = 0;
  const show = (place: number) => {
    const target = all[place];
    if (target === undefined) return;
    shown = place;
    next.textContent =
      places === 1 ? "Show in the body" : `Show place ${((place + 1) % places) + 1} in the body`;
    store.set({ side: "request", target: { from: target.from, to: target.to } });
  };
  const next = h(
    "button",
    {
      type: "button",
      class: "link",
      on: { click: () => show(next.dataset.started ? (shown + 1) % places : 0) },
    },
    "Show in the body",
  );
  next.addEventListener("click", () => {
    next.dataset.started = "true";
  });
  return h(
    "div",
    { class: "change" },
    h(
      "p",
      { class: "muted" },
      `${isCut ? "More than " : ""}${count(places, "place differs", "places differ")}; the first: byte ${bytes.start}, ${describePlace(first)}. `,
      next,
    ),
    h("p", { class: "legend" }, h("ins", null, "signed"), h("del", null, "received")),
    alignedView(change, show),
    hexView(rows, hasMore),
  );
}

function hexView(rows: ByteDiff["rows"], hasMore: boolean): Node {
  return h(
    "details",
    null,
    h("summary", null, "Bytes in hex"),
    hexRows(rows, "The received bytes in hex"),
    hasMore && h("p", { class: "muted" }, "and so on"),
  );
}

/** What a narrow page has at its lower edge, and in its menu. */
import { clearInspect } from "../state/actions.ts";
import { swapSides } from "../state/compare.ts";
import { store } from "../state/state.ts";
import { ACTION_NAMES, type ActionName, openAction } from "../views/actions/index.ts";
import { openHistory } from "../views/inspect/history.ts";
import { examplesMenu } from "../views/inspect/sources.ts";
import { bands } from "../views/verdict.ts";
import { h } from "./dom.ts";
import { type IconName, icon } from "./icons.ts";
import { paste } from "./letters.ts";
import { toolbar } from "./toolbar.ts";

const iconButton = (name: string, shape: IconName, run: () => void) =>
  h("button", { type: "button", "aria-label": name, title: name, on: { click: run } }, icon(shape));

/** The next step of the mode, or what a delivery comes from. */
export function thumbBar(): HTMLElement {
  const next = h("button", { type: "button", class: "main" });
  const inspect = [
    iconButton("Open a file", "file", () =>
      document.querySelector<HTMLElement>("#mode-inspect .open-file")?.click(),
    ),
    h("span", { class: "menu-button" }, icon("examples"), examplesMenu("Choose an example")),
  ];
  const swap = iconButton("Swap both deliveries", "swap", swapSides);
  const bar = h(
    "div",
    { class: "thumb-bar" },
    next,
    inspect,
    swap,
    iconButton("Share", "link", () => openAction("share")),
  );
  const draw = () => {
    const { mode } = store.state;
    const step = mode === "inspect" ? { title: "Paste a delivery", run: paste } : bands.state[mode]?.step;
    next.hidden = step === undefined;
    next.textContent = step?.title ?? "";
    next.onclick = () => void step?.run();
    for (const control of inspect) control.hidden = mode !== "inspect";
    swap.hidden = mode !== "compare";
  };
  store.on(["mode"], draw);
  bands.on(["compare", "sign", "provider"], draw);
  return h("footer", { class: "thumb" }, toolbar(bar, "Next"));
}

const ACTION_ICONS: Readonly<Record<ActionName, IconName>> = {
  share: "link",
  report: "report",
  code: "code",
};

/** The controls of the menu that a wide page has elsewhere. */
export function menuItems(): HTMLElement[] {
  const item = (title: string, shape: IconName, run: () => void) =>
    h("button", { type: "button", class: "ghost narrow-only", on: { click: run } }, icon(shape), title);
  const clear = item("Clear the delivery", "clear", clearInspect);
  store.on(["mode"], ({ mode }) => {
    clear.hidden = mode !== "inspect";
  });
  return [
    ...ACTION_NAMES.map((name) =>
      item(`${name[0]?.toUpperCase()}${name.slice(1)}`, ACTION_ICONS[name], () => openAction(name)),
    ),
    item("All deliveries", "history", openHistory),
    clear,
  ];
}

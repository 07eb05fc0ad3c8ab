/** A message about the page above its content, until it is closed. */
import { clearDelivery, undoReplacement } from "../state/replace.ts";
import { store } from "../state/state.ts";
import { announce } from "./announce.ts";
import { fill, h } from "./dom.ts";
import { icon } from "./icons.ts";
import { visible } from "./text.ts";

export function noticeView(): HTMLElement {
  const text = h("div", { class: "notice-text" });
  const close = h(
    "button",
    {
      type: "button",
      class: "ghost small",
      "aria-label": "Close this notice",
      on: { click: () => store.set({ notice: undefined }) },
    },
    icon("failed"),
  );
  const box = h("div", { class: "notice", hidden: true }, text, close);
  store.on(["notice"], ({ notice }) => {
    box.hidden = notice === undefined;
    if (notice !== undefined) announce(notice.text, "notice");
    box.dataset.tone = notice?.tone ?? "note";
    box.dataset.toast = String(notice?.canUndo === true || notice?.isExample === true);
    fill(
      text,
      notice !== undefined && [
        icon(notice.tone === "bad" ? "error" : "info"),
        h("p", null, ...visible(notice.text)),
        notice.canUndo === true &&
          h("button", { type: "button", class: "link", on: { click: () => void undoReplacement() } }, "Undo"),
        notice.isExample === true &&
          h("button", { type: "button", class: "link", on: { click: clearDelivery } }, "Start empty"),
      ],
    );
  });
  return box;
}

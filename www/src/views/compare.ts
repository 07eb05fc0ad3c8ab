/** Compare: Two deliveries side by side: the same event, and unchanged? */
import { h } from "../ui/dom.ts";

export function compareView(): HTMLElement {
  return h(
    "div",
    { class: "compare soon" },
    h("h2", null, "Compare"),
    h("p", { class: "muted" }, "Two deliveries side by side: the same event, and unchanged?"),
  );
}

/** Sign: An event edited, signed and ready to be sent. */
import { h } from "../ui/dom.ts";

export function signView(): HTMLElement {
  return h(
    "div",
    { class: "sign soon" },
    h("h2", null, "Sign"),
    h("p", { class: "muted" }, "An event edited, signed and ready to be sent."),
  );
}

/** Provider: A provider of your own, as data, tried at once. */
import { h } from "../ui/dom.ts";

export function providerView(): HTMLElement {
  return h(
    "div",
    { class: "provider soon" },
    h("h2", null, "Provider"),
    h("p", { class: "muted" }, "A provider of your own, as data, tried at once."),
  );
}

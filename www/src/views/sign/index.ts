/** Sign: an event edited on one side; signed, verified and ready to be sent on the other. */
import { nextMistake, startSign } from "../../state/sign.ts";
import { h } from "../../ui/dom.ts";
import { steppers } from "../../ui/keys.ts";
import { mistakesView, outputsView, signVerdict } from "./output.ts";
import { payloadView } from "./payload.ts";
import { settingsView } from "./settings.ts";

export function signView(): HTMLElement {
  steppers.sign = nextMistake;
  const view = h(
    "div",
    { class: "inspect sign" },
    h("section", { class: "input", "aria-label": "New delivery" }, ...settingsView(), payloadView()),
    h(
      "section",
      { class: "results", "aria-label": "Signed delivery" },
      h("div", { class: "summary" }, signVerdict()),
      mistakesView(),
      outputsView(),
    ),
  );
  startSign();
  return view;
}

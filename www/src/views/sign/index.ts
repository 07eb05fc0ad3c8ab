/** Sign: the payload on one side, the signed delivery on the other. */
import { nextIssue, startSign } from "../../state/sign.ts";
import { divider } from "../../ui/divider.ts";
import { h } from "../../ui/dom.ts";
import { steppers } from "../../ui/keys.ts";
import { outputsView, signIssuesView, signVerdict } from "./output.ts";
import { payloadView } from "./payload.ts";
import { settingsView } from "./settings.ts";

export function signView(): HTMLElement {
  steppers.sign = nextIssue;
  const view = h(
    "div",
    { class: "inspect sign" },
    signVerdict(),
    h("section", { class: "strip", "aria-label": "Signed by" }, ...settingsView()),
    h("section", { class: "input", "aria-label": "Payload" }, payloadView(), divider()),
    h("section", { class: "results", "aria-label": "Signed delivery" }, signIssuesView(), outputsView()),
  );
  startSign();
  return view;
}

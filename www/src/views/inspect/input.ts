/** The request of Inspect: request line and headers, body. */

import { importText } from "../../state/actions.ts";
import { store } from "../../state/state.ts";
import { divider } from "../../ui/divider.ts";
import { h } from "../../ui/dom.ts";
import { field, headerArea } from "../../ui/field.ts";
import { later } from "../../ui/later.ts";
import { bodyViewChoice } from "./body-views.ts";
import { sourcesView } from "./sources.ts";

export function inputView(): HTMLElement {
  return h(
    "section",
    { class: "input", "aria-label": "Input" },
    sourcesView(),
    headerField(),
    h(
      "p",
      { class: "label" },
      "Body",
      h("span", { class: "muted" }, "raw bytes as received"),
      splitRequestButton(),
      bodyViewChoice(),
    ),
    later(async () => (await import("./body.ts")).bodyView, bodyFrame()),
    divider(),
  );
}

/** The place of the body until its editor is loaded. */
const bodyFrame = (): HTMLElement =>
  h("div", { class: "body" }, h("div", { class: "editor" }), h("div", { class: "status" }));

/** Imports a body that is neither JSON nor a form: it may be a whole request. */
function splitRequestButton(): HTMLElement {
  const button = h(
    "button",
    { type: "button", class: "link", on: { click: () => void importText(store.state.body, "the body") } },
    "Import as a request",
  );
  store.on(["result", "body"], ({ result, body }) => {
    const json =
      result === undefined ||
      ("isUndetected" in result
        ? result.values > 0
        : (result.form?.fields.length ?? 0) > 0 ||
          result.report.stages.every(({ name, state }) => name !== "json" || state !== "failed"));
    button.hidden = json || body === "";
  });
  return button;
}

function headerField(): HTMLElement {
  const area = headerArea(
    (headerText) => store.set({ headerText }),
    (text) => void importText(text, "the clipboard", true),
  );
  store.on(["headerText"], ({ headerText }) => {
    if (area.value !== headerText) area.value = headerText;
    area.rows = Math.min(8, Math.max(2, headerText.split("\n").length));
  });
  return field("Request line and headers", area);
}

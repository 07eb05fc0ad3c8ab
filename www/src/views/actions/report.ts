/** A report as Markdown: of the payload no more than somebody chooses to tell. */
import type { Values } from "../../engine/calls.ts";
import { engine, input } from "../../state/actions.ts";
import { store } from "../../state/state.ts";
import { announce } from "../../ui/announce.ts";
import { choice } from "../../ui/choice.ts";
import { copyButton } from "../../ui/copy.ts";
import { fill, h } from "../../ui/dom.ts";
import { icon } from "../../ui/icons.ts";

const SAID: Record<Values, string> = {
  types: "Each value is replaced by its type. Names of fields are kept.",
  plain: "What the provider names as personal or health data is replaced by types, and nothing else.",
  all: "Everything is in it, personal and health data included. Do not put this into a public place.",
};

export function reportView(): HTMLElement {
  const output = h("pre", { class: "out", tabindex: "0", role: "group", "aria-label": "The report" });
  const told = h("p", { class: "told" });
  const copy = copyButton("the report", () => output.textContent ?? "", "Copy the report");
  copy.classList.add("main");
  let values: Values = "types";
  const ids = h("input", { type: "checkbox", on: { change: () => void make() } });

  async function make(): Promise<void> {
    const { state } = store;
    fill(told, icon(values === "all" ? "warning" : "info"), h("span", null, SAID[values]));
    told.className = values === "all" ? "told warning" : "told";
    const empty = state.body === "" && state.head.trim() === "";
    copy.disabled = empty;
    if (empty) {
      output.textContent = "There is no delivery to report on yet.";
      return;
    }
    try {
      const text = await engine.ask("report", {
        input: input(state),
        values,
        ids: ids.checked,
        explanation: state.explanation,
      });
      if (text === undefined) return;
      output.textContent = text;
      announce(`Report made. ${SAID[values]}`);
    } catch (error) {
      output.textContent = error instanceof Error ? error.message : String(error);
      copy.disabled = true;
    }
  }

  void make();
  return h(
    "div",
    { class: "stack-of" },
    choice<Values>(
      "How much of the payload is told",
      [
        ["types", "Types only"],
        ["plain", "Values, no health data"],
        ["all", "All values"],
      ],
      values,
      (value) => {
        values = value;
        void make();
      },
    ),
    h("label", { class: "check" }, ids, "Keep ids and the body's SHA-256"),
    told,
    output,
    h(
      "div",
      { class: "with" },
      copy,
      h(
        "p",
        { class: "promise-line" },
        icon("lock"),
        "Neither the secret nor a computed signature is in it.",
      ),
    ),
  );
}

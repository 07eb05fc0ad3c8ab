/** The dialog with a report in Markdown, and how much of the payload it shows. */

import type { RedactionLevel } from "../../engine/calls.ts";
import { errorMessage } from "../../errors.ts";
import { announce } from "../../ui/announce.ts";
import { choice } from "../../ui/choice.ts";
import { copyButton } from "../../ui/copy.ts";
import { fill, h } from "../../ui/dom.ts";
import { icon } from "../../ui/icons.ts";
import type { Subject } from "./subject.ts";

const REDACTION_LABELS: Record<RedactionLevel, string> = {
  types: "Values are replaced by their types. Field names are kept.",
  "non-sensitive": "Values that the provider lists as personal or health data are replaced by their types.",
  all: "All values are included, also personal and health data. Do not publish this report.",
};

const LEVEL_TITLES: Record<RedactionLevel, string> = {
  types: "Types only",
  "non-sensitive": "Values, no health data",
  all: "All values",
};

export function reportView(subject: Subject): HTMLElement {
  const output = h("pre", { class: "out", tabindex: "0", role: "group", "aria-label": "The report" });
  const note = h("p", { class: "note-text" });
  const copy = copyButton("the report", () => output.textContent ?? "", "Copy the report");
  copy.classList.add("main");
  const { levels } = subject;
  let level: RedactionLevel = "types";
  const idsInput = h("input", { type: "checkbox", on: { change: () => void runReport() } });

  async function runReport(): Promise<void> {
    const { missing } = subject;
    fill(note, icon(level === "all" ? "warning" : "info"), h("span", null, REDACTION_LABELS[level]));
    note.className = level === "all" ? "note-text warning" : "note-text";
    copy.disabled = missing !== undefined;
    if (missing !== undefined) {
      output.textContent = missing;
      return;
    }
    try {
      const text = await subject.report(level, idsInput.checked);
      if (text === undefined) return;
      output.textContent = text;
      announce(levels.length > 1 ? `Report ready. ${REDACTION_LABELS[level]}` : "Report ready.");
    } catch (error) {
      output.textContent = errorMessage(error);
      copy.disabled = true;
    }
  }

  void runReport();
  return h(
    "div",
    { class: "stack-of" },
    // A definition has no values of a payload.
    levels.length > 1 && [
      choice<RedactionLevel>(
        "Payload values",
        levels.map((name) => [name, LEVEL_TITLES[name]] as const),
        level,
        (value) => {
          level = value;
          void runReport();
        },
      ),
      h("label", { class: "check" }, idsInput, "Keep ids and the body's SHA-256"),
      note,
    ],
    output,
    h(
      "div",
      { class: "with" },
      copy,
      h(
        "p",
        { class: "promise-line" },
        icon("lock"),
        "Contains neither the secret nor a computed signature.",
      ),
    ),
  );
}

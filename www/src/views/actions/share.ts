/** The dialog with a link to the state of the page, with the payload or without its values; never with the secret. */
import { errorMessage } from "../../errors.ts";
import { linkTo } from "../../state/link.ts";
import { announce } from "../../ui/announce.ts";
import { choice } from "../../ui/choice.ts";
import { copyButton } from "../../ui/copy.ts";
import { fill, h, unique } from "../../ui/dom.ts";
import { icon } from "../../ui/icons.ts";
import { count } from "../../ui/text.ts";
import type { Subject } from "./subject.ts";

/** Some programs truncate longer URLs. */
const MANY_CHARS = 8000;

export function shareView(subject: Subject): HTMLElement {
  const id = unique("link");
  const field = h("textarea", { id, rows: 4, readonly: true, spellcheck: "false", class: "out" });
  const length = h("p", { class: "muted" });
  const warning = h("p", { class: "note-text" });
  const copy = copyButton("the link", () => field.value, "Copy the link");
  copy.classList.add("main");
  const { hasValues, isExample } = subject;
  let turn = 0;

  async function makeLink(redacted: boolean): Promise<void> {
    const run = ++turn;
    field.value = "";
    copy.disabled = true;
    try {
      const { url, includesDefinition } = await linkTo(await subject.link(redacted), subject.secrets);
      if (run !== turn) return;
      field.value = url;
      copy.disabled = false;
      showWarning(redacted, includesDefinition);
      const long = url.length > MANY_CHARS ? " Some programs truncate links of this length." : "";
      length.textContent = `${count(url.length, "character")}.${long}`;
      announce(`Link ready. ${length.textContent}`);
    } catch (error) {
      const message = errorMessage(error);
      warning.className = "note-text bad";
      fill(warning, icon("error"), h("span", null, message));
      length.textContent = "";
      announce(message);
    }
  }

  function showWarning(redacted: boolean, includesDefinition: boolean): void {
    const isReadable = !redacted && !isExample && hasValues;
    warning.className = isReadable ? "note-text warning" : "note-text";
    fill(
      warning,
      icon(isReadable ? "warning" : "info"),
      h(
        "span",
        null,
        isExample && !redacted
          ? "The link contains the name of the example, and no payload."
          : hasValues
            ? subject.linkNotes[redacted ? 0 : 1]
            : "The link contains no payload.",
        includesDefinition && " The link contains the custom provider.",
      ),
    );
  }

  // An example is a name, and has no values of anyone.
  void makeLink(!isExample);
  return h(
    "div",
    { class: "stack-of" },
    choice(
      "Content of the link",
      [
        ["types", subject.linkTitles[0]],
        ["values", subject.linkTitles[1]],
      ],
      isExample ? "values" : "types",
      (value) => void makeLink(value === "types"),
    ),
    warning,
    h("label", { for: id, class: "visually-hidden" }, "Link"),
    field,
    h(
      "div",
      { class: "with" },
      copy,
      h("p", { class: "promise-line" }, icon("lock"), "Links never contain the secret."),
      length,
    ),
  );
}

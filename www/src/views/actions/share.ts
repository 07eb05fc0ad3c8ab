/** A link to what the page shows, with the payload or without its values; never with the secret. */
import { linkTo } from "../../state/link.ts";
import { store } from "../../state/state.ts";
import { announce } from "../../ui/announce.ts";
import { choice } from "../../ui/choice.ts";
import { copyButton } from "../../ui/copy.ts";
import { fill, h, unique } from "../../ui/dom.ts";
import { icon } from "../../ui/icons.ts";
import { count } from "../../ui/text.ts";

/** Some programs cut longer ones. */
const LONG = 8000;

export function shareView(): HTMLElement {
  const id = unique("link");
  const field = h("textarea", { id, rows: 4, readonly: true, spellcheck: "false", class: "out" });
  const said = h("p", { class: "muted" });
  const warning = h("p", { class: "told" });
  const copy = copyButton("the link", () => field.value, "Copy the link");
  copy.classList.add("main");
  const { body } = store.state;
  let turn = 0;

  async function make(redacted: boolean): Promise<void> {
    const mine = ++turn;
    field.value = "";
    copy.disabled = true;
    try {
      const { url, example, own } = await linkTo(redacted);
      if (mine !== turn) return;
      field.value = url;
      copy.disabled = false;
      warn(redacted, example, own);
      const long = url.length > LONG ? " Some programs cut links of this length." : "";
      said.textContent = `${count(url.length, "character")}.${long}`;
      announce(`Link made. ${said.textContent}`);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      warning.className = "told bad";
      fill(warning, icon("error"), h("span", null, message));
      said.textContent = "";
      announce(message);
    }
  }

  function warn(redacted: boolean, example: boolean, own: boolean): void {
    const open = !redacted && !example && body !== "";
    warning.className = open ? "told warning" : "told";
    fill(
      warning,
      icon(open ? "warning" : "info"),
      h(
        "span",
        null,
        example
          ? "It holds the name of the example, and no payload."
          : open
            ? "The payload and the headers are in this link: whoever has it can read them, and so can browser histories and chat programs. Real health data does not belong there."
            : body === ""
              ? "It holds no payload."
              : "In place of each value the link holds its type, so its signature and contract no longer fit. Names of fields are kept.",
        own && " The definition of your own provider is in it.",
      ),
    );
  }

  void make(false);
  return h(
    "div",
    { class: "stack-of" },
    choice(
      "What is in the link",
      [
        ["values", "With the payload"],
        ["types", "Without its values"],
      ],
      "values",
      (value) => void make(value === "types"),
    ),
    warning,
    h("label", { for: id, class: "unseen" }, "Link"),
    field,
    h(
      "div",
      { class: "with" },
      copy,
      h("p", { class: "promise-line" }, icon("lock"), "The secret is never in the link."),
      said,
    ),
  );
}

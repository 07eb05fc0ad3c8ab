/** The dialog with code of a receiver for a provider. */
import { CUSTOM_PROVIDER } from "../../engine/calls.ts";
import { isSameFramework } from "../../engine/explanation.ts";
import { chooseFramework } from "../../state/framework.ts";
import { store } from "../../state/state.ts";
import { choice } from "../../ui/choice.ts";
import { copyButton } from "../../ui/copy.ts";
import { fill, h, unique } from "../../ui/dom.ts";
import { icon } from "../../ui/icons.ts";
import { visible } from "../../ui/text.ts";
import { type Framework, frameworks, secretVariable, snippet } from "./snippets.ts";
import type { Subject } from "./subject.ts";

export function codeView(subject: Subject): HTMLElement {
  const { providers, definition } = store.state;
  const id = unique("code");
  const output = h("pre", { class: "out", tabindex: "0", role: "group", "aria-label": "The code" });
  const note = h("p", { class: "note-text" });
  const copy = copyButton("the code", () => text, "Copy the code");
  copy.classList.add("main");
  let text = "";
  const { framework } = store.state;
  let [shown] =
    frameworks.find(([, title]) => framework && isSameFramework(framework, title)) ?? frameworks[0];
  const select = h(
    "select",
    { id, on: { change: () => draw() } },
    providers.map((entry) => h("option", { value: entry.id }, entry.title)),
  );
  const first = providers.find((entry) => entry.id === subject.provider) ?? providers[0];
  select.value = first?.id ?? "";

  function draw(): void {
    const chosen = providers.find((entry) => entry.id === select.value);
    const json = chosen?.id === CUSTOM_PROVIDER ? definition?.definition : undefined;
    const ready = chosen !== undefined && (chosen.id !== CUSTOM_PROVIDER || json !== undefined);
    copy.disabled = !ready;
    if (!ready) {
      text = "";
      fill(output, "Fix the definition to generate code.");
      return;
    }
    const input = { id: chosen.id, signs: chosen.signs, definition: json };
    text = snippet(shown, input);
    fill(output, ...visible(text, true));
    fill(
      note,
      icon(chosen.signs ? "lock" : "warning"),
      h(
        "span",
        null,
        chosen.signs
          ? [
              "The secret is read from the environment variable ",
              h("code", null, secretVariable(input)),
              ". The code does not contain it.",
            ]
          : "This provider does not sign its webhooks: the code accepts deliveries from any sender.",
      ),
    );
    note.className = chosen.signs ? "note-text" : "note-text warning";
  }

  draw();
  return h(
    "div",
    { class: "stack-of" },
    h("div", { class: "with" }, h("label", { for: id }, "Provider"), select),
    choice<Framework>("Framework", frameworks, shown, (value) => {
      shown = value;
      chooseFramework(frameworks.find(([name]) => name === value)?.[1] ?? "");
      draw();
    }),
    output,
    note,
    h("div", { class: "with" }, copy, h("p", { class: "muted" }, "npm install hookseal")),
  );
}

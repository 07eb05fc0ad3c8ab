/** Code of a receiver for this provider, ready to be copied. */
import { OWN } from "../../engine/calls.ts";
import { store } from "../../state/state.ts";
import { choice } from "../../ui/choice.ts";
import { copyButton } from "../../ui/copy.ts";
import { fill, h, unique } from "../../ui/dom.ts";
import { icon } from "../../ui/icons.ts";
import { visible } from "../../ui/text.ts";
import { type Framework, frameworks, snippet, variable } from "./snippets.ts";

let last: Framework = "node";

export function codeView(): HTMLElement {
  const { providers, provider, result, mode, defined } = store.state;
  const id = unique("code");
  const recognised = result === undefined || "unrecognised" in result ? undefined : result.provider.id;
  const own = mode === "provider" && providers.some((one) => one.id === OWN);
  const first = own ? OWN : provider === "auto" ? recognised : provider;
  const output = h("pre", { class: "out", tabindex: "0", role: "group", "aria-label": "The code" });
  const told = h("p", { class: "told" });
  const copy = copyButton("the code", () => text, "Copy the code");
  copy.classList.add("main");
  let text = "";
  const select = h(
    "select",
    { id, on: { change: () => draw() } },
    providers.map((one) => h("option", { value: one.id }, one.title)),
  );
  select.value = first ?? providers[0]?.id ?? "";

  function draw(): void {
    const chosen = providers.find((one) => one.id === select.value);
    const definition = chosen?.id === OWN ? defined?.definition : undefined;
    const ready = chosen !== undefined && (chosen.id !== OWN || definition !== undefined);
    copy.disabled = !ready;
    if (!ready) {
      text = "";
      fill(output, "Mend the definition first: code is made of one that is in order.");
      return;
    }
    const given = { id: chosen.id, signs: chosen.signs, definition };
    text = snippet(last, given);
    fill(output, ...visible(text, true));
    fill(
      told,
      icon(chosen.signs ? "lock" : "warning"),
      h(
        "span",
        null,
        chosen.signs
          ? [
              "The secret is read from the environment variable ",
              h("code", null, variable(given)),
              " and stands nowhere in the code.",
            ]
          : "This provider signs nothing: the code says that anybody's deliveries are taken.",
      ),
    );
    told.className = chosen.signs ? "told" : "told warning";
  }

  draw();
  return h(
    "div",
    { class: "stack-of" },
    h("div", { class: "with" }, h("label", { for: id }, "Provider"), select),
    choice<Framework>("Framework", frameworks, last, (value) => {
      last = value;
      draw();
    }),
    output,
    told,
    h("div", { class: "with" }, copy, h("p", { class: "muted" }, "npm install hookseal")),
  );
}

/** The secret: masked, never kept anywhere, and what it is made of said in words. */
import type { SecretEncoding } from "../../engine/protocol.ts";
import { store } from "../../state/state.ts";
import { fill, h, unique } from "../../ui/dom.ts";
import { icon } from "../../ui/icons.ts";
import { count } from "../../ui/text.ts";

const ENCODINGS: [SecretEncoding, string][] = [
  ["provider", "as its provider does"],
  ["utf8", "text (UTF-8)"],
  ["base64", "Base64"],
  ["hex", "hex"],
];

export function secretField(): HTMLElement {
  const id = unique("secret");
  const note = h("p", { class: "note", id: `${id}-note` });
  const input = h("input", {
    id,
    type: "password",
    autocomplete: "off",
    spellcheck: "false",
    "aria-describedby": `${id}-note`,
    placeholder: "stays in this page",
    on: {
      input: () => store.set({ secret: input.value }),
      // A field of one line would drop the line break that is so often the fault.
      paste: (event) => {
        const text = event.clipboardData?.getData("text/plain") ?? "";
        const all = input.selectionStart === 0 && input.selectionEnd === input.value.length;
        if (!all || !/[\r\n]/.test(text)) return;
        event.preventDefault();
        store.set({ secret: text });
      },
    },
  });
  const reveal = h("button", { type: "button", class: "quiet inside", "aria-pressed": "false" });
  const shown = (on: boolean) => {
    input.type = on ? "text" : "password";
    reveal.setAttribute("aria-pressed", String(on));
    reveal.setAttribute("aria-label", on ? "Hide the secret" : "Show the secret");
    fill(reveal, icon(on ? "hidden" : "eye"));
  };
  reveal.addEventListener("click", () => shown(input.type === "password"));
  shown(false);
  const encoding = h(
    "select",
    {
      "aria-label": "Encoding of the secret",
      on: { change: () => store.set({ encoding: encoding.value as SecretEncoding }) },
    },
    ENCODINGS.map(([value, title]) => h("option", { value }, title)),
  );
  store.on(["secret", "encoding", "result"], ({ secret, encoding: chosen, result }) => {
    if (input.value !== secret.replaceAll(/[\r\n]/g, "")) input.value = secret;
    encoding.value = chosen;
    const judged = result === undefined || "unrecognised" in result ? undefined : result;
    const first = encoding.options[0];
    if (first)
      first.textContent =
        judged === undefined
          ? "as its provider does"
          : `${judged.provider.encoding} (${judged.provider.title})`;
    input.disabled = judged?.provider.signs === false;
    encoding.disabled = input.disabled;
    fill(note, ...say(secret, input.disabled ? judged?.provider.title : undefined));
  });
  return h(
    "div",
    { class: "field secret" },
    h("label", { for: id }, "Secret"),
    h("div", { class: "joined" }, h("span", { class: "with-button" }, input, reveal), encoding),
    note,
  );
}

function say(secret: string, unsigned: string | undefined): (Node | string)[] {
  if (unsigned !== undefined) return [`${unsigned} signs nothing: there is no secret.`];
  if (secret === "") return [];
  const odd = /[\r\n]$/.test(secret)
    ? "a line break at its end"
    : /^\s|\s$/.test(secret)
      ? "white space around it"
      : undefined;
  if (odd === undefined) return [count(secret.length, "character")];
  return [
    h("span", { class: "warning" }, icon("warning"), `${count(secret.length, "character")}, with ${odd}`),
    " ",
    h(
      "button",
      { type: "button", class: "link", on: { click: () => store.set({ secret: secret.trim() }) } },
      "Take it away",
    ),
  ];
}

/** The secret: masked, never kept anywhere, and what it is made of said in words. */
import type { ProviderEntry, SecretEncoding } from "../../engine/protocol.ts";
import type { Store } from "../../state/store.ts";
import { fill, h, unique } from "../../ui/dom.ts";
import { icon } from "../../ui/icons.ts";
import { count } from "../../ui/text.ts";

const ENCODINGS: [SecretEncoding, string][] = [
  ["provider", "as its provider does"],
  ["utf8", "text (UTF-8)"],
  ["base64", "Base64"],
  ["hex", "hex"],
];

type Whose = Omit<ProviderEntry, "id">;

/** The field of a store's secret; `keys` are what the provider is read from. */
export function secretField<State extends { secret: string; encoding: SecretEncoding }>(
  store: Store<State>,
  keys: (keyof State)[],
  provider: (state: Readonly<State>) => Whose | undefined,
): HTMLElement {
  const set = (change: { secret?: string; encoding?: SecretEncoding }) => store.set(change as Partial<State>);
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
      input: () => set({ secret: input.value }),
      // A field of one line would drop the line break that is so often the fault.
      paste: (event) => {
        const text = event.clipboardData?.getData("text/plain") ?? "";
        const all = input.selectionStart === 0 && input.selectionEnd === input.value.length;
        if (!all || !/[\r\n]/.test(text)) return;
        event.preventDefault();
        set({ secret: text });
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
      on: { change: () => set({ encoding: encoding.value as SecretEncoding }) },
    },
    ENCODINGS.map(([value, title]) => h("option", { value }, title)),
  );
  store.on(["secret", "encoding", ...keys], (state) => {
    const { secret, encoding: chosen } = state;
    if (input.value !== secret.replaceAll(/[\r\n]/g, "")) input.value = secret;
    encoding.value = chosen;
    const whose = provider(state);
    const first = encoding.options[0];
    if (first)
      first.textContent = whose === undefined ? "as its provider does" : `${whose.encoding} (${whose.title})`;
    input.disabled = whose?.signs === false;
    encoding.disabled = input.disabled;
    fill(note, ...say(secret, input.disabled ? whose?.title : undefined, set));
  });
  return h(
    "div",
    { class: "field secret" },
    h("label", { for: id }, "Secret"),
    h("div", { class: "joined" }, h("span", { class: "with-button" }, input, reveal), encoding),
    note,
  );
}

function say(
  secret: string,
  unsigned: string | undefined,
  set: (change: { secret: string }) => void,
): (Node | string)[] {
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
      { type: "button", class: "link", on: { click: () => set({ secret: secret.trim() }) } },
      "Take it away",
    ),
  ];
}

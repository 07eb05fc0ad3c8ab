/** The field of the signing secret: masked, never stored, with a warning about surrounding whitespace. */
import type { ProviderEntry, SecretEncoding } from "../../engine/protocol.ts";
import type { Store } from "../../state/store.ts";
import { fill, h, unique } from "../../ui/dom.ts";
import { icon } from "../../ui/icons.ts";
import { count } from "../../ui/text.ts";

const ENCODINGS: [SecretEncoding, string][] = [
  ["provider", "provider's format"],
  ["utf8", "text (UTF-8)"],
  ["base64", "Base64"],
  ["hex", "hex"],
];

type SecretOwner = Omit<ProviderEntry, "id">;

/** The field of a store's secret. `keys` are the keys that `provider` reads. */
export function secretField<State extends { secret: string; encoding: SecretEncoding }>(
  store: Store<State>,
  keys: (keyof State)[],
  provider: (state: Readonly<State>) => SecretOwner | undefined,
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
      // An input element would drop line breaks, which are a frequent cause of mismatches.
      paste: (event) => {
        const text = event.clipboardData?.getData("text/plain") ?? "";
        const all = input.selectionStart === 0 && input.selectionEnd === input.value.length;
        if (!all || !/[\r\n]/.test(text)) return;
        event.preventDefault();
        set({ secret: text });
      },
    },
  });
  const reveal = h("button", { type: "button", class: "ghost inside", "aria-pressed": "false" });
  const showSecret = (on: boolean) => {
    input.type = on ? "text" : "password";
    reveal.setAttribute("aria-pressed", String(on));
    reveal.setAttribute("aria-label", on ? "Hide the secret" : "Show the secret");
    fill(reveal, icon(on ? "hidden" : "eye"));
  };
  reveal.addEventListener("click", () => showSecret(input.type === "password"));
  showSecret(false);
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
    const owner = provider(state);
    const first = encoding.options[0];
    if (first)
      first.textContent = owner === undefined ? "provider's format" : `${owner.encoding} (${owner.title})`;
    input.disabled = owner?.signs === false;
    encoding.disabled = input.disabled;
    fill(note, ...secretNote(secret, input.disabled ? owner?.title : undefined, set));
  });
  return h(
    "div",
    { class: "field secret" },
    h("label", { for: id }, "Secret"),
    h("div", { class: "joined" }, h("span", { class: "with-button" }, input, reveal), encoding),
    note,
  );
}

function secretNote(
  secret: string,
  unsigned: string | undefined,
  set: (change: { secret: string }) => void,
): (Node | string)[] {
  if (unsigned !== undefined) return [`${unsigned} does not sign its webhooks, so it has no secret.`];
  if (secret === "") return [];
  const warning = /[\r\n]$/.test(secret)
    ? "a trailing line break"
    : /^\s|\s$/.test(secret)
      ? "surrounding whitespace"
      : undefined;
  if (warning === undefined) return [count(secret.length, "character")];
  return [
    h("span", { class: "warning" }, icon("warning"), `${count(secret.length, "character")}, with ${warning}`),
    " ",
    h(
      "button",
      { type: "button", class: "link", on: { click: () => set({ secret: secret.trim() }) } },
      "Remove",
    ),
  ];
}

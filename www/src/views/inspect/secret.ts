/**
 * The field of the signing secret: masked, never stored, with a warning about surrounding whitespace. The public key of a
 * provider that signs with a private one is no secret: it is shown.
 */
import type { ProviderEntry, SecretEncoding } from "../../engine/protocol.ts";
import { hasOwnFormat, type SecretSlot } from "../../engine/provider-entry.ts";
import type { Store } from "../../state/store.ts";
import { fill, h, unique } from "../../ui/dom.ts";
import { icon } from "../../ui/icons.ts";
import { count } from "../../ui/text.ts";
import { toolbar } from "../../ui/toolbar.ts";

const ENCODINGS: [SecretEncoding, string][] = [
  ["provider", "provider's format"],
  ["utf8", "text (UTF-8)"],
  ["base64", "Base64"],
  ["hex", "hex"],
];

type SecretOwner = Pick<ProviderEntry, "title" | "signs" | "secrets">;

/** What the text for a slot is called. */
export function secretTitle({ kind, name }: SecretSlot): string {
  const noun = kind === "public-key" ? "Public key" : kind === "token" ? "Token" : "Secret";
  return name === undefined || name === noun.toLowerCase() ? noun : `${noun} (${name})`;
}

/** The field of a store's secret. `keys` are the keys that `provider` and `slot` read. */
export function secretField<State extends { secret: string; encoding: SecretEncoding }>(
  store: Store<State>,
  keys: (keyof State)[],
  provider: (state: Readonly<State>) => SecretOwner | undefined,
  slot: (state: Readonly<State>) => SecretSlot | undefined = (state) => provider(state)?.secrets[0],
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
  const label = h("label", { for: id }, "Secret");
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
    const used = slot(state);
    const first = encoding.options[0];
    if (first)
      first.textContent = used === undefined ? "provider's format" : `${used.encoding} (${owner?.title})`;
    input.disabled = owner?.signs === false;
    encoding.disabled = input.disabled;
    encoding.hidden = used !== undefined && hasOwnFormat(used);
    const title = used === undefined ? "Secret" : secretTitle(used);
    if (label.textContent !== title) {
      label.textContent = title;
      const isPublic = used?.kind === "public-key";
      showSecret(isPublic);
      reveal.hidden = isPublic;
      input.placeholder = isPublic ? `${used.encoding}, or PEM` : "stays in this page";
    }
    fill(note, ...secretNote(secret, input.disabled ? owner?.title : undefined, set));
  });
  return h(
    "div",
    { class: "field secret" },
    label,
    h(
      "div",
      { class: "joined" },
      input,
      toolbar(h("div", { class: "joined-tools" }, reveal, encoding), "How the secret is shown and read"),
    ),
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

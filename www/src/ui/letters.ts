/** Shortcuts of a single key in Inspect, outside of fields. They can be switched off (WCAG 2.1.4). */
import { importText, selectDelivery } from "../state/actions.ts";
import { compareWithNext } from "../state/compare.ts";
import { keepDelivery } from "../state/history.ts";
import { showRecord } from "../state/replace.ts";
import { store } from "../state/state.ts";
import { h } from "./dom.ts";
import { keepPreference, readPreference } from "./preference.ts";

let isOn = readPreference("letters") !== "off";

const inInspect = <Found extends HTMLElement>(selector: string): Found | null =>
  document.querySelector<Found>(`#mode-inspect ${selector}`);

/** Shows another delivery: of the imported file, or of this tab. */
function go(step: 1 | -1): void {
  const { imported } = store.state;
  if (imported !== undefined) {
    selectDelivery(imported.index + step);
    return;
  }
  keepDelivery();
  const { deliveries, delivery } = store.state;
  const at = deliveries.findIndex(({ id }) => id === delivery);
  const next = deliveries[at + step];
  if (next !== undefined) showRecord(next.id);
}

/** Opens or closes the step that has the focus, or else the first one that is not so yet. */
function toggleStep(open: boolean): void {
  const focused = document.activeElement?.closest<HTMLDetailsElement>(".spine .step");
  const steps = [...document.querySelectorAll<HTMLDetailsElement>("#mode-inspect .spine .step")];
  const step = focused && focused.open !== open ? focused : steps.find((other) => other.open !== open);
  if (step === undefined) return;
  step.open = open;
  step.querySelector("summary")?.focus();
}

/** Replaces the delivery by the text of the clipboard. */
export async function paste(): Promise<void> {
  try {
    await importText(await navigator.clipboard.readText(), "the clipboard");
  } catch {
    store.set({
      notice: {
        tone: "bad",
        text: "The browser did not permit reading the clipboard. Paste into the body instead.",
      },
    });
  }
}

export const LETTERS: readonly (readonly [key: string, what: string, run: () => void])[] = [
  ["v", "paste a delivery", () => void paste()],
  ["o", "open a file", () => inInspect(".open-file")?.click()],
  ["s", "secret", () => inInspect(".secret input")?.focus()],
  [
    "e",
    "body",
    () => {
      store.set({ side: "request", bodyView: "text" });
      inInspect(".cm-content")?.focus();
    },
  ],
  ["j", "next delivery", () => go(1)],
  ["k", "previous delivery", () => go(-1)],
  ["c", "compare with the next delivery that is chosen", compareWithNext],
  [
    "w",
    "why or request, on a narrow page",
    () => store.set({ side: store.state.side === "why" ? "request" : "why" }),
  ],
  ["[", "close a step", () => toggleStep(false)],
  ["]", "open a step", () => toggleStep(true)],
  ["/", "filter an archive", () => inInspect(".archive [type=search]")?.focus()],
];

/** Runs the shortcut of a key. Returns whether there is one. */
export function runLetter({ key, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  if (!isOn || ctrlKey || metaKey || altKey || store.state.mode !== "inspect") return false;
  const letter = LETTERS.find(([name]) => name === key);
  letter?.[2]();
  return letter !== undefined;
}

/** The switch of the shortcuts. */
export function lettersSwitch(): HTMLElement {
  const box = h("input", {
    type: "checkbox",
    checked: isOn,
    on: {
      change: () => {
        isOn = box.checked;
        keepPreference("letters", isOn ? undefined : "off");
      },
    },
  });
  return h("label", { class: "letters-switch" }, box, "Shortcuts of a single key");
}

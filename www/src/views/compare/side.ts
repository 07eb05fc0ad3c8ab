/** One of the two deliveries, with its changes marked. */
import { EditorView, keymap } from "@codemirror/view";
import { boundEditor } from "../../editor/bound-editor.ts";
import { issueField, issuesAt, type Mark, setMarks, signs } from "../../editor/marks.ts";
import {
  compareStore,
  importSide,
  nextChange,
  openInInspect,
  SIDE_NAMES,
  type Side,
  setBody,
  setHeaderText,
} from "../../state/compare.ts";
import { fill, h } from "../../ui/dom.ts";
import { takeDrops } from "../../ui/drop.ts";
import { headerArea } from "../../ui/field.ts";
import { fileButton } from "../../ui/file.ts";
import { icon } from "../../ui/icons.ts";
import { visible } from "../../ui/text.ts";
import { ENTRY_ICONS } from "../entry.ts";

/** Moves the cursor of each side to the location of a change. */
export const goTo: ((change: number) => void)[] = [];

export function sideView(side: Side): HTMLElement {
  const name = SIDE_NAMES[side];
  const { box, view, show, reveal } = boundEditor(
    `Body of the ${name.toLowerCase()}`,
    (text) => setBody(side, text),
    [
      signs,
      issueField,
      keymap.of([
        { key: "F8", run: () => nextChange(1), shift: () => nextChange(-1) },
        {
          key: "Escape",
          run: () => {
            const change = document.querySelector<HTMLElement>(".change-item[aria-current] .change-head");
            change?.focus();
            return change !== null;
          },
        },
      ]),
      EditorView.updateListener.of(({ selectionSet, docChanged, view }) => {
        if (!selectionSet || docChanged || !view.hasFocus) return;
        const [change] = issuesAt(view, view.state.selection.main.head);
        if (change !== undefined) compareStore.set({ change });
      }),
    ],
    (text) => void importSide(side, text),
  );
  const area = headerArea(
    (text) => setHeaderText(side, text),
    (text) => void importSide(side, text, true),
  );
  area.setAttribute("aria-label", `Request line and headers of the ${name.toLowerCase()}`);
  goTo[side] = (change) => {
    const place = compareStore.state.result?.changes[change]?.locations[side];
    if (place !== undefined) reveal(place.from, place.to, true);
  };
  compareStore.on(["headerTexts", "bodies"], ({ headerTexts, bodies }) => {
    if (area.value !== headerTexts[side]) area.value = headerTexts[side];
    show(bodies[side]);
  });
  compareStore.on(["result", "change"], ({ result, change }) => {
    const marks = (result?.changes ?? []).map(({ kind, locations }, index): Mark => {
      const { from, to } = locations[side];
      const missing = kind === (side === 0 ? "added" : "removed");
      return { from, to, severity: missing ? "gap" : kind, isCurrent: index === change };
    });
    view.dispatch({ effects: setMarks.of(marks) });
    const place = change === undefined ? undefined : marks[change];
    if (place !== undefined && !view.hasFocus) reveal(place.from, place.to, false);
  });
  const check = h("p", { class: "side-check", hidden: true });
  compareStore.on(["result"], ({ result }) => {
    const entry = result?.checks[side];
    check.hidden = entry === undefined;
    if (entry === undefined) return;
    const [name, label] = ENTRY_ICONS[entry.state];
    check.dataset.state = entry.state;
    const text = [entry.title ?? "no provider", entry.note].join(": ");
    fill(check, h("span", { class: "entry-state" }, icon(name, label)), h("span", null, ...visible(text)));
  });
  const element = h(
    "section",
    { class: "side", "aria-label": name },
    h(
      "header",
      null,
      h("h2", null, name),
      fileButton(`Open a file as the ${name.toLowerCase()}`, (bytes) => importSide(side, bytes)),
      h(
        "button",
        { type: "button", class: "link", on: { click: () => openInInspect(side) } },
        "Open in Inspect",
        h("span", { class: "visually-hidden" }, ` the ${name.toLowerCase()}`),
      ),
    ),
    check,
    area,
    h("div", { class: "body" }, box),
  );
  takeDrops(element, (bytes) => importSide(side, bytes));
  return element;
}

/** One of the two deliveries: pasted, dropped or opened, with what differs marked. */
import { EditorView, keymap } from "@codemirror/view";
import { bound } from "../../editor/bound.ts";
import { issueField, issuesAt, type Mark, setMarks, signs } from "../../editor/marks.ts";
import {
  compareStore,
  NAMES,
  nextChange,
  openInInspect,
  type Side,
  setBody,
  setHead,
  takeSide,
} from "../../state/compare.ts";
import { h } from "../../ui/dom.ts";
import { takeDrops } from "../../ui/drop.ts";
import { headArea } from "../../ui/field.ts";
import { fileButton } from "../../ui/file.ts";

/** Brings a place of a side before the eyes, with the cursor. */
export const goTo: ((change: number) => void)[] = [];

export function sideView(side: Side): HTMLElement {
  const name = NAMES[side];
  const { box, view, show, reveal } = bound(
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
            const found = document.querySelector<HTMLElement>(".change-item[aria-current] .change-head");
            found?.focus();
            return found !== null;
          },
        },
      ]),
      EditorView.updateListener.of(({ selectionSet, docChanged, view }) => {
        if (!selectionSet || docChanged || !view.hasFocus) return;
        const [change] = issuesAt(view, view.state.selection.main.head);
        if (change !== undefined) compareStore.set({ change });
      }),
    ],
    (text) => void takeSide(side, text),
  );
  const area = headArea(
    (text) => setHead(side, text),
    (text) => void takeSide(side, text),
  );
  area.setAttribute("aria-label", `Request line and headers of the ${name.toLowerCase()}`);
  goTo[side] = (change) => {
    const place = compareStore.state.result?.changes[change]?.places[side];
    if (place !== undefined) reveal(place.from, place.to, true);
  };
  compareStore.on(["heads", "bodies"], ({ heads, bodies }) => {
    if (area.value !== heads[side]) area.value = heads[side];
    show(bodies[side]);
  });
  compareStore.on(["result", "change"], ({ result, change }) => {
    const marks = (result?.changes ?? []).map(({ kind, places }, index): Mark => {
      const { from, to } = places[side];
      const missing = kind === (side === 0 ? "added" : "removed");
      return { from, to, severity: missing ? "gap" : kind, now: index === change };
    });
    view.dispatch({ effects: setMarks.of(marks) });
    const place = change === undefined ? undefined : marks[change];
    if (place !== undefined && !view.hasFocus) reveal(place.from, place.to, false);
  });
  const element = h(
    "section",
    { class: "side", "aria-label": name },
    h(
      "header",
      null,
      h("h2", null, name),
      fileButton(`Open a file as the ${name.toLowerCase()}`, (bytes) => takeSide(side, bytes)),
      h(
        "button",
        { type: "button", class: "link", on: { click: () => openInInspect(side) } },
        "Open in Inspect",
        h("span", { class: "unseen" }, ` the ${name.toLowerCase()}`),
      ),
    ),
    area,
    h("div", { class: "body" }, box),
  );
  takeDrops(element, (bytes) => takeSide(side, bytes));
  return element;
}

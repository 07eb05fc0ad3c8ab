/** What a field means, beside the pointer: from the contract, with what is wrong there. */
import { type EditorView, ViewPlugin, type ViewUpdate } from "@codemirror/view";
import type { Meaning, Place, PlacedIssue } from "../engine/protocol.ts";
import { engine } from "../state/actions.ts";
import { h } from "../ui/dom.ts";
import { icon } from "../ui/icons.ts";
import { visible } from "../ui/text.ts";
import { issueField, issuesAt } from "./marks.ts";

/** How long the pointer rests before something is said, in milliseconds; and how long it may take to get there. */
const REST = 250;

/** The editor's own tooltips weigh twenty times as much, and Escape does not close them. */
export const hover = ViewPlugin.fromClass(
  class {
    readonly #view: EditorView;
    readonly #box = h("div", { class: "hover", hidden: true });
    #timer: ReturnType<typeof setTimeout> | undefined;
    /** Counts what was asked: an answer to an older question is not shown. */
    #asked = 0;

    constructor(view: EditorView) {
      this.#view = view;
      view.dom.append(this.#box);
      const { scrollDOM } = view;
      scrollDOM.addEventListener("mousemove", (event) => this.#rest(event));
      scrollDOM.addEventListener("mouseleave", () => this.#later());
      scrollDOM.addEventListener("scroll", () => this.#hide());
      view.dom.addEventListener("keydown", () => this.#hide());
      // Who reads it may point at it.
      this.#box.addEventListener("mouseenter", () => clearTimeout(this.#timer));
      this.#box.addEventListener("mouseleave", () => this.#hide());
    }

    update(update: ViewUpdate): void {
      if (update.docChanged) this.#hide();
    }

    destroy(): void {
      this.#hide();
    }

    #hide(): void {
      clearTimeout(this.#timer);
      this.#asked += 1;
      this.#box.hidden = true;
    }

    #later(): void {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#hide(), REST);
    }

    #rest({ clientX: x, clientY: y, buttons }: MouseEvent): void {
      this.#later();
      if (buttons !== 0) return;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.#say(x, y), REST);
    }

    async #say(x: number, y: number): Promise<void> {
      this.#hide();
      const asked = this.#asked;
      const view = this.#view;
      const offset = view.posAtCoords({ x, y });
      const place = offset === null ? null : await engine.ask("at", { offset });
      if (offset === null || !place || asked !== this.#asked) return;
      const at = view.coordsAtPos(Math.min(offset, view.state.doc.length));
      // Behind the end of a line there is nothing to speak of.
      if (at === null || x > at.right + 24) return;
      const { issues } = view.state.field(issueField);
      this.#box.replaceChildren(
        ...issuesAt(view, offset)
          .slice(0, 4)
          .flatMap((number) => {
            const issue = issues[number] as PlacedIssue | undefined;
            return issue === undefined ? [] : [said(issue)];
          }),
        about(place),
      );
      const box = this.#box;
      box.hidden = false;
      const { width, height } = box.getBoundingClientRect();
      const above = at.top - height - 4;
      box.style.left = `${Math.max(8, Math.min(at.left, innerWidth - width - 8))}px`;
      box.style.top = `${above > 8 ? above : at.bottom + 4}px`;
    }
  },
);

function said({ severity, message }: PlacedIssue): Node {
  return h("p", { class: `said ${severity}` }, icon(severity), h("span", null, ...visible(message)));
}

function about({ pointer, type, meaning }: Place): Node {
  return h(
    "div",
    { class: "about" },
    h("code", null, ...visible(pointer === "" ? "the whole payload" : pointer)),
    meaning?.description !== undefined && h("p", null, meaning.description),
    h("p", { class: "muted" }, words(type, meaning)),
  );
}

/** Type, expectation and care in one line. */
export function words(type: string, meaning: Meaning | undefined): string {
  if (meaning === undefined) return type;
  return [
    type,
    meaning.expected !== "" && meaning.expected !== type ? `expected: ${meaning.expected}` : undefined,
    meaning.required ? "required" : undefined,
    meaning.sensitive ? "personal or health data" : undefined,
  ]
    .filter((part) => part !== undefined)
    .join(" · ");
}

/** The tooltip of a value: its field in the schema, and its issues. */
import { type EditorView, ViewPlugin, type ViewUpdate } from "@codemirror/view";
import type { FieldInfo, LocatedIssue, ValueInfo } from "../engine/protocol.ts";
import { engine } from "../state/engine.ts";
import { h } from "../ui/dom.ts";
import { icon } from "../ui/icons.ts";
import { visible } from "../ui/text.ts";
import { issueField, issuesAt } from "./marks.ts";

/** Delay before the tooltip is shown or hidden, so that the pointer can move onto it. */
const HOVER_DELAY_MS = 250;

/** CodeMirror's tooltips are twenty times as large, and Escape does not close them. */
export const hover = ViewPlugin.fromClass(
  class {
    readonly #view: EditorView;
    readonly #box = h("div", { class: "hover", hidden: true });
    #timer: ReturnType<typeof setTimeout> | undefined;
    /** Increased on every change, so that the result of an older call is not shown. */
    #generation = 0;

    constructor(view: EditorView) {
      this.#view = view;
      view.dom.append(this.#box);
      const { scrollDOM } = view;
      scrollDOM.addEventListener("mousemove", (event) => this.#onMove(event));
      scrollDOM.addEventListener("mouseleave", () => this.#scheduleHide());
      scrollDOM.addEventListener("scroll", () => this.#hide());
      view.dom.addEventListener("keydown", () => this.#hide());
      // The tooltip stays open while the pointer is on it.
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
      this.#generation += 1;
      this.#box.hidden = true;
    }

    #scheduleHide(): void {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#hide(), HOVER_DELAY_MS);
    }

    #onMove({ clientX: x, clientY: y, buttons }: MouseEvent): void {
      this.#scheduleHide();
      if (buttons !== 0) return;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.#showAt(x, y), HOVER_DELAY_MS);
    }

    async #showAt(x: number, y: number): Promise<void> {
      this.#hide();
      const generation = this.#generation;
      const view = this.#view;
      const offset = view.posAtCoords({ x, y });
      const place = offset === null ? null : await engine.call("valueAt", { offset });
      if (offset === null || !place || generation !== this.#generation) return;
      const at = view.coordsAtPos(Math.min(offset, view.state.doc.length));
      // The pointer is right of the end of the line.
      if (at === null || x > at.right + 24) return;
      const { issues } = view.state.field(issueField);
      this.#box.replaceChildren(
        ...issuesAt(view, offset)
          .slice(0, 4)
          .flatMap((number) => {
            const issue = issues[number];
            return issue !== undefined && "message" in issue ? [issueRow(issue as LocatedIssue)] : [];
          }),
        fieldRow(place),
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

function issueRow({ severity, message }: LocatedIssue): Node {
  return h("p", { class: `issue-text ${severity}` }, icon(severity), h("span", null, ...visible(message)));
}

function fieldRow({ pointer, type, info }: ValueInfo): Node {
  return h(
    "div",
    { class: "about" },
    h("code", null, ...visible(pointer === "" ? "the whole payload" : pointer)),
    info?.description !== undefined && h("p", null, info.description),
    h("p", { class: "muted" }, describeType(type, info)),
  );
}

/** Type, expected type and sensitivity in one line. */
export function describeType(type: string, info: FieldInfo | undefined): string {
  if (info === undefined) return type;
  return [
    type,
    info.expected !== "" && info.expected !== type ? `expected: ${info.expected}` : undefined,
    info.required ? "required" : undefined,
    info.sensitive ? "personal or health data" : undefined,
  ]
    .filter((part) => part !== undefined)
    .join(" · ");
}

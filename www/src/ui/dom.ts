/** DOM elements in one call. SECURITY: children are text or nodes; the page never parses markup. */

type ElementChild = Node | string | number | false | null | undefined | ElementChild[];
type ElementProps = {
  class?: string;
  dataset?: Record<string, string>;
  on?: { [Name in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[Name]) => void };
} & { [attribute: string]: unknown };

/** Creates an element with attributes, listeners and children. `true` sets an attribute without a value. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  props: ElementProps | null = null,
  ...children: ElementChild[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "on") {
      for (const [event, listener] of Object.entries(value as object))
        element.addEventListener(event, listener);
    } else if (name === "dataset") Object.assign(element.dataset, value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  add(element, children);
  return element;
}

function add(element: Element, children: ElementChild[]): void {
  for (const child of children) {
    if (Array.isArray(child)) add(element, child);
    else if (child !== null && child !== undefined && child !== false)
      element.append(child instanceof Node ? child : String(child));
  }
}

/** Replaces the children of an element. */
export function fill(element: Element, ...children: ElementChild[]): void {
  element.replaceChildren();
  add(element, children);
}

let names = 0;

/** A unique id, for attributes that refer to an element. */
export function unique(prefix: string): string {
  names += 1;
  return `${prefix}-${names}`;
}

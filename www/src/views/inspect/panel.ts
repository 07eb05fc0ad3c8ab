/** A section of the results with a heading, hidden while it is empty. */
import { h, unique } from "../../ui/dom.ts";

export function panel(
  name: string,
  title: string,
): { box: HTMLElement; head: HTMLElement; content: HTMLElement } {
  const id = unique("panel");
  const head = h("header", null, h("h2", { id }, title));
  const content = h("div", { class: "content" });
  const box = h("section", { class: `panel ${name}`, "aria-labelledby": id, hidden: true }, head, content);
  return { box, head, content };
}

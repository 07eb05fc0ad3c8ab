/** What screen readers are told, once it has stood still for a moment. */
import { h } from "./dom.ts";

const region = h("div", { class: "unseen", role: "status", "aria-live": "polite" });
let timer: ReturnType<typeof setTimeout> | undefined;

export function announcer(): HTMLElement {
  return region;
}

export function announce(text: string): void {
  clearTimeout(timer);
  timer = setTimeout(() => {
    region.textContent = text;
  }, 400);
}

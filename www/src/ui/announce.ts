/** Announcements for screen readers, delayed so that quick changes are announced once. */
import { h } from "./dom.ts";

const ANNOUNCE_DELAY_MS = 400;
let region: HTMLElement | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Creates the live region of the page. */
export function announcer(): HTMLElement {
  region = h("div", { class: "visually-hidden", role: "status", "aria-live": "polite" });
  return region;
}

/** Announces a text. Without a live region, as in tests without a page, it does nothing. */
export function announce(text: string): void {
  clearTimeout(timer);
  if (region === undefined) return;
  timer = setTimeout(() => region?.replaceChildren(text), ANNOUNCE_DELAY_MS);
}

/** The live region of the page: what changed, in one announcement after half a second without another change. */
import { h } from "./dom.ts";

const ANNOUNCE_DELAY_MS = 500;
let region: HTMLElement | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;
/** The latest text of each source that is not announced yet. */
const pending = new Map<Source, string>();

/** Who announces: a later text of the same source replaces the former one. */
type Source = "action" | "notice" | "verdict";

/** Creates the live region of the page. */
export function announcer(): HTMLElement {
  region = h("div", { class: "visually-hidden", role: "status", "aria-live": "polite" });
  return region;
}

/** Announces a text. Without a live region, as in tests without a page, it does nothing. */
export function announce(text: string, source: Source = "action"): void {
  clearTimeout(timer);
  if (region === undefined) return;
  pending.delete(source);
  pending.set(source, text);
  timer = setTimeout(() => {
    region?.replaceChildren([...pending.values()].join(" "));
    pending.clear();
  }, ANNOUNCE_DELAY_MS);
}

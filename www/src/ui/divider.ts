/** The divider of the two panes of a wide page: dragged, or moved by keys, from 30 to 70 percent. */
import { h } from "./dom.ts";
import { keepPreference, readPreference } from "./preference.ts";

const [MIN, MAX, USUAL, STEP] = [30, 70, 52, 2];
const KEY = "split";

/** All dividers: the share of the left pane is the same in each mode. */
const dividers: HTMLElement[] = [];

function place(percent: number): void {
  const share = Math.min(MAX, Math.max(MIN, Math.round(percent)));
  const { style } = document.documentElement;
  style.setProperty("--left", `${share}fr`);
  style.setProperty("--right", `${100 - share}fr`);
  for (const divider of dividers) divider.setAttribute("aria-valuenow", String(share));
}

function keep(): void {
  keepPreference(KEY, dividers[0]?.getAttribute("aria-valuenow") ?? undefined);
}

/** A divider at the right edge of its pane. The other pane is the last one of the view. */
export function divider(): HTMLElement {
  const line = h("div", {
    class: "divider",
    role: "separator",
    tabindex: "0",
    "aria-label": "Width of the left side",
    "aria-orientation": "vertical",
    "aria-valuemin": MIN,
    "aria-valuemax": MAX,
    on: {
      pointerdown: (event) => {
        event.preventDefault();
        line.setPointerCapture(event.pointerId);
      },
      pointermove: ({ pointerId, clientX }) => {
        const pane = line.parentElement;
        const other = pane?.parentElement?.lastElementChild;
        if (!line.hasPointerCapture(pointerId) || !pane || !other) return;
        const { left } = pane.getBoundingClientRect();
        place((100 * (clientX - left)) / (other.getBoundingClientRect().right - left));
      },
      pointerup: keep,
      dblclick: () => {
        place(USUAL);
        keep();
      },
      keydown: (event) => {
        const now = Number(line.getAttribute("aria-valuenow"));
        const next = { ArrowLeft: now - STEP, ArrowRight: now + STEP, Home: MIN, End: MAX }[event.key];
        if (next === undefined) return;
        event.preventDefault();
        place(next);
        keep();
      },
    },
  });
  dividers.push(line);
  const kept = Number(readPreference(KEY));
  place(kept >= MIN && kept <= MAX ? kept : USUAL);
  return line;
}

/** A button that copies, and says that it has. */
import { announce } from "./announce.ts";
import { fill, h } from "./dom.ts";
import { icon } from "./icons.ts";

/** With a label it is a button like others; without one, an icon beside what it copies. */
export function copyButton(what: string, text: () => string, label?: string): HTMLButtonElement {
  const button = h(
    "button",
    {
      type: "button",
      class: label === undefined ? "quiet small" : "labelled",
      "aria-label": label === undefined ? `Copy ${what}` : undefined,
      title: `Copy ${what}`,
      on: {
        click: async () => {
          try {
            await navigator.clipboard.writeText(text());
            fill(button, icon("passed"), label);
            announce(`Copied ${what}.`);
          } catch {
            announce("The browser does not let this page copy.");
          }
          setTimeout(() => fill(button, icon("copy"), label), 1500);
        },
      },
    },
    icon("copy"),
    label,
  );
  return button;
}

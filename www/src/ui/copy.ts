/** A button that copies, and says that it has. */
import { announce } from "./announce.ts";
import { fill, h } from "./dom.ts";
import { icon } from "./icons.ts";

export function copyButton(what: string, text: () => string): HTMLButtonElement {
  const button = h(
    "button",
    {
      type: "button",
      class: "quiet small",
      "aria-label": `Copy ${what}`,
      title: `Copy ${what}`,
      on: {
        click: async () => {
          try {
            await navigator.clipboard.writeText(text());
            fill(button, icon("passed"));
            announce(`Copied ${what}.`);
          } catch {
            announce("The browser does not let this page copy.");
          }
          setTimeout(() => fill(button, icon("copy")), 1500);
        },
      },
    },
    icon("copy"),
  );
  return button;
}

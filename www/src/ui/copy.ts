/** A button that copies a text, and confirms it. */
import { announce } from "./announce.ts";
import { fill, h } from "./dom.ts";
import { icon } from "./icons.ts";

/** How long the button confirms. */
const CONFIRM_MS = 1500;

/** Copies a text, and announces it. Returns whether the browser permitted it. */
export async function copyText(what: string, text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    announce(`Copied ${what}.`);
    return true;
  } catch {
    announce("The browser blocked copying.");
    return false;
  }
}

/** With a label it is a regular button, without one an icon button. */
export function copyButton(what: string, text: () => string, label?: string): HTMLButtonElement {
  const button = h(
    "button",
    {
      type: "button",
      class: label === undefined ? "ghost small" : "labelled",
      "aria-label": label === undefined ? `Copy ${what}` : undefined,
      title: `Copy ${what}`,
      on: {
        click: async () => {
          if (await copyText(what, text())) fill(button, icon("passed"), label);
          setTimeout(() => fill(button, icon("copy"), label), CONFIRM_MS);
        },
      },
    },
    icon("copy"),
    label,
  );
  return button;
}

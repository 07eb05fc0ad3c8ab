/** A button with its action. */
import { h } from "../src/ui/dom.ts";

export const button = (
  run: () => void,
  content: Parameters<typeof h>[2],
  props: Record<string, unknown> = {},
): HTMLButtonElement => h("button", { type: "button", on: { click: run }, ...props }, content);

/** A button that opens a file dialog. */
import { h } from "./dom.ts";
import { icon } from "./icons.ts";

export function fileButton(label: string, onFile: (bytes: Uint8Array) => Promise<void>): HTMLElement {
  const file = h("input", {
    type: "file",
    hidden: true,
    "aria-label": label,
    on: {
      change: async () => {
        const [chosen] = file.files ?? [];
        if (chosen !== undefined) await onFile(new Uint8Array(await chosen.arrayBuffer()));
        file.value = "";
      },
    },
  });
  return h(
    "span",
    { class: "opener" },
    h(
      "button",
      {
        type: "button",
        class: "ghost small",
        "aria-label": label,
        title: label,
        on: { click: () => file.click() },
      },
      icon("file"),
    ),
    file,
  );
}

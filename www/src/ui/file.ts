/** A button that opens a file. */
import { h } from "./dom.ts";
import { icon } from "./icons.ts";

export function fileButton(label: string, take: (bytes: Uint8Array) => Promise<void>): HTMLElement {
  const file = h("input", {
    type: "file",
    hidden: true,
    "aria-label": label,
    on: {
      change: async () => {
        const [chosen] = file.files ?? [];
        if (chosen !== undefined) await take(new Uint8Array(await chosen.arrayBuffer()));
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
        class: "quiet small",
        "aria-label": label,
        title: label,
        on: { click: () => file.click() },
      },
      icon("file"),
    ),
    file,
  );
}

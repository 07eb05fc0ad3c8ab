/** Parts of the page that are loaded after the first view. */
import { fill, h } from "./dom.ts";

/**
 * An element whose place a part takes when it is loaded. If the download fails, it says so: a browser may keep a failed
 * import, and then nothing but a reload loads it.
 */
export function later(load: () => Promise<() => HTMLElement>, box: HTMLElement = h("div")): HTMLElement {
  load().then(
    (view) => {
      // A dialog that was closed meanwhile needs nothing.
      if (box.isConnected) box.replaceWith(view());
    },
    () =>
      fill(
        box,
        h(
          "p",
          { class: "failure", role: "alert" },
          "The download of this part of the page failed. Check the connection, then reload the page.",
        ),
        h("button", { type: "button", on: { click: () => location.reload() } }, "Reload the page"),
      ),
  );
  return box;
}

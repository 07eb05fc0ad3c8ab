/** Files dropped anywhere on the page, or on a part that takes them for itself. */
import { take } from "../state/actions.ts";
import { store } from "../state/state.ts";

export function acceptFiles(): void {
  const over = (on: boolean) => document.body.classList.toggle("dropping", on);
  addEventListener("dragover", (event) => {
    if (event.dataTransfer?.types.includes("Files") !== true) return;
    event.preventDefault();
    over(true);
  });
  addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) over(false);
  });
  addEventListener("drop", async (event) => {
    over(false);
    const [file] = event.dataTransfer?.files ?? [];
    // A part of the page may have taken it.
    if (file === undefined || event.defaultPrevented) return;
    event.preventDefault();
    store.set({ mode: "inspect" });
    await take(new Uint8Array(await file.arrayBuffer()), file.name);
  });
}

/** Files dropped on this part; before the editor in it, which would put the text in where it falls. */
export function takeDrops(element: HTMLElement, take: (bytes: Uint8Array) => void | Promise<void>): void {
  element.addEventListener(
    "drop",
    async (event) => {
      const [file] = event.dataTransfer?.files ?? [];
      if (file === undefined) return;
      event.preventDefault();
      await take(new Uint8Array(await file.arrayBuffer()));
    },
    true,
  );
}

/** Files dropped on the page, or on an element that handles them itself, and texts pasted outside of fields. */
import { importBytes, importText } from "../state/actions.ts";
import { store } from "../state/state.ts";

export function acceptFiles(): void {
  const showDropTarget = (on: boolean) => document.body.classList.toggle("dropping", on);
  addEventListener("dragover", (event) => {
    if (event.dataTransfer?.types.includes("Files") !== true) return;
    event.preventDefault();
    showDropTarget(true);
  });
  addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) showDropTarget(false);
  });
  addEventListener("drop", async (event) => {
    showDropTarget(false);
    const [file] = event.dataTransfer?.files ?? [];
    // An element may have handled it.
    if (file === undefined || event.defaultPrevented) return;
    event.preventDefault();
    store.set({ mode: "inspect" });
    await importBytes(new Uint8Array(await file.arrayBuffer()), file.name);
  });
}

/** What is pasted outside of fields is a delivery for Inspect. */
export function acceptPastes(): void {
  addEventListener("paste", async (event) => {
    const isInField =
      (event.target as HTMLElement).closest?.("input, textarea, [contenteditable=true]") != null;
    if (isInField || event.defaultPrevented || store.state.mode !== "inspect") return;
    const [file] = event.clipboardData?.files ?? [];
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (file === undefined && text === "") return;
    event.preventDefault();
    if (file === undefined) await importText(text, "the clipboard");
    else await importBytes(new Uint8Array(await file.arrayBuffer()), file.name);
  });
}

/** Handles files dropped on an element, before its editor inserts the text at the drop position. */
export function takeDrops(element: HTMLElement, onFile: (bytes: Uint8Array) => void | Promise<void>): void {
  element.addEventListener(
    "drop",
    async (event) => {
      const [file] = event.dataTransfer?.files ?? [];
      if (file === undefined) return;
      event.preventDefault();
      await onFile(new Uint8Array(await file.arrayBuffer()));
    },
    true,
  );
}

/** Files dropped anywhere on the page. */
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
    if (file === undefined) return;
    event.preventDefault();
    store.set({ mode: "inspect" });
    await take(new Uint8Array(await file.arrayBuffer()), file.name);
  });
}

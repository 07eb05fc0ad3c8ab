/** The deliveries of this tab, the newest first. */
import { type DeliveryRecord, keepDelivery } from "../../state/history.ts";
import { showRecord } from "../../state/replace.ts";
import { store } from "../../state/state.ts";
import { fill, h } from "../../ui/dom.ts";

const clip = (text: string): string => (text.length > 40 ? `${text.slice(0, 39)}…` : text);

/** A delivery in one line. */
export function recordTitle({ time, type, title, verdict }: DeliveryRecord): string {
  const at = new Date(time).toTimeString().slice(0, 5);
  return [at, clip(type ?? "no event"), title ?? "no provider", verdict ?? "not checked"].join(" · ");
}

export function historyView(): HTMLElement {
  const select = h("select", {
    "aria-label": "History",
    on: {
      focus: () => keepDelivery(),
      change: () => {
        showRecord(Number(select.value));
        store.set({ mode: "inspect" });
      },
    },
  });
  store.on(["deliveries", "delivery"], ({ deliveries, delivery }) => {
    select.hidden = deliveries.length < 2;
    const isShown = deliveries.some(({ id }) => id === delivery);
    fill(
      select,
      !isShown && h("option", { value: "" }, "History"),
      deliveries.map((record) => h("option", { value: record.id }, recordTitle(record))),
    );
    select.value = isShown ? String(delivery) : "";
  });
  return select;
}

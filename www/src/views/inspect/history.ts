/** The deliveries of this tab, the newest first, and those that this device keeps if it shall. */
import { isDeviceHistoryOn, keepOnDevice, setDeviceHistory } from "../../state/device-history.ts";
import { clearHistory, type DeliveryRecord, keepDelivery, readSession } from "../../state/history.ts";
import { showRecord } from "../../state/replace.ts";
import { type State, store } from "../../state/state.ts";
import { announce } from "../../ui/announce.ts";
import { fill, h } from "../../ui/dom.ts";
import { icon } from "../../ui/icons.ts";

const clip = (text: string): string => (text.length > 40 ? `${text.slice(0, 39)}…` : text);

/** A delivery in one line. */
export function recordTitle({ time, type, title, verdict }: DeliveryRecord): string {
  const at = new Date(time).toTimeString().slice(0, 5);
  return [at, clip(type ?? "no event"), title ?? "no provider", verdict ?? "not checked"].join(" · ");
}

/** Entries of the menu. The list has all. */
const MENU_ENTRIES = 7;
const ALL = "all";

const list = historyList();

/** Opens the list of all deliveries. */
export function openHistory(): void {
  // Outside of the part of a narrow page that may be hidden.
  document.body.append(list.dialog);
  keepDelivery();
  list.open();
}

export function historyView(): HTMLElement {
  const select = h("select", {
    "aria-label": "History",
    on: {
      focus: () => keepDelivery(),
      change: () => {
        if (select.value === ALL) {
          draw(store.state);
          openHistory();
          return;
        }
        show(Number(select.value));
      },
    },
  });
  function draw({ deliveries, delivery }: Readonly<State>): void {
    const shown = deliveries.slice(0, MENU_ENTRIES);
    const isShown = shown.some(({ id }) => id === delivery);
    fill(
      select,
      !isShown && h("option", { value: "" }, "History"),
      shown.map((record) => h("option", { value: record.id }, recordTitle(record))),
      h("option", { value: ALL }, `All ${deliveries.length}…`),
    );
    select.value = isShown ? String(delivery) : "";
  }
  store.on(["deliveries", "delivery"], draw);
  return select;
}

function show(id: number): void {
  showRecord(id);
  store.set({ mode: "inspect" });
}

/** The list of all deliveries, and whether this device keeps them. */
function historyList(): { dialog: HTMLDialogElement; open(): void } {
  const list = h("ol", { class: "history-list" });
  const keep = h("input", {
    type: "checkbox",
    on: {
      change: async () => {
        try {
          await setDeviceHistory(keep.checked);
          const { deliveries } = store.state;
          // SECURITY: only what the storage of the tab has, too.
          await keepOnDevice(
            (readSession()?.deliveries ?? deliveries).filter(({ isLinked }) => isLinked !== true),
          );
          announce(
            keep.checked ? "The history is kept on this device." : "The history on this device was removed.",
          );
        } catch {
          keep.checked = false;
          announce("The browser does not permit to store the history.");
        }
      },
    },
  });
  const clear = h(
    "button",
    {
      type: "button",
      on: {
        click: () => {
          clearHistory();
          announce("The history was cleared.");
          draw();
        },
      },
    },
    icon("clear"),
    "Clear the history",
  );
  const dialog = h(
    "dialog",
    { "aria-label": "All deliveries" },
    h("h2", null, "All deliveries"),
    list,
    h("label", null, keep, "Keep the history on this device"),
    h(
      "p",
      { class: "note" },
      "At most 100 deliveries or 20 MiB, in this browser only. Never a secret, and no delivery from a link.",
    ),
    h("form", { method: "dialog", class: "toolbar" }, clear, h("button", { value: "close" }, "Close")),
  );
  function draw(): void {
    keep.checked = isDeviceHistoryOn();
    fill(
      list,
      store.state.deliveries.map((record) =>
        h(
          "li",
          null,
          h(
            "button",
            {
              type: "button",
              class: "ghost",
              "aria-current": record.id === store.state.delivery ? "true" : undefined,
              on: {
                click: () => {
                  dialog.close();
                  show(record.id);
                },
              },
            },
            recordTitle(record),
          ),
        ),
      ),
    );
  }
  return {
    dialog,
    open: () => {
      draw();
      dialog.showModal();
    },
  };
}

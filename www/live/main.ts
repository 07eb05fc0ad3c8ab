/** The console of `hookseal listen --ui`: deliveries as they arrive, why each was rejected, and replays to the application. */
import type {
  ConsoleComparison,
  ConsoleDetails,
  ConsoleRow,
} from "../../pkg/src/cli/listen/console-types.ts";
import { announcer } from "../src/ui/announce.ts";
import { fill, h } from "../src/ui/dom.ts";
import { icon } from "../src/ui/icons.ts";
import { visible } from "../src/ui/text.ts";
import { themeButton } from "../src/ui/theme.ts";
import { Announcements } from "./announcements.ts";
import { call, openSession, readEvents, SessionError } from "./api.ts";
import { showComparison } from "./compare.ts";
import { showDetail } from "./detail.ts";
import { listenToKeys, shortcutsDialog } from "./keys.ts";
import { deliveryList } from "./list.ts";
import { LiveStore } from "./state.ts";
import { bandOf, isDelivery, REPLAY_TITLES } from "./words.ts";
import "../src/css/tokens.css";
import "../src/css/base.css";
import "./live.css";

/** Details that are kept, so that going back is at once. */
const MAX_DETAILS = 50;
const RECONNECT_MS = 1000;
const FOLLOW_DELAY_MS = 150;

const store = new LiveStore();
const announcements = new Announcements();
const details = new Map<number, ConsoleDetails>();
const detail = h("main", { id: "detail" });
const notice = h("div", { class: "notice", role: "alert", hidden: true });
let isBusy = false;
let loading: ReturnType<typeof setTimeout> | undefined;
/** What the detail shows: a render with the same key changes nothing, so that what a person opened stays open. */
let shown = "";

function problem(text: string): void {
  notice.hidden = text === "";
  fill(notice, ...visible(text));
}

/** Runs what a person started, and shows why it failed. */
async function attempt(work: () => Promise<void>): Promise<void> {
  problem("");
  try {
    await work();
  } catch (error) {
    problem(error instanceof Error ? error.message : "The terminal does not respond.");
  }
}

function select(number: number): void {
  const { isChoosing, selected } = store.state;
  if (isChoosing && selected !== undefined && selected !== number) {
    store.set({ compare: number, isChoosing: false });
    problem("");
    return;
  }
  if (number !== selected) history.pushState(null, "", `#live/${number}`);
  store.set({ selected: number, compare: undefined, follow: false });
}

async function load(number: number): Promise<ConsoleDetails> {
  const known = details.get(number);
  if (known !== undefined) return known;
  const loaded = await call<ConsoleDetails>(`/api/deliveries/${number}`);
  details.set(number, loaded);
  for (const old of details.keys()) {
    if (details.size <= MAX_DETAILS) break;
    details.delete(old);
  }
  return loaded;
}

function replay(kind: keyof typeof REPLAY_TITLES): void {
  const { selected } = store.state;
  const original = selected === undefined ? undefined : store.rows.get(selected);
  if (original === undefined || !isDelivery(original) || isBusy) return;
  isBusy = true;
  render();
  void attempt(async () => {
    const row = await call<ConsoleRow>(`/api/deliveries/${selected}/replay`, { kind, target: 0 });
    problem(`Replay ${REPLAY_TITLES[kind]}: ${bandOf(row).headline}.`);
  }).finally(() => {
    isBusy = false;
    render();
  });
}

function save(): void {
  const { selected } = store.state;
  if (selected === undefined) return;
  void attempt(async () => {
    const saved = await call<{ file?: string; blob?: Blob; name?: string }>(
      `/api/deliveries/${selected}/save`,
      {},
    );
    if (saved.file !== undefined) return problem(`Saved as ${saved.file}`);
    const url = URL.createObjectURL(saved.blob as Blob);
    h("a", { href: url, download: saved.name }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  });
}

function compare(): void {
  if (store.state.selected === undefined) return;
  store.set({ isChoosing: true, follow: false });
  problem("Select the delivery to compare with. Esc cancels.");
}

function cancel(): void {
  if (store.state.isChoosing || store.state.compare !== undefined)
    store.set({ isChoosing: false, compare: undefined });
  list.search.value = "";
  store.set({ text: "" });
  problem("");
}

const actions = { replay, compare, save, select };
const list = deliveryList(store, select);

function render(): void {
  const { selected, compare: other, server } = store.state;
  const row = selected === undefined ? undefined : store.rows.get(selected);
  const second = other === undefined ? undefined : store.rows.get(other);
  if (row === undefined) {
    const gone = selected !== undefined && store.rows.size > 0;
    if (shown === `none ${gone}`) return;
    shown = `none ${gone}`;
    fill(
      detail,
      h("p", { class: "empty" }, gone ? "This delivery is no longer kept." : "Select a delivery."),
    );
    return;
  }
  document.title = `${bandOf(row).headline} · Live · Hookseal`;
  if (second !== undefined) {
    renderComparison(row.number, second.number);
    return;
  }
  const replays = [...store.rows.values()].filter(({ replay }) => replay?.of === row.number);
  const loaded = details.get(row.number);
  const key = JSON.stringify([
    "detail",
    row.number,
    row.change,
    loaded !== undefined,
    isBusy,
    replays.length,
    server?.targets,
  ]);
  if (key === shown) return;
  shown = key;
  showDetail(detail, row, loaded, { targets: server?.targets ?? [], replays, isBusy }, actions);
  clearTimeout(loading);
  if (loaded !== undefined) return;
  const { number } = row;
  // While the list follows many deliveries, only the one that stays is explained.
  loading = setTimeout(
    () =>
      void attempt(async () => {
        if (store.state.selected !== number) return;
        await load(number);
        if (store.state.selected === number) render();
      }),
    store.state.follow ? FOLLOW_DELAY_MS : 0,
  );
}

function renderComparison(a: number, b: number): void {
  const key = `compare ${a} ${b}`;
  if (key === shown) return;
  shown = key;
  void attempt(async () => {
    const result = await call<ConsoleComparison>(`/api/compare?a=${a}&b=${b}`);
    const rows = [store.rows.get(a), store.rows.get(b)];
    if (shown !== key || rows[0] === undefined || rows[1] === undefined) return;
    showComparison(detail, [rows[0], rows[1]], result, cancel);
    detail.querySelector("h1")?.focus();
  });
}

const status = h("span", { class: "connection" });
const route = h("span", { class: "route" });
const pause = h("button", { type: "button", on: { click: () => togglePause() } });
const follow = h(
  "button",
  { type: "button", on: { click: () => store.set({ follow: !store.state.follow }) } },
  "Follow",
);
const togglePause = () => (store.state.paused ? store.resume() : store.set({ paused: true }));

function renderBar(): void {
  const { server, connection, paused, waiting } = store.state;
  const texts = {
    connecting: "Connecting",
    open: paused ? `Paused, ${waiting} new` : "Listening",
    cut: "The connection was cut. Trying again",
    closed: "Not connected",
    ended: "The terminal has ended. What is shown stays until this tab is closed.",
  };
  status.dataset.state = connection;
  fill(status, texts[connection]);
  const [target] = server?.targets ?? [];
  fill(
    route,
    server !== undefined && h("code", null, server.listening),
    target !== undefined && [
      " → ",
      h("code", null, ...visible(target)),
      h("span", { class: "tag" }, "only what verifies"),
    ],
  );
  pause.setAttribute("aria-pressed", String(paused));
  fill(pause, paused ? "Resume" : "Pause");
  follow.setAttribute("aria-pressed", String(store.state.follow));
}

/** The terminal runs, and does not accept this tab: the message says what to open. */
function close({ message }: SessionError): void {
  problem(message);
  store.set({ connection: "closed" });
}

/** Reads deliveries for as long as the page is open. After a cut connection, it asks for what it has missed. */
async function connect(): Promise<void> {
  const ending = new AbortController();
  addEventListener("pagehide", () => ending.abort());
  for (let failures = 0; ; ) {
    try {
      await readEvents(
        store.change,
        {
          state: (server) => {
            failures = 0;
            store.prune(server.oldest);
            store.set({ server, connection: "open" });
          },
          row: (row) => {
            store.receive(row);
            announcements.add(row);
          },
        },
        ending.signal,
      );
    } catch (error) {
      if (ending.signal.aborted) return;
      if (error instanceof SessionError) return close(error);
    }
    failures += 1;
    store.set({ connection: failures > 3 ? "ended" : "cut" });
    await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS));
  }
}

function readAddress(): void {
  const [, number] = /^#live\/(\d+)$/.exec(location.hash) ?? [];
  if (number !== undefined) store.set({ selected: Number(number), compare: undefined, follow: false });
}

async function start(): Promise<void> {
  const dialog = shortcutsDialog();
  document.body.append(
    h("a", { class: "skip", href: "#detail" }, "Skip to the delivery"),
    h(
      "header",
      { class: "bar" },
      h("span", { class: "logo" }, icon("seal")),
      h("strong", null, "Hookseal live"),
      status,
      route,
      h("span", { class: "space" }),
      follow,
      pause,
      h(
        "button",
        {
          type: "button",
          on: {
            click: () =>
              void attempt(async () => {
                await call("/api/clear", {});
                details.clear();
                store.clear();
              }),
          },
        },
        "Clear",
      ),
      h(
        "button",
        {
          type: "button",
          class: "ghost",
          "aria-label": "Keyboard shortcuts",
          on: { click: () => dialog.showModal() },
        },
        icon("keyboard"),
      ),
      themeButton(),
    ),
    notice,
    h("div", { class: "columns" }, list.element, detail),
    h("footer", { class: "muted" }, "On this machine only. The secret stays in the terminal."),
    announcer(),
    dialog,
  );
  listenToKeys({
    search: () => list.search.focus(),
    move: list.move,
    open: () => detail.querySelector<HTMLElement>("h1")?.focus(),
    replay,
    togglePause,
    toggleFollow: () => store.set({ follow: !store.state.follow }),
    compare,
    escape: cancel,
    help: () => dialog.showModal(),
  });
  store.on(render);
  store.on(renderBar);
  addEventListener("popstate", readAddress);
  render();
  renderBar();
  try {
    await openSession();
  } catch (error) {
    if (error instanceof SessionError) return close(error);
    return store.set({ connection: "ended" });
  }
  readAddress();
  await connect();
}

void start();

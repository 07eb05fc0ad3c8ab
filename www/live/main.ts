/** The console of `hookseal listen --ui`: deliveries as they arrive, why each was rejected, and replays to the application. */
import type {
  ConsoleComparison,
  ConsoleDetails,
  ConsoleRow,
} from "../../pkg/src/cli/listen/console-types.ts";
import { announcer } from "../src/ui/announce.ts";
import { copyButton } from "../src/ui/copy.ts";
import { fill, h } from "../src/ui/dom.ts";
import { icon } from "../src/ui/icons.ts";
import { count, visible } from "../src/ui/text.ts";
import { themeButton } from "../src/ui/theme.ts";
import { toolbar } from "../src/ui/toolbar.ts";
import { Announcements } from "./announcements.ts";
import { call, openSession, readEvents, SessionError } from "./api.ts";
import { button } from "./button.ts";
import { showComparison } from "./compare.ts";
import { showDetail } from "./detail.ts";
import { emptyPage } from "./empty.ts";
import { listenToKeys, shortcutsDialog } from "./keys.ts";
import { deliveryList } from "./list.ts";
import { replayMenu, targetChoice } from "./menu.ts";
import { LiveStore } from "./state.ts";
import { bandOf, clock, isDelivery, type ReplayKind, sentAs } from "./words.ts";
import "../src/css/tokens.css";
import "../src/css/base.css";
import "../src/css/body-views.css";
import "./live.css";
import "./detail.css";
import "./narrow.css";

/** Details that are kept, so that going back is at once. */
const MAX_DETAILS = 50;
const RECONNECT_MS = 1000;
const FOLLOW_DELAY_MS = 150;

const store = new LiveStore();
const announcements = new Announcements();
const details = new Map<number, ConsoleDetails>();
const detail = h("div", { id: "detail" });
const notice = h("div", { class: "notice", role: "alert", hidden: true });
let isBusy = false;
let loading: ReturnType<typeof setTimeout> | undefined;
/** What the detail shows: a render with the same key changes nothing, so that what a person opened stays open. */
let shown = "";
/** The text of what had the focus in the detail. */
let focused = "";

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
  const { isChoosing, isOpen, selected } = store.state;
  if (isChoosing && selected !== undefined && selected !== number) {
    store.set({ compare: number, isChoosing: false, isOpen: true });
    problem("");
    return;
  }
  if (number !== selected || !isOpen) history.pushState(null, "", `#live/${number}`);
  problem("");
  store.set({ selected: number, compare: undefined, follow: false, isOpen: true });
  // The row that had the focus is hidden.
  if (list.element.offsetParent === null) focusHeadline();
}

const focusHeadline = () => detail.querySelector<HTMLElement>("h1")?.focus();

/** Shows the list, where the delivery is a page of its own. */
function back(): void {
  history.pushState(null, "", "#live");
  store.set({ isOpen: false });
  list.element.querySelector<HTMLElement>("ol")?.focus();
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

function replay(kind: ReplayKind): void {
  const { selected, target, server } = store.state;
  const original = selected === undefined ? undefined : store.rows.get(selected);
  if (original === undefined || !isDelivery(original) || isBusy) return;
  isBusy = true;
  render();
  void attempt(async () => {
    const row = await call<ConsoleRow>(`/api/deliveries/${selected}/replay`, { kind, target });
    const to = (server?.targets.length ?? 0) > 1 ? ` to ${server?.targets[target]}` : "";
    problem(`Replay, ${sentAs(kind)}${to}: ${bandOf(row).headline}.`);
  }).finally(() => {
    isBusy = false;
    render();
  });
}

function openMenu(): void {
  const { selected, server, target } = store.state;
  const row = store.rows.get(selected ?? 0);
  if (row === undefined || !isDelivery(row) || !server?.targets.length) return;
  menu.open(server.targets, target, (target) => store.set({ target }));
}

/** Saves a delivery, or all of them: into the folder of `--save`, else as a download. */
function save(path: string): void {
  void attempt(async () => {
    const saved = await call<{ file?: string; folder?: string; saved?: number; blob?: Blob; name?: string }>(
      `/api/${path}`,
      {},
    );
    if (saved.file !== undefined) return problem(`Saved as ${saved.file}`);
    if (saved.folder !== undefined)
      return problem(`${count(saved.saved ?? 0, "delivery", "deliveries")} saved in ${saved.folder}`);
    const url = URL.createObjectURL(saved.blob as Blob);
    h("a", { href: url, download: saved.name }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  });
}

function compare(): void {
  if (store.state.selected === undefined) return;
  store.set({ isChoosing: true, follow: false, isOpen: false });
  problem("Select the delivery to compare with. Esc cancels.");
}

function cancel(): void {
  const { isChoosing, compare, text, isOpen } = store.state;
  if (isChoosing || compare !== undefined) store.set({ isChoosing: false, compare: undefined });
  else if (text === "" && isOpen) back();
  list.search.value = "";
  store.set({ text: "" });
  problem("");
}

/** Shows the other side of a narrow page. */
function turn(): void {
  detail.querySelector<HTMLElement>(".side-tabs [aria-pressed=false]")?.click();
}

/** Opens or closes the step that has the focus, or else the first one that is not so yet. */
function toggleStep(isOpen: boolean): void {
  const focused = document.activeElement?.closest<HTMLDetailsElement>(".step");
  const steps = [...detail.querySelectorAll<HTMLDetailsElement>(".step")];
  const step = focused && focused.open !== isOpen ? focused : steps.find(({ open }) => open !== isOpen);
  if (step === undefined) return;
  step.open = isOpen;
  step.querySelector("summary")?.focus();
}

const saveOne = () => save(`deliveries/${store.state.selected}/save`);
const actions = { replay, menu: openMenu, compare, save: saveOne, select };
const menu = replayMenu(replay, compare);
const list = deliveryList(store, select);

function render(): void {
  const { selected, compare: other, server } = store.state;
  const row = selected === undefined ? undefined : store.rows.get(selected);
  const second = other === undefined ? undefined : store.rows.get(other);
  const isEmpty = store.rows.size === 0 && selected === undefined;
  columns.dataset.open = String(store.state.isOpen && row !== undefined);
  columns.dataset.empty = String(isEmpty);
  if (row === undefined) {
    const key = `none ${isEmpty} ${selected} ${server !== undefined}`;
    if (shown === key) return;
    shown = key;
    const gone = selected !== undefined;
    if (isEmpty && server !== undefined) fill(detail, emptyPage(server));
    else
      fill(
        detail,
        h("p", { class: "empty" }, gone ? "This delivery is no longer kept." : "Select a delivery."),
      );
    return;
  }
  renderCrumb(row);
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
  const { activeElement } = document;
  if (detail.contains(activeElement)) focused = activeElement?.textContent ?? "";
  showDetail(
    detail,
    row,
    loaded,
    {
      hasTarget: isDelivery(row) && (server?.targets.length ?? 0) > 0,
      secrets: server?.secrets ?? [],
      replays,
      earlier: store.rows.get(row.again ?? 0),
      isBusy,
    },
    actions,
  );
  // What had the focus is another element now, or is disabled until a replay has ended.
  const same = [...detail.querySelectorAll<HTMLElement>("button, summary, h1")].find(
    (element) => focused !== "" && element.textContent === focused && !element.matches(":disabled"),
  );
  if (same !== undefined) {
    same.focus({ preventScroll: true });
    focused = "";
  }
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

let isDue = false;

/** PERF: while the newest delivery is shown, its row comes first, and of many at once one is rendered. */
function renderSoon(): void {
  if (!store.state.follow || document.hidden) render();
  if (!store.state.follow || document.hidden || isDue) return;
  isDue = true;
  requestAnimationFrame(() =>
    setTimeout(() => {
      isDue = false;
      render();
    }),
  );
}

const position = h("span", { class: "muted" });
const crumb = h(
  "nav",
  { class: "crumb narrow", "aria-label": "Position" },
  button(back, "‹ All deliveries", { class: "ghost" }),
  h("span", { class: "space" }),
  position,
  button(() => list.move(1), "›", { class: "ghost", "aria-label": "Next delivery" }),
);

function renderCrumb({ number, at }: ConsoleRow): void {
  const numbers = list.numbers();
  fill(position, `${clock(at)}, ${numbers.indexOf(number) + 1} of ${numbers.length}`);
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
    focusHeadline();
  });
}

const status = h("strong", { class: "connection" });
const route = h("span", { class: "route" });
const pause = button(() => togglePause(), "");
const toggleFollow = () => store.set({ follow: !store.state.follow });
const follow = button(toggleFollow, "Follow");
const togglePause = () => (store.state.paused ? store.resume() : store.set({ paused: true }));

let shownRoute = "";

function renderBar(): void {
  const { server, connection, paused, waiting, target } = store.state;
  const texts = {
    connecting: "Connecting",
    open: paused ? `Paused, ${waiting} new` : "Listening",
    cut: "The connection was cut. Trying again",
    closed: "Not connected",
    ended: "The terminal has ended. What is shown stays until this tab is closed.",
  };
  status.dataset.state = connection;
  fill(status, texts[connection]);
  const key = JSON.stringify([server, target]);
  if (key !== shownRoute) {
    shownRoute = key;
    fill(
      route,
      server !== undefined && [
        h("code", null, server.listening),
        copyButton("the address", () => server.listening),
      ],
      server !== undefined &&
        server.targets.length > 0 && [
          h("span", { class: "arrow" }, "→"),
          targetChoice(server.targets, target, (target) => store.set({ target })),
          h("span", { class: "tag" }, "only what verifies"),
        ],
    );
  }
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
            if (!store.state.paused) announcements.add(row);
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
  store.set(
    number === undefined
      ? { isOpen: false }
      : { selected: Number(number), compare: undefined, follow: false, isOpen: true },
  );
}

function clear(): void {
  void attempt(async () => {
    await call("/api/clear", {});
    details.clear();
    store.clear();
  });
}

const columns = h("main", { class: "columns" }, list.element, h("div", { class: "page" }, crumb, detail));

async function start(): Promise<void> {
  const dialog = shortcutsDialog();
  document.body.append(
    h("a", { class: "skip", href: "#detail" }, "Skip to the delivery"),
    h(
      "header",
      { class: "bar" },
      h("span", { class: "logo" }, icon("seal")),
      h("strong", null, "Hookseal live"),
      h("span", { class: "space" }),
      h("span", { class: "muted wide" }, "On this machine only"),
      button(() => dialog.showModal(), icon("keyboard"), {
        class: "ghost",
        "aria-label": "Keyboard shortcuts",
      }),
      themeButton(),
    ),
    h(
      "section",
      { class: "live-bar", "aria-label": "Receiver" },
      status,
      route,
      h("span", { class: "space" }),
      toolbar(
        h(
          "div",
          { class: "buttons" },
          follow,
          pause,
          button(() => save("save"), "Save all"),
          button(clear, "Clear"),
        ),
        "The list",
      ),
    ),
    notice,
    columns,
    announcer(),
    dialog,
    menu.dialog,
  );
  listenToKeys({
    search: () => list.search.focus(),
    move: list.move,
    open: () => {
      const { selected } = store.state;
      if (selected !== undefined) select(selected);
      focusHeadline();
    },
    replay,
    menu: openMenu,
    turn,
    toggleStep,
    togglePause,
    toggleFollow,
    compare,
    escape: cancel,
    help: () => dialog.showModal(),
  });
  store.on(renderSoon);
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

/** The selected delivery: the band with its verdict, the request, and the stages with everything about each. */
import type {
  ConsoleAttempt,
  ConsoleCause,
  ConsoleDetails,
  ConsoleIssue,
  ConsoleRow,
} from "../../pkg/src/cli/listen/console-types.ts";
import { copyButton } from "../src/ui/copy.ts";
import { fill, h } from "../src/ui/dom.ts";
import { type IconName, icon } from "../src/ui/icons.ts";
import { visible } from "../src/ui/text.ts";
import { type Band, bandOf, duration, isAccepted, isDelivery, REPLAY_TITLES } from "./words.ts";

type Kind = keyof typeof REPLAY_TITLES;

export interface DetailActions {
  replay(kind: Kind): void;
  compare(): void;
  save(): void;
  select(number: number): void;
}

const STAGES: [name: string, title: string][] = [
  ["bytes", "Raw bytes"],
  ["signature", "Signature"],
  ["json", "JSON"],
  ["envelope", "Envelope"],
  ["contract", "Contract"],
  ["rules", "Cross-field"],
];
const STATES: Record<string, string> = {
  passed: "passed",
  failed: "failed",
  warned: "warning",
  "not-reached": "not reached",
  "not-applicable": "nothing to check",
};
/** Longest body that is shown line by line. */
const MAX_LINES = 3000;

/** Shows a delivery. `attempts` are the replays of it that are kept. */
export function showDetail(
  element: HTMLElement,
  row: ConsoleRow,
  details: ConsoleDetails | undefined,
  { targets, replays, isBusy }: { targets: string[]; replays: ConsoleRow[]; isBusy: boolean },
  actions: DetailActions,
): void {
  const proven = details?.causes.find(({ isProven, code }) => isProven && code !== "signature-valid");
  const band = bandOf(row, proven?.title);
  fill(
    element,
    bandBox(band, row, proven, targets, isBusy, actions),
    h(
      "div",
      { class: "panes" },
      h(
        "section",
        { class: "request", "aria-label": "Request" },
        details === undefined ? "" : request(row, details),
      ),
      h(
        "section",
        { class: "spine", "aria-label": "Why" },
        details === undefined ? h("p", { class: "muted" }, "Loading") : spine(row, details, replays, actions),
      ),
    ),
  );
}

function bandBox(
  band: Band,
  row: ConsoleRow,
  cause: ConsoleCause | undefined,
  targets: string[],
  isBusy: boolean,
  actions: DetailActions,
): HTMLElement {
  const hasTarget = targets.length > 0 && isDelivery(row);
  const button = (kind: Kind, title: string) =>
    h("button", { type: "button", disabled: isBusy, on: { click: () => actions.replay(kind) } }, title);
  return h(
    "header",
    { class: "band", dataset: { tone: band.tone } },
    h("span", { class: "seal" }, icon(band.icon)),
    h(
      "div",
      { class: "band-text" },
      h("p", { class: "kicker" }, h("strong", null, band.kicker), h("span", null, band.aside)),
      h("h1", { tabindex: "-1" }, ...visible(band.headline)),
      h("p", null, ...visible(cause?.message ?? band.sentence)),
      row.again !== undefined &&
        h(
          "p",
          null,
          "The same id and bytes as ",
          h(
            "button",
            { type: "button", class: "link", on: { click: () => actions.select(row.again as number) } },
            `delivery ${row.again}`,
          ),
          ".",
        ),
    ),
    h(
      "div",
      { class: "band-actions" },
      hasTarget &&
        h(
          "button",
          { type: "button", class: "main", disabled: isBusy, on: { click: () => actions.replay("same") } },
          "Replay to your app",
        ),
      hasTarget && button("retry", "As a retry"),
      hasTarget && button("tampered", "Tampered"),
      hasTarget && button("unsigned", "Unsigned"),
      isDelivery(row) && [
        h("button", { type: "button", on: { click: actions.compare } }, "Compare with…"),
        h("button", { type: "button", on: { click: actions.save } }, "Save"),
      ],
    ),
  );
}

function request({ method, path, bytes }: ConsoleRow, details: ConsoleDetails): Node[] {
  const { headers, body, omitted, signature, issues } = details;
  const isSignature = ([name]: [string, string]) => name.toLowerCase() === signature.header?.toLowerCase();
  const line = ([name, value]: [string, string]) =>
    h("div", null, h("b", null, ...visible(name)), " ", ...visible(value));
  const rest = headers.filter((header) => !isSignature(header));
  const raw = h("pre", { class: "body", tabindex: "0", role: "group", "aria-label": "Body" });
  const views = h("div", { class: "filters", role: "group", "aria-label": "View of the body" });
  const show = (isFormatted: boolean) => {
    const text = isFormatted ? formatted(body) : body;
    const marked = new Set(
      isFormatted ? [] : issues.filter(({ severity }) => severity === "error").map(({ line }) => line),
    );
    fill(raw, lines(text, marked as Set<number>));
    fill(
      views,
      [false, true].map((value) =>
        h(
          "button",
          { type: "button", "aria-pressed": String(value === isFormatted), on: { click: () => show(value) } },
          value ? "Formatted" : "As it came",
        ),
      ),
    );
  };
  show(false);
  return [
    h(
      "div",
      { class: "pane-head" },
      h("h2", null, "Request"),
      views,
      copyButton("the body", () => body),
    ),
    h(
      "div",
      { class: "headers" },
      h("div", null, h("b", null, `${method} `), ...visible(path)),
      headers.filter(isSignature).map(line),
      h("details", null, h("summary", null, `${rest.length} more headers`), rest.map(line)),
    ),
    raw,
    h(
      "p",
      { class: "muted" },
      `${bytes.toLocaleString("en")} bytes${omitted > 0 ? `, of which the last ${omitted} are not shown` : ""}`,
    ),
  ];
}

function formatted(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** The lines of a body, those with an error marked. */
function lines(text: string, marked: Set<number>): (Node | string)[] {
  const all = text.split("\n");
  if (all.length > MAX_LINES) return [text];
  return all.map((line, index) =>
    h("span", { class: marked.has(index + 1) ? "line marked" : "line" }, ...visible(line), "\n"),
  );
}

function spine(
  row: ConsoleRow,
  details: ConsoleDetails,
  replays: ConsoleRow[],
  actions: DetailActions,
): Node[] {
  const { stages, issues, causes, signature, attempts } = details;
  const known = new Map(stages.map(({ name, state }) => [name, state]));
  const steps = STAGES.filter(([name]) => known.has(name)).map(([name, title]) => {
    const state = known.get(name) as string;
    const own = issues.filter(({ stage }) => stage === name);
    const isSignature = name === "signature";
    const facts = isSignature
      ? [signature.header, signature.algorithm, signature.signedContent].filter(Boolean).join(" · ")
      : "";
    return step(title, state, STATES[state] ?? state, [
      facts !== "" && h("p", { class: "muted" }, ...visible(facts)),
      isSignature && causes.map(causeBox),
      own.map(issueBox),
    ]);
  });
  const others = issues.filter(({ stage }) => stage === undefined || !known.has(stage));
  const hasApp = attempts.length > 0 || replays.length > 0;
  const failed = attempts.some((attempt) => !isAccepted(attempt));
  return [
    h("h2", { class: "visually-hidden" }, "Stages"),
    ...steps,
    ...(steps.length > 0 ? [] : causes.map(causeBox)),
    // The headline has said it of a request that is no delivery.
    ...(steps.length > 0 || !isDelivery(row) ? [] : [h("p", { class: "muted" }, ...visible(row.message))]),
    ...others.map(issueBox),
    ...(hasApp
      ? [
          step(
            "Your app",
            failed ? "failed" : "passed",
            attempts.map(outcome).join(", "),
            [attempts.map(attemptBox), replays.length > 0 && replayTable(replays, actions)],
            true,
          ),
        ]
      : []),
  ];
}

const STATE_ICONS: Record<string, IconName> = {
  passed: "passed",
  failed: "failed",
  warned: "warned",
  "not-reached": "not-reached",
  "not-applicable": "not-applicable",
};

function step(
  title: string,
  state: string,
  note: string,
  content: Parameters<typeof h>[2][],
  isOpen = false,
): HTMLElement {
  const inner = h("div", { class: "step-content" }, ...content);
  const open = inner.childNodes.length > 0 && (isOpen || state === "failed" || state === "warned");
  return h(
    "details",
    { class: "step", open, dataset: { state } },
    h(
      "summary",
      null,
      h("span", { class: "dot" }, icon(STATE_ICONS[state] ?? "info")),
      h("b", null, title),
      h("span", { class: "muted" }, note),
    ),
    inner,
  );
}

function causeBox({ code, title, message, fix, frameworks, isProven }: ConsoleCause): HTMLElement {
  return h(
    "article",
    { class: isProven ? "cause proven" : "cause" },
    h("h3", null, ...visible(title), h("code", null, isProven ? `match ${code}` : code)),
    h("p", null, ...visible(message)),
    h("p", null, h("b", null, "Fix: "), ...visible(fix)),
    frameworks.length > 0 &&
      h(
        "details",
        null,
        h("summary", null, "The code for each framework"),
        frameworks.map(({ name, code }) =>
          h(
            "p",
            null,
            h("b", null, name),
            h("code", null, code),
            copyButton(`the code for ${name}`, () => code),
          ),
        ),
      ),
  );
}

function issueBox({ code, severity, message, pointer, line, column, hint }: ConsoleIssue): HTMLElement {
  return h(
    "article",
    { class: `issue ${severity}` },
    h(
      "p",
      null,
      h("code", null, code),
      pointer !== "" && h("code", null, ...visible(pointer)),
      line !== undefined && h("span", { class: "muted" }, `line ${line}, column ${column}`),
    ),
    h("p", null, ...visible(message)),
    hint !== undefined && h("p", { class: "muted" }, ...visible(hint)),
  );
}

const outcome = ({ status, error, durationMs }: ConsoleAttempt): string =>
  `${status ?? error ?? ""} after ${duration(durationMs)}`;

function attemptBox(attempt: ConsoleAttempt): HTMLElement {
  const { url, status, error, headers, body, omitted } = attempt;
  return h(
    "article",
    { class: "attempt" },
    h("p", null, h("b", null, outcome(attempt)), " ", h("span", { class: "muted" }, ...visible(url))),
    error !== undefined && h("p", { class: "error" }, ...visible(error)),
    status !== undefined &&
      h(
        "pre",
        { tabindex: "0", role: "group", "aria-label": "Response of your app" },
        headers
          .filter(([name]) => /^content-type$/i.test(name))
          .map(([name, value]) => [...visible(`${name}: ${value}`), "\n"]),
        "\n",
        ...body.split("\n").flatMap((line) => [...visible(line), "\n"]),
        omitted > 0 ? `… ${omitted} more bytes` : "",
      ),
  );
}

function replayTable(replays: ConsoleRow[], { select }: DetailActions): HTMLElement {
  return h(
    "table",
    null,
    h("caption", null, "Replays of this delivery"),
    h(
      "thead",
      null,
      h(
        "tr",
        null,
        ["When", "Sent", "Your app"].map((title) => h("th", { scope: "col" }, title)),
      ),
    ),
    h(
      "tbody",
      null,
      replays.map((row) => {
        const { at, replay, app, number } = row;
        const isChanged = replay?.kind === "tampered" || replay?.kind === "unsigned";
        const { tone } = bandOf(row);
        const verdict = !isChanged ? "" : tone === "good" ? ", as it should" : ", it should respond 401";
        return h(
          "tr",
          { dataset: { tone } },
          h(
            "td",
            null,
            h(
              "button",
              { type: "button", class: "link", on: { click: () => select(number) } },
              new Date(at).toTimeString().slice(0, 8),
            ),
          ),
          h("td", null, replay === undefined ? "" : REPLAY_TITLES[replay.kind]),
          h("td", null, `${app?.status ?? app?.error ?? ""} in ${duration(app?.durationMs ?? 0)}${verdict}`),
        );
      }),
    ),
  );
}

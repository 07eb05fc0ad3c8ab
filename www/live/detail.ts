/** The selected delivery: the band with its verdict, the request, and the steps with everything about each. */
import type {
  ConsoleAttempt,
  ConsoleCause,
  ConsoleDetails,
  ConsoleIssue,
  ConsoleRow,
} from "../../pkg/src/cli/listen/console-types.ts";
import { copyButton } from "../src/ui/copy.ts";
import { fill, h } from "../src/ui/dom.ts";
import { icon } from "../src/ui/icons.ts";
import { seal } from "../src/ui/seal.ts";
import { visible } from "../src/ui/text.ts";
import { toolbar } from "../src/ui/toolbar.ts";
import { bodyView } from "./body.ts";
import { button } from "./button.ts";
import {
  bandOf,
  clock,
  duration,
  isAccepted,
  isDelivery,
  REPLAYS,
  type ReplayKind,
  sentAs,
  stepsOf,
} from "./words.ts";

export interface DetailActions {
  replay(kind: ReplayKind): void;
  /** Opens the choice of a replay. */
  menu(): void;
  compare(): void;
  save(): void;
  select(number: number): void;
}

export interface DetailContext {
  /** Whether there is an application to replay to. */
  hasTarget: boolean;
  secrets: readonly string[];
  /** The replays of the delivery that are kept. */
  replays: readonly ConsoleRow[];
  /** The earlier delivery with the same id and bytes, if it is kept. */
  earlier: ConsoleRow | undefined;
  isBusy: boolean;
}

/** Shows a delivery. */
export function showDetail(
  element: HTMLElement,
  row: ConsoleRow,
  details: ConsoleDetails | undefined,
  context: DetailContext,
  actions: DetailActions,
): void {
  fill(
    element,
    bandBox(row, details, context, actions),
    isDelivery(row) && strip(context, actions),
    sideTabs(element),
    h(
      "div",
      { class: "panes" },
      h("section", { class: "request", "aria-label": "Request" }, details && request(row, details)),
      h("section", { class: "why", "aria-label": "Why" }, details && spine(row, details, context, actions)),
    ),
  );
}

function bandBox(
  row: ConsoleRow,
  details: ConsoleDetails | undefined,
  { hasTarget, earlier, isBusy }: DetailContext,
  { replay, menu, save, select }: DetailActions,
): HTMLElement {
  const band = bandOf(row, details);
  return h(
    "header",
    { class: "band", dataset: { tone: band.tone } },
    seal(band.seal),
    h(
      "div",
      { class: "band-text" },
      h("p", { class: "kicker" }, h("strong", null, band.kicker), h("span", null, band.aside)),
      h("h1", { tabindex: "-1" }, ...visible(band.headline)),
      h("p", null, ...visible(band.sentence)),
      earlier !== undefined &&
        h(
          "p",
          null,
          "Same id and bytes as ",
          button(() => select(earlier.number), `${clock(earlier.at)}, delivery ${earlier.number}`, {
            class: "link",
          }),
          ".",
        ),
    ),
    isDelivery(row) &&
      toolbar(
        h(
          "div",
          { class: "thumb" },
          hasTarget && [
            button(() => replay("same"), "Replay to your app", { class: "main", disabled: isBusy }),
            button(menu, "Other replays…", { class: "narrow", disabled: isBusy }),
          ],
          button(save, "Save"),
        ),
        "This delivery",
      ),
  );
}

/** Other ways to send the delivery, and where the secret is. */
function strip({ hasTarget, secrets, isBusy }: DetailContext, actions: DetailActions): HTMLElement {
  const box = h(
    "div",
    { class: "strip" },
    hasTarget && [
      h("span", { class: "muted" }, "Or send it"),
      REPLAYS.slice(1).map(([kind, title, , what]) =>
        button(() => actions.replay(kind), title, { disabled: isBusy, title: what }),
      ),
    ],
    button(actions.compare, "Compare with…"),
    secrets.length > 0 &&
      h(
        "span",
        { class: "muted end" },
        "Secret from ",
        h("code", null, ...visible(secrets.join(", "))),
        "; it stays in the terminal",
      ),
  );
  return toolbar(box, "Send it in another way");
}

/** The choice between the two sides of a narrow page. */
function sideTabs(element: HTMLElement): HTMLElement {
  const buttons = (["why", "request"] as const).map((side) =>
    button(() => show(side), side === "why" ? "Why" : "Request"),
  );
  function show(side: string): void {
    element.dataset.side = side;
    for (const [index, button] of buttons.entries())
      button.setAttribute("aria-pressed", String((index === 0) === (side === "why")));
  }
  show(element.dataset.side ?? "why");
  return h("div", { class: "segments side-tabs", role: "group", "aria-label": "Side of the page" }, buttons);
}

function request({ method, path }: ConsoleRow, details: ConsoleDetails): Node[] {
  const { headers, signature } = details;
  const isSignature = ([name]: [string, string]) => name.toLowerCase() === signature.header?.toLowerCase();
  const line = ([name, value]: [string, string]) =>
    h("div", null, h("b", null, ...visible(name)), " ", ...visible(value));
  const rest = headers.filter((header) => !isSignature(header));
  const { head, content } = bodyView(details);
  return [
    h("div", { class: "pane-head" }, h("h2", null, "Request"), head),
    h(
      "div",
      { class: "headers" },
      h("div", null, h("b", null, method, " ", ...visible(path))),
      headers.filter(isSignature).map(line),
      h("details", null, h("summary", null, `${rest.length} more headers`), rest.map(line)),
    ),
    ...content,
  ];
}

function spine(
  row: ConsoleRow,
  details: ConsoleDetails,
  { replays }: DetailContext,
  actions: DetailActions,
): Node[] {
  const { issues, causes, signature, attempts } = details;
  const steps = stepsOf(row, details);
  const contents = steps.map(({ name, title, state, note, run }) => {
    const isSignature = name === "signature";
    const facts = isSignature ? [signature.header, signature.signedContent].filter(Boolean).join(" · ") : "";
    const own = issues.filter(({ stage }) => stage === name);
    return [
      run > 1 &&
        button(unfold, [icon("passed"), h("b", null, `${run} steps passed`)], { class: "fold narrow" }),
      step(title, state, note, run > 0, [
        isSignature && causes.map(causeBox),
        own.map(issueBox),
        facts !== "" && h("p", { class: "muted" }, ...visible(facts)),
      ]),
    ];
  });
  const others = issues.filter(({ stage }) => stage === undefined || steps.length === 0);
  const failed = attempts.find((attempt) => !isAccepted(attempt));
  const list = h(
    "div",
    { class: "steps" },
    contents,
    steps.length === 0 && [
      causes.map(causeBox),
      // The headline has said it of a request that is no delivery.
      isDelivery(row) && h("p", { class: "muted" }, ...visible(row.message)),
    ],
    others.map(issueBox),
    attempts.length + replays.length > 0 &&
      step("Your app", failed ? "failed" : "passed", attempts.map(outcome).join(", "), false, [
        attempts.map(attemptBox),
        replays.length > 0 && replayTable([row, ...replays], actions),
      ]),
  );
  function unfold(): void {
    list.dataset.unfolded = "";
    list.querySelector("summary")?.focus();
  }
  return [h("h2", { class: "visually-hidden" }, "Steps"), list];
}

function step(
  title: string,
  state: string,
  note: string,
  isFolded: boolean,
  content: Parameters<typeof h>[2][],
): HTMLElement {
  const inner = h("div", { class: "step-content" }, content);
  const open = !isFolded && state !== "passed" && inner.childNodes.length > 0;
  return h(
    "details",
    { class: "step", open: open || title === "Your app", dataset: { state, folded: String(isFolded) } },
    h(
      "summary",
      null,
      h("span", { class: "marker" }, icon(state as "passed", state)),
      h("b", null, title),
      h("span", { class: "step-note" }, ...visible(note)),
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
            h("b", null, name, " "),
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

const outcome = ({ status, error, durationMs }: NonNullable<ConsoleRow["app"]>): string =>
  `${status ?? error ?? ""} after ${duration(durationMs)}`;

function attemptBox(attempt: ConsoleAttempt): HTMLElement {
  const { url, error, headers, body, omitted } = attempt;
  return h(
    "article",
    { class: "attempt" },
    h("p", null, h("b", null, outcome(attempt)), " ", h("span", { class: "muted" }, ...visible(url))),
    error !== undefined && h("p", { class: "error" }, ...visible(error)),
    body !== "" &&
      h(
        "pre",
        { tabindex: "0", role: "group", "aria-label": "Response of your app" },
        headers
          .filter(([name]) => /^content-type$/i.test(name))
          .map(([name, value]) => [...visible(`${name}: ${value}`), "\n"]),
        "\n",
        visible(body, true),
        omitted > 0 && `… ${omitted} more bytes`,
      ),
  );
}

/** The delivery and its replays, with what the application responded. */
function replayTable(rows: readonly ConsoleRow[], { select }: DetailActions): HTMLElement {
  return h(
    "table",
    null,
    h("caption", { class: "visually-hidden" }, "Replays of this delivery"),
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
      rows.map((row) => {
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
            replay === undefined ? clock(at) : button(() => select(number), clock(at), { class: "link" }),
          ),
          h("td", null, replay === undefined ? "as it came" : `replay, ${sentAs(replay.kind)}`),
          h("td", null, app === undefined ? "not called" : outcome(app) + verdict),
        );
      }),
    ),
  );
}

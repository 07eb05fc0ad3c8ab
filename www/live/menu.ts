/** The choice of a replay: how, and to which application. */
import { fill, h } from "../src/ui/dom.ts";
import { visible } from "../src/ui/text.ts";
import { button } from "./button.ts";
import { REPLAYS, type ReplayKind } from "./words.ts";

/** A choice between the applications, of which one needs none. */
export function targetChoice(
  targets: readonly string[],
  target: number,
  choose: (index: number) => void,
): Node {
  if (targets.length < 2) return h("code", null, ...visible(targets[0] ?? ""));
  const select = h(
    "select",
    { "aria-label": "Replay to", on: { change: () => choose(select.selectedIndex) } },
    targets.map((url, index) => h("option", { selected: index === target }, url)),
  );
  return select;
}

export function replayMenu(replay: (kind: ReplayKind) => void, compare: () => void) {
  const choice = h("p");
  const close = (then: () => void) => () => {
    dialog.close();
    then();
  };
  const dialog = h(
    "dialog",
    { "aria-label": "Replay" },
    h("h2", null, "Replay"),
    choice,
    REPLAYS.map(([kind, title, , what]) =>
      h(
        "p",
        null,
        button(
          close(() => replay(kind)),
          title,
        ),
        " ",
        h("span", { class: "muted" }, what),
      ),
    ),
    button(close(compare), "Compare with…"),
    " ",
    button(
      close(() => {}),
      "Cancel",
    ),
  );
  return {
    dialog,
    open(targets: readonly string[], target: number, choose: (index: number) => void): void {
      fill(choice, "To ", targetChoice(targets, target, choose));
      dialog.showModal();
    },
  };
}

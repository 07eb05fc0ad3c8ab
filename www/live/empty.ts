/** What the page says before the first delivery: where to send one, how, and what becomes of it. */
import type { ConsoleState } from "../../pkg/src/cli/listen/console-types.ts";
import { copyButton } from "../src/ui/copy.ts";
import { h } from "../src/ui/dom.ts";
import { seal } from "../src/ui/seal.ts";
import { visible } from "../src/ui/text.ts";

export function emptyPage({ listening, providers, secrets, targets, folder, example }: ConsoleState): Node {
  const fact = (title: string, ...text: Parameters<typeof h>[2][]) => [
    h("dt", null, title),
    h("dd", null, text),
  ];
  const codes = (texts: readonly string[]) => texts.map((text) => [h("code", null, ...visible(text)), " "]);
  return h(
    "div",
    { class: "empty-page" },
    seal("paste"),
    h("h1", { tabindex: "-1" }, "Waiting for the first delivery"),
    h(
      "p",
      { class: "muted" },
      "Send it, or point a tunnel, to ",
      h("code", null, listening),
      ". It gets the response of a receiver, and is shown here.",
    ),
    example !== undefined && [
      h("h2", null, "From another terminal"),
      h("pre", null, example),
      copyButton("the command", () => example, "Copy"),
    ],
    h(
      "dl",
      null,
      fact("Provider", ...visible(providers), secrets.length > 0 && [", secret from ", codes(secrets)]),
      targets.length > 0 && fact("Forward", codes(targets), "only what verifies"),
      fact(
        "Kept",
        "the last 500 deliveries, in memory; ",
        folder === undefined ? "nothing is written until you save" : ["each is saved in ", codes([folder])],
      ),
    ),
  );
}

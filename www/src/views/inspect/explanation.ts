/**
 * Why a signature does not match: matches, observations, the bytes that differ, and what to change. For a valid one: how to
 * find out why an application rejects the delivery.
 */
import { isSignatureValid } from "../../engine/explanation.ts";
import type { ByteDiff, ShownCause } from "../../engine/protocol.ts";
import { retryExplanation } from "../../state/actions.ts";
import { store } from "../../state/state.ts";
import { copyButton } from "../../ui/copy.ts";
import { fill, h } from "../../ui/dom.ts";
import { icon } from "../../ui/icons.ts";
import { count, visible } from "../../ui/text.ts";
import { panel } from "./panel.ts";

export function explanationView(): HTMLElement {
  const { box, head, content } = panel("explanation", "Why it does not match");
  const tried = h("span", { class: "muted" });
  head.append(tried);
  const rest = h("div");
  const valid = h("details", null, h("summary", null, "If your application rejects this delivery"), rest);
  store.on(["explanation", "explanationFailure"], ({ explanation, explanationFailure }) => {
    box.hidden = !explanation?.causes.length && explanationFailure === undefined;
    if (explanationFailure !== undefined) {
      head.hidden = true;
      if (head.firstElementChild !== null) head.firstElementChild.textContent = "Explanation";
      fill(
        content,
        h("p", { role: "alert" }, explanationFailure),
        h("button", { type: "button", on: { click: retryExplanation } }, "Try again"),
      );
      return;
    }
    if (explanation === undefined) return;
    tried.textContent = `${count(explanation.tried, "combination")} computed`;
    // Many causes have the same lines for frameworks: each is shown once.
    const shown = new Set<string>();
    const causes = explanation.causes.map((cause) => {
      const lines = cause.frameworks.filter(({ name, code }) => !shown.has(`${name}\n${code}`));
      for (const { name, code } of lines) shown.add(`${name}\n${code}`);
      return causeView(cause, lines);
    });
    const isValid = isSignatureValid(explanation);
    head.hidden = isValid;
    // A hidden heading still names the section.
    if (head.firstElementChild !== null)
      head.firstElementChild.textContent = isValid ? "Valid signature" : "Why it does not match";
    if (isValid) fill(rest, causes);
    fill(content, isValid ? valid : causes);
  });
  return box;
}

function causeView(
  { code, title, message, fix, proof, change }: ShownCause,
  frameworks: ShownCause["frameworks"],
): Node {
  return h(
    "article",
    { class: proof ? "cause proved" : "cause seen" },
    h(
      "p",
      { class: "cause-head" },
      h("span", { class: "badge" }, icon(proof ? "verified" : "eye"), proof ? "Match" : "Observation"),
      h("strong", null, title),
      h("code", null, code),
    ),
    h("p", { class: "message" }, ...visible(message)),
    change !== undefined && changed(change),
    h("p", { class: "fix" }, h("strong", null, "Fix "), ...visible(fix)),
    frameworks.length > 0 &&
      h(
        "details",
        null,
        h("summary", null, `Code for ${frameworks.map(({ name }) => name).join(", ")}`),
        h(
          "dl",
          { class: "frameworks" },
          frameworks.map(({ name, code }) => [
            h("dt", null, name),
            h(
              "dd",
              null,
              h("code", null, code),
              copyButton(`the line for ${name}`, () => code),
            ),
          ]),
        ),
      ),
  );
}

function changed({ before, after, diff, from, to, bytes, rows, hasMore }: ByteDiff): Node {
  const length = bytes.end - bytes.start;
  const gap = length === 0;
  return h(
    "div",
    { class: "change" },
    h(
      "p",
      { class: "muted" },
      gap
        ? `Missing at byte ${bytes.start}. `
        : `${count(length, "byte differs", "bytes differ")}, from byte ${bytes.start} to ${bytes.end}. `,
      h(
        "button",
        { type: "button", class: "link", on: { click: () => store.set({ target: { from, to } }) } },
        "Show in the body",
      ),
    ),
    h("p", { class: "legend" }, h("ins", null, "signed"), h("del", null, "received")),
    h(
      "pre",
      { class: "excerpt", tabindex: "0", role: "group", "aria-label": "The signed and the received text" },
      before.length > 0 && h("span", { class: "context" }, "…", ...visible(before, true)),
      diff.map(([side, text]) => part(side, text)),
      h("span", { class: "context" }, ...visible(after, true), after.length > 0 && "…"),
    ),
    h(
      "details",
      null,
      h("summary", null, "Bytes in hex"),
      h(
        "div",
        { class: "hex", role: "group", tabindex: "0", "aria-label": "Bytes in hex" },
        rows.map(({ offset, bytes }) =>
          h(
            "div",
            null,
            h("span", { class: "offset" }, offset.toString(16).padStart(6, "0")),
            h(
              "span",
              { class: "cells" },
              bytes.map(({ hex, changed }) => h(changed ? "mark" : "span", null, hex)),
            ),
            h(
              "span",
              { class: "glyphs" },
              bytes.map(({ glyph, changed }) => h(changed ? "mark" : "span", null, glyph)),
            ),
          ),
        ),
        hasMore && h("p", { class: "muted" }, "and so on"),
      ),
    ),
  );
}

/** One part of the two texts. Spaces that only one of them has are made visible. */
function part(side: -1 | 0 | 1, text: string): Node {
  if (side === 0) return h("span", null, ...visible(text));
  return h(side === 1 ? "ins" : "del", null, ...visible(text.replaceAll(" ", "\u00b7")));
}

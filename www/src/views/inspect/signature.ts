/** The signature: the string that was signed, by formula and by value, and the digests side by side. */
import type { SignedPart } from "../../engine/protocol.ts";
import { store } from "../../state/state.ts";
import { copyButton } from "../../ui/copy.ts";
import { fill, h } from "../../ui/dom.ts";
import { icon } from "../../ui/icons.ts";
import { count, visible } from "../../ui/text.ts";
import { panel } from "./panel.ts";

export function signatureView(): HTMLElement {
  const { box, content } = panel("signature", "Signature");
  store.on(["result"], ({ result }) => {
    const judged = result === undefined || "unrecognised" in result ? undefined : result;
    const signed = judged?.signed;
    box.hidden = signed === undefined;
    if (judged === undefined || signed === undefined) return;
    const { header, received, signedContent } = judged.report.signature;
    const { computed, reason, fits: equal, timestamp } = signed;
    const whole = signed.parts.map(({ value }) => value);
    fill(
      content,
      h(
        "dl",
        { class: "facts" },
        h("dt", null, "Signed content"),
        h("dd", null, h("code", null, signedContent ?? "")),
        signed.parts.map((one) => part(one, timestamp)),
        whole.length > 1 &&
          !whole.includes(undefined) &&
          part({
            name: "",
            value: whole.join(""),
            bytes: signed.parts.reduce((sum, { bytes }) => sum + bytes, 0),
          }),
        h("dt", null, "Header"),
        h("dd", null, h("code", null, header ?? "")),
        h("dt", null, "Received"),
        h(
          "dd",
          { class: "digest" },
          received === undefined ? h("span", { class: "muted" }, "none") : digest(received, computed),
        ),
        h("dt", null, "Computed"),
        h(
          "dd",
          { class: "digest" },
          computed === undefined
            ? h("span", { class: "muted" }, reason ?? "")
            : [digest(computed, received), copyButton("the computed signature", () => computed)],
        ),
      ),
      computed !== undefined &&
        received !== undefined &&
        h(
          "p",
          { class: equal ? "compared good" : "compared bad" },
          icon(equal ? "passed" : "failed"),
          equal
            ? computed.length === received.trim().length
              ? "The two are equal."
              : "One of the received is the computed."
            : "The two differ.",
        ),
    );
  });
  return box;
}

function part({ name, value, bytes }: SignedPart, timestamp?: number): Node[] {
  if (name === undefined) return [];
  const time =
    name === "timestamp" && timestamp !== undefined ? new Date(timestamp).toISOString() : undefined;
  return [
    h("dt", { class: "sub" }, name === "" ? "Signed string" : `{${name}}`),
    h(
      "dd",
      { class: "stack" },
      value === undefined
        ? h("span", { class: "muted" }, "not known to this page")
        : h(
            "div",
            {
              class: "value",
              tabindex: "0",
              role: "group",
              "aria-label": `${name === "" ? "Signed string" : `Value of ${name}`}, ${count(bytes, "byte")}`,
            },
            ...visible(value, true),
          ),
      h("span", { class: "muted" }, count(bytes, "byte"), time !== undefined && `, ${time}`),
      time !== undefined &&
        h(
          "button",
          { type: "button", class: "link", on: { click: () => store.set({ at: time }) } },
          "Judge as of then",
        ),
    ),
  ];
}

/** A header's digest. Where few characters differ, they are marked; of two other digests most do, and that says nothing. */
function digest(text: string, other: string | undefined): Node {
  const box = h("code");
  const differs = (at: number) => other !== undefined && other[at]?.toLowerCase() !== text[at]?.toLowerCase();
  const number = Array.from(text, (_, at) => differs(at)).filter(Boolean).length;
  if (number === 0 || number > 8) {
    box.append(...visible(text));
    return box;
  }
  for (const [at, character] of [...text].entries()) {
    if (differs(at)) box.append(h("mark", null, ...visible(character)));
    else box.append(...visible(character));
  }
  return box;
}

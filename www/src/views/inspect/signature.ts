/** The signed content with its values, and the received signature next to the computed one. */
import type { SignedContentPart } from "../../engine/protocol.ts";
import { store } from "../../state/state.ts";
import { copyButton } from "../../ui/copy.ts";
import { fill, h } from "../../ui/dom.ts";
import { icon } from "../../ui/icons.ts";
import { count, visible } from "../../ui/text.ts";
import { panel } from "./panel.ts";

export function signatureView(): HTMLElement {
  const { box, content } = panel("signature", "Signature");
  store.on(["result"], ({ result }) => {
    const inspection = result === undefined || "isUndetected" in result ? undefined : result;
    const signed = inspection?.signed;
    box.hidden = signed === undefined;
    if (inspection === undefined || signed === undefined) return;
    const { header, received, signedContent } = inspection.report.signature;
    const { computed, reason, isMatch: equal, timestamp } = signed;
    const signatures = equal ? [] : (signed.signatures ?? []);
    const whole = signed.parts.map(({ value }) => value);
    fill(
      content,
      h(
        "dl",
        { class: "facts" },
        h("dt", null, "Signed content"),
        h("dd", null, h("code", null, signedContent ?? "")),
        signed.parts.map((content) => part(content, timestamp)),
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
          received === undefined ? h("span", { class: "muted" }, "none") : headerValue(received, signatures),
        ),
        h("dt", null, "Computed"),
        h(
          "dd",
          { class: "digest" },
          computed === undefined
            ? h("span", { class: "muted" }, reason ?? "")
            : [
                headerValue(computed, signatures.toReversed()),
                copyButton("the computed signature", () => computed),
              ],
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
              ? "The signatures are equal."
              : "One of the received signatures equals the computed one."
            : "The signatures differ.",
        ),
    );
  });
  return box;
}

function part({ name, value, bytes }: SignedContentPart, timestamp?: number): Node[] {
  if (name === undefined) return [];
  const time =
    name === "timestamp" && timestamp !== undefined ? new Date(timestamp).toISOString() : undefined;
  return [
    h("dt", { class: "sub" }, name === "" ? "Signed bytes" : `{${name}}`),
    h(
      "dd",
      { class: "stack" },
      value === undefined
        ? h("span", { class: "muted" }, "unknown")
        : h(
            "div",
            {
              class: "value",
              tabindex: "0",
              role: "group",
              "aria-label": `${name === "" ? "Signed bytes" : `Value of ${name}`}, ${count(bytes, "byte")}`,
            },
            ...visible(value, true),
          ),
      h("span", { class: "muted" }, count(bytes, "byte"), time !== undefined && `, ${time}`),
      time !== undefined &&
        h(
          "button",
          { type: "button", class: "link", on: { click: () => store.set({ asOf: time }) } },
          "Verify at that time",
        ),
    ),
  ];
}

/** The value of a header, in which the signature is compared with the other one. */
function headerValue(value: string, [tag = "", other = tag]: string[]): Node {
  const start = Math.max(0, value.indexOf(tag));
  const end = start + tag.length;
  return h(
    "code",
    null,
    ...visible(value.slice(0, start)),
    ...differences(value.slice(start, end), other),
    ...visible(value.slice(end)),
  );
}

/** A signature. Differing characters are marked if they are few: unrelated signatures differ almost everywhere. */
function differences(text: string, other: string): (Node | string)[] {
  const differs = (at: number) => other[at] !== text[at];
  const number = Array.from(text, (_, at) => differs(at)).filter(Boolean).length;
  if (number === 0 || number > 8) return visible(text);
  return [...text].flatMap((character, at) =>
    differs(at) ? [h("mark", null, ...visible(character))] : visible(character),
  );
}

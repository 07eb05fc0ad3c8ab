/** The schemes, the signed content with its values, the received signature next to the computed one, and what is signed. */
import type { Report } from "../../engine/core.ts";
import type { Inspection, ShownScheme, SignedContentPart } from "../../engine/protocol.ts";
import { store } from "../../state/state.ts";
import { copyButton } from "../../ui/copy.ts";
import { fill, h } from "../../ui/dom.ts";
import { icon } from "../../ui/icons.ts";
import { count, visible } from "../../ui/text.ts";
import { panel } from "./panel.ts";

export function signatureView(): HTMLElement {
  const { box, head, content } = panel("signature", "Signature");
  // The step has the title.
  head.classList.add("visually-hidden");
  store.on(["result"], ({ result }) => {
    const inspection = result === undefined || "isUndetected" in result ? undefined : result;
    const signed = inspection?.signed;
    // A handshake need not be signed.
    const isUnsigned =
      inspection?.report.handshake !== undefined && inspection.report.signature.received === undefined;
    box.hidden = signed === undefined || isUnsigned;
    if (inspection === undefined || signed === undefined) return;
    const { computed, received, isMatch: equal } = { ...signed, ...inspection.report.signature };
    fill(
      content,
      h(
        "dl",
        { class: "facts" },
        signed.schemes.length > 1 && schemeRows(signed.schemes),
        isToken(inspection) ? tokenRows(inspection) : signatureRows(inspection),
        coverage(inspection.report),
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

/** The headers that may contain a signature, for a delivery without a provider. */
export function candidatesView(): HTMLElement {
  const { box, content } = panel("candidates", "What looks like a signature");
  store.on(["result", "explanation"], ({ result, explanation }) => {
    const signatures = result !== undefined && "isUndetected" in result ? result.signatures : [];
    const matches = explanation?.matches ?? [];
    box.hidden = signatures.length === 0;
    fill(
      content,
      h(
        "ul",
        null,
        signatures.map(({ message }) => h("li", null, ...visible(message))),
      ),
      matches.map(({ message }) =>
        h("p", { class: "compared good" }, icon("passed"), h("span", null, ...visible(message))),
      ),
      matches.length === 0 &&
        h("p", { class: "muted" }, "Enter the secret to compute the usual signature schemes with it."),
    );
  });
  return box;
}

/** Whether the secret is sent as it is, and nothing is signed. */
const isToken = ({ signed, report }: Inspection): boolean =>
  signed?.parts.length === 0 && report.signature.signedContent === undefined;

function schemeRows(schemes: readonly ShownScheme[]): Node[] {
  return [
    h("dt", null, "Schemes"),
    h(
      "dd",
      { class: "stack" },
      h(
        "ol",
        { class: "schemes" },
        schemes.map(({ name, source, isActive, isDecisive }) =>
          h(
            "li",
            { "aria-current": isDecisive ? "true" : undefined },
            h("code", null, ...visible(name)),
            " in ",
            h("code", null, ...visible(source)),
            h(
              "span",
              { class: isDecisive ? "decides" : "muted" },
              isDecisive ? "decides" : isActive ? "not for this delivery" : "not active: no secret",
            ),
          ),
        ),
      ),
      h("span", { class: "muted" }, "The first one with a secret that the delivery has decides alone."),
    ),
  ];
}

function tokenRows({ report: { signature } }: Inspection): Node[] {
  const { header = "", status } = signature;
  return [
    h("dt", null, "Token in"),
    h("dd", null, h("code", null, header)),
    h("dt", null, "Compared"),
    h(
      "dd",
      null,
      status === "token"
        ? "equal to the secret"
        : status === "mismatch"
          ? "differs from the secret"
          : status === "unsigned"
            ? "not compared: no secret"
            : status,
    ),
  ];
}

function signatureRows({ signed, report }: Inspection): (Node | Node[] | false)[] {
  const { header = "", received, signedContent } = report.signature;
  const { parts = [], computed, reason, isMatch, timestamp, signatures: both = [] } = signed ?? {};
  const signatures = isMatch ? [] : both;
  const whole = parts.map(({ value }) => value);
  return [
    h("dt", null, "Signed content"),
    h("dd", null, h("code", null, signedContent ?? "")),
    parts.flatMap((content) => part(content, timestamp)),
    whole.length > 1 &&
      !whole.includes(undefined) &&
      part({
        name: "",
        value: whole.join(""),
        bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0),
      }),
    // A source in the body or the URL is no header.
    h("dt", null, /^\/|:/.test(header) ? "Source" : "Header"),
    h("dd", null, h("code", null, header)),
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
  ];
}

/** What a valid signature or a token covers, and what of it an attacker can change. */
export const COVERAGE = {
  body: "The whole body is signed.",
  checksum:
    "A checksum of the body is signed. An attacker who recorded a delivery can make another body with the same checksum.",
  fields: "Some fields of the body are signed. An attacker who recorded a delivery can change the others.",
  nothing: "Nothing is signed. An attacker who has seen one delivery can send any other.",
} as const;

const UNCOVERED = { type: "the event type", id: "the idempotency key" } as const;

function coverage({ signature: { covers, uncovered = [] } }: Report): Node[] {
  if (covers === undefined) return [];
  const names = uncovered.map((name) => UNCOVERED[name]).join(" and ");
  return [
    h("dt", null, "Covers"),
    h(
      "dd",
      { class: "stack" },
      COVERAGE[covers],
      covers !== "nothing" &&
        names !== "" &&
        h("span", { class: "muted" }, `Not signed, because it is in a header: ${names}.`),
    ),
  ];
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
        ? h(
            "span",
            { class: "muted" },
            name === "form" ? "The fields, sorted by their names: each name and its value" : "unknown",
          )
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

/** Labelled controls, and the text area for request line and headers. */
import { h, unique } from "./dom.ts";

/** A control with its label and an optional help text. */
export function field(label: string, control: HTMLElement, help?: string): HTMLElement {
  const id = unique("field");
  control.id = id;
  if (help !== undefined) control.setAttribute("aria-describedby", `${id}-help`);
  return h(
    "div",
    { class: "field" },
    h("label", { for: id }, label),
    control,
    help !== undefined && h("p", { class: "note", id: `${id}-help` }, help),
  );
}

/** Whether a text is request line and headers as lines, which need no import. */
export function isHeadText(text: string): boolean {
  const lines = text.trimEnd().split(/\r?\n/);
  return lines.every(
    (line, index) =>
      /^[!#$%&'*+.^_`|~\w-]+:/.test(line) || (index === 0 && /^[A-Z]+ \S+( HTTP\/[\d.]+)?$/.test(line)),
  );
}

/** Request line and headers as lines; `onReplaceAll` gets a whole request that is pasted over all there is. */
export function headerArea(
  write: (text: string) => void,
  onReplaceAll: (text: string) => void,
): HTMLTextAreaElement {
  const area = h("textarea", {
    class: "head",
    rows: 3,
    spellcheck: "false",
    autocapitalize: "off",
    placeholder: "POST https://receiver.example/payload\nContent-Type: application/json",
    on: {
      input: () => write(area.value),
      paste: (event) => {
        const text = event.clipboardData?.getData("text/plain") ?? "";
        const all = area.selectionEnd - area.selectionStart === area.value.length;
        if (!all || isHeadText(text)) return;
        event.preventDefault();
        onReplaceAll(text);
      },
    },
  });
  return area;
}

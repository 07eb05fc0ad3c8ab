/** The form of a payload, made from the contract; every change of a field is a change of the text. */
import type { Field, Made, PlacedIssue } from "../../engine/protocol.ts";
import { signStore } from "../../state/sign.ts";
import { fill, h, unique } from "../../ui/dom.ts";
import { icon } from "../../ui/icons.ts";
import { visible } from "../../ui/text.ts";

export type Put = (path: (string | number)[], json: string | undefined) => void;

export function formView(put: Put): { box: HTMLElement; reveal(pointer: string): boolean } {
  const box = h("div", { class: "form" });
  const folded = new Map<string, boolean>();
  let updates = new Map<string, (field: Field, issues: PlacedIssue[]) => void>();
  let shape: string | undefined;
  /** The field that was added just now, and gets the focus once it is there. */
  let wanted: string | undefined;

  function draw(result: Made | undefined): void {
    const root = result?.fields;
    const next = root === undefined ? "" : shapeOf(root);
    if (next !== shape) {
      shape = next;
      updates = new Map();
      const focused = wanted ?? pointerOf(document.activeElement);
      wanted = undefined;
      if (root === undefined) {
        const text =
          signStore.state.text === ""
            ? "There is no payload yet."
            : "The text is no JSON: mend it as text first.";
        fill(box, result !== undefined && h("p", { class: "muted" }, text));
      } else fill(box, (root.children ?? []).map(row), root.children === undefined && row(root));
      if (focused !== undefined) control(focused)?.focus();
    }
    if (result !== undefined && root !== undefined) update(root, result.issues);
  }

  function update(field: Field, issues: PlacedIssue[]): void {
    updates.get(field.pointer)?.(
      field,
      issues.filter(({ pointer, severity }) => pointer === field.pointer && severity !== "info"),
    );
    for (const child of field.children ?? []) update(child, issues);
  }

  const pointerOf = (element: Element | null) =>
    box.contains(element) ? element?.closest<HTMLElement>("[data-pointer]")?.dataset.pointer : undefined;

  function control(pointer: string): HTMLElement | null {
    const found = [...box.querySelectorAll<HTMLElement>("[data-pointer]")].find(
      (one) => one.dataset.pointer === pointer,
    );
    for (let at = found; at && at !== box; at = at.parentElement as HTMLElement)
      if (at instanceof HTMLDetailsElement) at.open = true;
    return found?.querySelector<HTMLElement>("input, select, summary, button") ?? null;
  }

  /** A field, with everything in it. */
  function row(field: Field): HTMLElement {
    return field.children !== undefined ? group(field, field.children) : line(field);
  }

  const name = ({ path }: Field) => {
    const last = path.at(-1) ?? "the payload";
    return typeof last === "number" ? `${last + 1}.` : last;
  };

  const remove = (field: Field) =>
    !field.required &&
    field.path.length > 0 &&
    field.value !== undefined &&
    button("clear", `Remove ${name(field)}`, () => put(field.path, undefined));

  function head(field: Field): (Node | false)[] {
    return [
      h("code", null, ...visible(String(name(field)))),
      field.required && typeof field.path.at(-1) === "string" && h("span", { class: "must" }, "required"),
    ];
  }

  function group(field: Field, children: Field[]): HTMLElement {
    const said = h("div", { class: "help" });
    updates.set(field.pointer, (_, issues) => fill(said, help(field), mistakes(issues)));
    const next = children.length;
    const details = h(
      "details",
      {
        class: "group",
        dataset: { pointer: field.pointer },
        open: folded.get(field.pointer) ?? (field.path.length < 3 || children.length < 3),
        on: { toggle: () => folded.set(field.pointer, details.open) },
      },
      h("summary", null, ...head(field), h("span", { class: "count" }, String(next))),
      said,
      children.map(row),
      field.more && h("p", { class: "muted" }, "More than is shown here: edit the rest as text."),
      h(
        "p",
        { class: "acts" },
        field.control === "array" &&
          h(
            "button",
            {
              type: "button",
              class: "link",
              on: {
                click: () => {
                  wanted = `${field.pointer}/${next}`;
                  put([...field.path, next], first(children));
                },
              },
            },
            "Add an item",
          ),
        remove(field),
      ),
    );
    return details;
  }

  function line(field: Field): HTMLElement {
    const id = unique("value");
    const said = h("div", { class: "help", id: `${id}-help` });
    const wrong = h("div", { class: "help", id: `${id}-wrong` });
    const describe = { id, "aria-describedby": `${id}-help ${id}-wrong` };
    const missing = field.value === undefined;
    let input: HTMLInputElement | HTMLSelectElement | undefined;
    if (missing) {
      // Only what is there has a value to edit.
    } else if (field.control === "choice") {
      const select = h("select", { ...describe, on: { change: () => put(field.path, select.value) } });
      input = select;
    } else {
      const typed = h("input", {
        ...describe,
        autocomplete: "off",
        spellcheck: "false",
        inputmode: field.control === "number" ? "decimal" : undefined,
        on: { input: () => put(field.path, jsonOf(field, typed.value)) },
      });
      input = typed;
    }
    updates.set(field.pointer, (now, issues) => {
      if (input instanceof HTMLSelectElement) {
        const value = now.value ?? "";
        const all = now.options.includes(value) ? now.options : [value, ...now.options];
        fill(
          input,
          all.map((one) => h("option", { value: one }, one.replaceAll(/^"|"$/g, ""))),
        );
        input.value = value;
      } else if (input !== undefined) {
        const value = now.isNull ? "" : (now.value ?? "");
        input.placeholder = now.isNull ? "null" : "";
        if (input.value !== value && (document.activeElement !== input || now.isNull)) input.value = value;
      }
      input?.setAttribute("aria-invalid", String(issues.some(({ severity }) => severity === "error")));
      fill(said, help(now));
      fill(wrong, mistakes(issues));
    });
    return h(
      "div",
      { class: missing ? "line missing" : "line", dataset: { pointer: field.pointer } },
      h(
        "div",
        null,
        missing
          ? h("p", { class: "name" }, ...head(field))
          : h("label", { for: id, class: "name" }, ...head(field)),
        said,
      ),
      h(
        "div",
        null,
        h(
          "div",
          { class: "value" },
          input,
          missing &&
            h(
              "button",
              {
                type: "button",
                class: "link",
                "aria-label": `Add ${name(field)}`,
                on: {
                  click: () => {
                    wanted = field.pointer;
                    put(field.path, empty(field));
                  },
                },
              },
              "Add",
            ),
          !missing &&
            field.nullable &&
            field.control !== "choice" &&
            !field.isNull &&
            h(
              "button",
              {
                type: "button",
                class: "quiet small",
                "aria-label": `Make ${name(field)} null`,
                on: { click: () => put(field.path, "null") },
              },
              "null",
            ),
          remove(field),
        ),
        wrong,
      ),
    );
  }

  signStore.on(["result"], ({ result }) => draw(result));
  return {
    box,
    reveal(pointer) {
      const found = control(pointer);
      found?.focus();
      return found !== null;
    },
  };
}

/** What has to stand anew where it changes: which fields there are, and what edits them. */
function shapeOf({ pointer, control, value, isNull, children, more }: Field): string {
  const own = `${pointer} ${control}${value === undefined ? "?" : isNull ? "0" : ""}${more ? "…" : ""}`;
  return children === undefined ? own : `${own}{${children.map(shapeOf).join("\n")}}`;
}

/** What was typed, as JSON. */
function jsonOf({ control }: Field, text: string): string {
  return control === "number" && /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text)
    ? text
    : JSON.stringify(text);
}

/** What a field begins with. */
function empty({ control, options, nullable }: Field): string {
  if (control === "choice") return options[0] ?? "null";
  if (control === "object") return "{}";
  if (control === "array") return "[]";
  return nullable ? "null" : control === "number" ? "0" : '""';
}

/** What a further item begins with: as those that are there. */
function first([one]: Field[]): string {
  if (one === undefined) return '""';
  return one.children === undefined
    ? empty({ ...one, nullable: false })
    : one.control === "array"
      ? "[]"
      : "{}";
}

function help({ description, expected, control }: Field): Node | undefined {
  // What a list or a choice shows by itself is not said again.
  const type = control === "object" || control === "array" || control === "choice" ? "" : expected;
  if (description === undefined && type === "") return undefined;
  return h("p", null, description, " ", type !== "" && h("span", { class: "type" }, type));
}

function mistakes(issues: PlacedIssue[]): Node[] {
  return issues
    .slice(0, 3)
    .map(({ severity, message }) =>
      h("p", { class: `said ${severity}` }, icon(severity, severity), h("span", null, ...visible(message))),
    );
}

function button(name: "clear", label: string, click: () => void): HTMLElement {
  return h(
    "button",
    { type: "button", class: "quiet small", "aria-label": label, title: label, on: { click } },
    icon(name),
  );
}

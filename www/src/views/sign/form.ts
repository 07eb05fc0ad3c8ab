/** The form of the payload, generated from the schema. Every change of a field edits the text. */
import type { FormField, LocatedIssue, SignResult } from "../../engine/protocol.ts";
import { signStore } from "../../state/sign.ts";
import { fill, h, unique } from "../../ui/dom.ts";
import { icon } from "../../ui/icons.ts";
import { visible } from "../../ui/text.ts";

export type EditCallback = (path: (string | number)[], json: string | undefined) => void;

export function formView(edit: EditCallback): { box: HTMLElement; reveal(pointer: string): boolean } {
  const box = h("div", { class: "form" });
  /** Whether each group is open, by pointer, if the user has opened or closed it. */
  const isOpenByPointer = new Map<string, boolean>();
  let updates = new Map<string, (field: FormField, issues: LocatedIssue[]) => void>();
  /** The shape of the form that is drawn: see `describeShape`. */
  let shape: string | undefined;
  /** Pointer of a field that was just added, and gets the focus after the next result. */
  let addedPointer: string | undefined;

  function draw(result: SignResult | undefined): void {
    const root = result?.fields;
    const newShape = root === undefined ? "" : describeShape(root);
    if (newShape !== shape) {
      shape = newShape;
      updates = new Map();
      const focused = addedPointer ?? pointerOf(document.activeElement);
      addedPointer = undefined;
      if (root === undefined) {
        const text =
          signStore.state.text === ""
            ? "No payload. Choose a sample, or enter JSON as text."
            : "The payload cannot be parsed. Fix it as text.";
        fill(box, result !== undefined && h("p", { class: "muted" }, text));
      } else fill(box, (root.children ?? []).map(row), root.children === undefined && row(root));
      if (focused !== undefined) control(focused)?.focus();
    }
    if (result !== undefined && root !== undefined) update(root, result.issues);
  }

  function update(field: FormField, issues: LocatedIssue[]): void {
    updates.get(field.pointer)?.(
      field,
      issues.filter(({ pointer, severity }) => pointer === field.pointer && severity !== "info"),
    );
    for (const child of field.children ?? []) update(child, issues);
  }

  const pointerOf = (element: Element | null) =>
    box.contains(element) ? element?.closest<HTMLElement>("[data-pointer]")?.dataset.pointer : undefined;

  function control(pointer: string): HTMLElement | null {
    const element = [...box.querySelectorAll<HTMLElement>("[data-pointer]")].find(
      (field) => field.dataset.pointer === pointer,
    );
    for (let parent = element; parent && parent !== box; parent = parent.parentElement as HTMLElement)
      if (parent instanceof HTMLDetailsElement) parent.open = true;
    return element?.querySelector<HTMLElement>("input, select, summary, button") ?? null;
  }

  /** A field, with everything in it. */
  function row(field: FormField): HTMLElement {
    return field.children !== undefined ? group(field, field.children) : line(field);
  }

  const name = ({ path }: FormField) => {
    const last = path.at(-1) ?? "the payload";
    return typeof last === "number" ? `${last + 1}.` : last;
  };

  const remove = (field: FormField) =>
    !field.required &&
    field.path.length > 0 &&
    field.value !== undefined &&
    button("clear", `Remove ${name(field)}`, () => edit(field.path, undefined));

  function head(field: FormField): (Node | false)[] {
    return [
      h("code", null, ...visible(String(name(field)))),
      field.required && typeof field.path.at(-1) === "string" && h("span", { class: "required" }, "required"),
    ];
  }

  function group(field: FormField, children: FormField[]): HTMLElement {
    const helpText = h("div", { class: "help" });
    updates.set(field.pointer, (_, issues) => fill(helpText, help(field), issueNotes(issues)));
    const next = children.length;
    const details = h(
      "details",
      {
        class: "group",
        dataset: { pointer: field.pointer },
        open: isOpenByPointer.get(field.pointer) ?? (field.path.length < 3 || children.length < 3),
        on: { toggle: () => isOpenByPointer.set(field.pointer, details.open) },
      },
      h("summary", null, ...head(field), h("span", { class: "count" }, String(next))),
      helpText,
      children.map(row),
      field.hasMore && h("p", { class: "muted" }, "There are more fields. Edit them as text."),
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
                  addedPointer = `${field.pointer}/${next}`;
                  edit([...field.path, next], newItem(children));
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

  function line(field: FormField): HTMLElement {
    const id = unique("value");
    const helpText = h("div", { class: "help", id: `${id}-help` });
    const issueText = h("div", { class: "help", id: `${id}-issues` });
    const describe = { id, "aria-describedby": `${id}-help ${id}-issues` };
    const missing = field.value === undefined;
    let input: HTMLInputElement | HTMLSelectElement | undefined;
    if (missing) {
      // A missing field has no value to edit.
    } else if (field.control === "choice") {
      const select = h("select", { ...describe, on: { change: () => edit(field.path, select.value) } });
      input = select;
    } else {
      const textInput = h("input", {
        ...describe,
        autocomplete: "off",
        spellcheck: "false",
        inputmode: field.control === "number" ? "decimal" : undefined,
        on: { input: () => edit(field.path, toJson(field, textInput.value)) },
      });
      input = textInput;
    }
    updates.set(field.pointer, (current, issues) => {
      if (input instanceof HTMLSelectElement) {
        const value = current.value ?? "";
        const all = current.options.includes(value) ? current.options : [value, ...current.options];
        fill(
          input,
          all.map((json) => h("option", { value: json }, json.replaceAll(/^"|"$/g, ""))),
        );
        input.value = value;
      } else if (input !== undefined) {
        const value = current.isNull ? "" : (current.value ?? "");
        input.placeholder = current.isNull ? "null" : "";
        if (input.value !== value && (document.activeElement !== input || current.isNull))
          input.value = value;
      }
      input?.setAttribute("aria-invalid", String(issues.some(({ severity }) => severity === "error")));
      fill(helpText, help(current));
      fill(issueText, issueNotes(issues));
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
        helpText,
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
                    addedPointer = field.pointer;
                    edit(field.path, newValue(field));
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
                class: "ghost small",
                "aria-label": `Make ${name(field)} null`,
                on: { click: () => edit(field.path, "null") },
              },
              "null",
            ),
          remove(field),
        ),
        issueText,
      ),
    );
  }

  signStore.on(["result"], ({ result }) => draw(result));
  return {
    box,
    reveal(pointer) {
      const element = control(pointer);
      element?.focus();
      return element !== null;
    },
  };
}

/** A string that changes if fields or their controls change: then the form is drawn again. */
function describeShape({ pointer, control, value, isNull, children, hasMore }: FormField): string {
  const shape = `${pointer} ${control}${value === undefined ? "?" : isNull ? "0" : ""}${hasMore ? "…" : ""}`;
  return children === undefined ? shape : `${shape}{${children.map(describeShape).join("\n")}}`;
}

/** Converts typed text to JSON. */
function toJson({ control }: FormField, text: string): string {
  return control === "number" && /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text)
    ? text
    : JSON.stringify(text);
}

/** The initial JSON of an added field. */
function newValue({ control, options, nullable }: FormField): string {
  if (control === "choice") return options[0] ?? "null";
  if (control === "object") return "{}";
  if (control === "array") return "[]";
  return nullable ? "null" : control === "number" ? "0" : '""';
}

/** The initial JSON of an added item, of the kind of the first item. */
function newItem([item]: FormField[]): string {
  if (item === undefined) return '""';
  return item.children === undefined
    ? newValue({ ...item, nullable: false })
    : item.control === "array"
      ? "[]"
      : "{}";
}

function help({ description, expected, control }: FormField): Node | undefined {
  // Containers and choices show their type by their control.
  const type = control === "object" || control === "array" || control === "choice" ? "" : expected;
  if (description === undefined && type === "") return undefined;
  return h("p", null, description, " ", type !== "" && h("span", { class: "type" }, type));
}

function issueNotes(issues: LocatedIssue[]): Node[] {
  return issues
    .slice(0, 3)
    .map(({ severity, message }) =>
      h(
        "p",
        { class: `issue-text ${severity}` },
        icon(severity, severity),
        h("span", null, ...visible(message)),
      ),
    );
}

function button(name: "clear", label: string, click: () => void): HTMLElement {
  return h(
    "button",
    { type: "button", class: "ghost small", "aria-label": label, title: label, on: { click } },
    icon(name),
  );
}

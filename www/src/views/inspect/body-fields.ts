/** The fields of a body that is a form. A changed field is encoded again; the rest of the body stays as it came. */
import { decodeFormText, encodeFormText, listFields } from "../../engine/form-text.ts";
import type { BodyField, LocatedIssue } from "../../engine/protocol.ts";
import { store } from "../../state/state.ts";
import { fill, h, unique } from "../../ui/dom.ts";
import { icon } from "../../ui/icons.ts";
import { visible } from "../../ui/text.ts";

/** Issues shown under one field; the list of issues has all of them. */
const MAX_ISSUES = 5;

interface FieldRow {
  field: BodyField;
  area: HTMLTextAreaElement;
  notes: HTMLElement;
}

export function bodyFields(replace: (from: number, to: number, insert: string) => void): {
  box: HTMLElement;
  /** Selects a range of the text in its field. Returns whether a field has it. */
  reveal(from: number, to: number): boolean;
} {
  const box = h("div", { class: "fields", hidden: true });
  let rows: FieldRow[] = [];

  function createRow(index: number, { name }: BodyField): FieldRow {
    const id = unique("field");
    const notes = h("div", { class: "help", id: `${id}-issues` });
    const area = h("textarea", {
      id,
      rows: 1,
      spellcheck: "false",
      autocomplete: "off",
      "aria-describedby": `${id}-issues`,
      on: {
        input: () => {
          const { field } = rows[index] as FieldRow;
          replace(field.from, field.to, encodeFormText(area.value));
          move(index, area.value);
        },
      },
    });
    box.append(
      h(
        "div",
        { class: "line" },
        h("label", { for: id, class: "name" }, h("code", null, ...visible(name))),
        h("div", null, h("div", { class: "value" }, area), notes),
      ),
    );
    return { field: { name, value: "", from: 0, to: 0 }, area, notes };
  }

  /** Moves the fields after a changed one, until the next result has their places. */
  function move(index: number, value: string): void {
    const row = rows[index] as FieldRow;
    const { from, to } = row.field;
    const by = from + encodeFormText(value).length - to;
    row.field = { ...row.field, value, to: to + by };
    for (const later of rows.slice(index + 1))
      later.field = { ...later.field, from: later.field.from + by, to: later.field.to + by };
  }

  function update(row: FieldRow, field: BodyField, issues: readonly LocatedIssue[]): void {
    row.field = field;
    const { area, notes } = row;
    if (area.value !== field.value) area.value = field.value;
    area.rows = Math.min(16, Math.max(1, field.value.split("\n").length, Math.ceil(field.value.length / 60)));
    const own = issues.filter(
      ({ from, to, byteSpan }) =>
        byteSpan.end > 0 && from >= field.from - field.name.length - 1 && to <= field.to,
    );
    area.setAttribute("aria-invalid", String(own.some(({ severity }) => severity === "error")));
    fill(
      notes,
      own
        .slice(0, MAX_ISSUES)
        .map(({ severity, message }) =>
          h(
            "p",
            { class: `issue-text ${severity}` },
            icon(severity, severity),
            h("span", null, ...visible(message)),
          ),
        ),
    );
  }

  let shape = "";
  store.on(["result"], ({ result, body }) => {
    const inspection = result === undefined || "isUndetected" in result ? undefined : result;
    const fields = inspection?.form?.fields ?? [];
    // A result for a text that has changed meanwhile: the next one follows.
    if (fields.length > 0 && JSON.stringify(listFields(body)) !== JSON.stringify(fields)) return;
    const newShape = JSON.stringify(fields.map(({ name }) => name));
    if (newShape !== shape) {
      shape = newShape;
      fill(box);
      rows = fields.map((field, index) => createRow(index, field));
    }
    for (const [index, field] of fields.entries())
      update(rows[index] as FieldRow, field, inspection?.issues ?? []);
  });

  return {
    box,
    reveal(from, to) {
      const row = rows.find(({ field }) => from >= field.from && to <= field.to);
      if (row === undefined) return false;
      const { body } = store.state;
      const { area, field } = row;
      const offset = (at: number) => decodeFormText(body.slice(field.from, at)).length;
      area.focus();
      area.setSelectionRange(offset(from), offset(to));
      area.scrollIntoView({ block: "nearest" });
      return true;
    },
  };
}

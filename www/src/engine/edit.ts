/** Edits of a body: sets, inserts or removes the value at a path, and keeps everything else as it is. */
import { isInField, readFormat } from "./form.ts";
import { encodeFormText } from "./form-text.ts";
import { Outline } from "./outline.ts";
import type { Calls } from "./protocol.ts";

type Edit = Calls["edit"]["output"];
type Path = readonly (string | number)[];

export function edit({ text, path, json, form }: Calls["edit"]["input"]): Edit {
  const outline = form === undefined ? new Outline(text) : readFormat(form.provider, text, form.format);
  if (!outline.isForm) return editJson(outline, path, json);
  if (!isInField(outline)) return editForm(outline, text, path, json);
  const change = editJson(outline, path, json);
  if (change === null) return null;
  const { start, to } = outline.place(0);
  const edited = outline.text.slice(0, change.from) + change.insert + outline.text.slice(change.to);
  return { from: start, to, insert: encodeFormText(edited) };
}

/** The edit of a field of a form, or of an item of a list of fields. */
function editForm(outline: Outline, form: string, path: Path, json: string | undefined): Edit {
  const value = json === undefined ? undefined : (JSON.parse(json) as unknown);
  const text = typeof value === "string" ? encodeFormText(value) : encodeFormText(json ?? "");
  const [name, index] = path;
  if (typeof name !== "string") return null;
  const list = outline.child(0, name);
  const node = index === undefined || list === undefined ? list : outline.child(list, String(index));
  if (node === undefined) {
    if (json === undefined) return null;
    const separator = form === "" || form.endsWith("&") ? "" : "&";
    return { from: form.length, to: form.length, insert: `${separator}${encodeFormText(name)}=${text}` };
  }
  const { start, to } = outline.place(node);
  if (json !== undefined) return { from: start, to, insert: text };
  const from = form.lastIndexOf("&", start - 1) + 1;
  // With the separator before the field, or after the first one.
  return from > 0
    ? { from: from - 1, to, insert: "" }
    : { from, to: Math.min(to + 1, form.length), insert: "" };
}

export function editJson(outline: Outline, path: Path, json: string | undefined): Edit {
  if (outline.length === 0) return null;
  let [parent, node] = [-1, 0];
  for (const [depth, segment] of path.entries()) {
    const child = outline.children(node).findLast((child) => outline.key(child) === segment);
    if (child === undefined) {
      const canInsert = depth === path.length - 1 && /^(object|array)$/.test(outline.kind(node));
      return canInsert && json !== undefined ? insertMember(outline, node, segment, json) : null;
    }
    [parent, node] = [node, child];
  }
  if (json !== undefined) return { from: outline.start(node), to: outline.end(node), insert: json };
  return parent < 0 ? null : removeMember(outline, parent, node);
}

function insertMember(outline: Outline, node: number, segment: string | number, json: string) {
  const { text } = outline;
  const member = typeof segment === "string" ? `${JSON.stringify(segment)}: ${json}` : json;
  const last = outline.children(node, outline.count(node) - 1, 1)[0];
  if (last === undefined) return { from: outline.start(node) + 1, to: outline.end(node) - 1, insert: member };
  // On a line of its own if the previous member is on a line of its own.
  const before = /\n[ \t]*$/.exec(text.slice(outline.start(node), outline.from(last)))?.[0] ?? " ";
  const at = outline.end(last);
  return { from: at, to: at, insert: `,${before}${member}` };
}

function removeMember(outline: Outline, parent: number, node: number) {
  const all = outline.children(parent);
  const at = all.indexOf(node);
  const [before, after] = [all[at - 1], all[at + 1]];
  const insert = "";
  if (before !== undefined) return { from: outline.end(before), to: outline.end(node), insert };
  if (after !== undefined) return { from: outline.from(node), to: outline.from(after), insert };
  return { from: outline.start(parent) + 1, to: outline.end(parent) - 1, insert };
}

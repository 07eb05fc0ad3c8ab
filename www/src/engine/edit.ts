/** Edits of a JSON text: sets, inserts or removes the value at a path, and keeps the formatting around it. */
import { Outline } from "./outline.ts";
import type { Calls } from "./protocol.ts";

export function edit({ text, path, json }: Calls["edit"]["input"]): Calls["edit"]["output"] {
  const outline = new Outline(text);
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

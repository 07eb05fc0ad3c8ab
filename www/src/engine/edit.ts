/** The change of a text that puts JSON at a path, written as what stands around it. */
import { Outline } from "./outline.ts";
import type { Calls } from "./protocol.ts";

export function edit({ text, path, json }: Calls["edit"]["input"]): Calls["edit"]["output"] {
  const outline = new Outline(text);
  if (outline.length === 0) return null;
  let [parent, node] = [-1, 0];
  for (const [depth, step] of path.entries()) {
    const children = outline.children(node, 0, outline.length);
    const found = children.findLast((child) => outline.key(child) === step);
    if (found === undefined) {
      const there = depth === path.length - 1 && /^(object|array)$/.test(outline.kind(node));
      return there && json !== undefined ? added(outline, node, step, json) : null;
    }
    [parent, node] = [node, found];
  }
  if (json !== undefined) return { from: outline.start(node), to: outline.end(node), insert: json };
  return parent < 0 ? null : removed(outline, parent, node);
}

function added(outline: Outline, node: number, step: string | number, json: string) {
  const { text } = outline;
  const member = typeof step === "string" ? `${JSON.stringify(step)}: ${json}` : json;
  const last = outline.children(node, outline.count(node) - 1, 1)[0];
  if (last === undefined) return { from: outline.start(node) + 1, to: outline.end(node) - 1, insert: member };
  // A line of its own where the one before has one.
  const before = /\n[ \t]*$/.exec(text.slice(outline.start(node), outline.from(last)))?.[0] ?? " ";
  const at = outline.end(last);
  return { from: at, to: at, insert: `,${before}${member}` };
}

function removed(outline: Outline, parent: number, node: number) {
  const all = outline.children(parent, 0, outline.length);
  const at = all.indexOf(node);
  const [before, after] = [all[at - 1], all[at + 1]];
  const insert = "";
  if (before !== undefined) return { from: outline.end(before), to: outline.end(node), insert };
  if (after !== undefined) return { from: outline.from(node), to: outline.from(after), insert };
  return { from: outline.start(parent) + 1, to: outline.end(parent) - 1, insert };
}

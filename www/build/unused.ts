/**
 * Takes out of classes what nothing asks for: methods, and values that are put into a class beside it. A bundler keeps
 * all of a class that it keeps; in a page whose code is all there, what no other code names, as a property or in a text,
 * is never used.
 */
import type { ESTree, Plugin } from "vite";

type Node = ESTree.Node;

/** What JavaScript itself asks for. Not `toJSON`: what the page writes as JSON is data, and no object of a class. */
const ASKED = new Set(["constructor", "prototype", "toString", "valueOf", "then", "next", "return", "throw"]);

interface Member {
  name: string;
  node: Node;
  /** What its code asks for; and the member that it stands in, if it stands in one. */
  asks: Set<string>;
  inside: Member | undefined;
}

/** The name of a property, where it is written as it is. */
function named(key: Node, computed: boolean): string | undefined {
  return key.type === "Identifier" && !computed ? key.name : undefined;
}

/** The name of what could go without anything else being missing, if nobody asks for it. */
function memberOf(node: Node, code: string): string | undefined {
  if (node.type === "MethodDefinition") return named(node.key, node.computed);
  if (node.type !== "ExpressionStatement" || node.expression.type !== "AssignmentExpression") return;
  const { left, right } = node.expression;
  // Classes begin with a capital; whatever else has properties may be the browser's, which asks for them unseen.
  if (
    left.type !== "MemberExpression" ||
    left.object.type !== "Identifier" ||
    !/^[A-Z]/.test(left.object.name)
  )
    return;
  const harmless = right.type === "Identifier" || code.slice(left.end, right.start).includes("@__PURE__");
  return harmless ? named(left.property, left.computed) : undefined;
}

/** What a piece of code asks for, by its name or in a text. */
function askedBy(node: Node): string | undefined {
  if (node.type === "MemberExpression") return named(node.property, node.computed);
  if (node.type === "Property") return named(node.key, node.computed);
  if (node.type === "Literal") return String(node.value);
  return node.type === "TemplateElement" ? node.value.raw : undefined;
}

function survey(program: Node, code: string): { members: Member[]; asked: Set<string> } {
  const members: Member[] = [];
  const asked = new Set(ASKED);
  const look = (node: Node, inside: Member | undefined): void => {
    const asks = inside?.asks ?? asked;
    const name = memberOf(node, code);
    const member = name === undefined ? undefined : { name, node, asks: new Set<string>(), inside };
    if (member !== undefined) members.push(member);
    const text = askedBy(node);
    if (text !== undefined) asks.add(text);
    for (const value of Object.values(node)) {
      for (const one of [value].flat())
        if (typeof one?.type === "string") look(one as Node, member ?? inside);
    }
  };
  look(program, undefined);
  return { members, asked };
}

/** The members that nothing leads to. */
function unused({ members, asked }: ReturnType<typeof survey>): Member[] {
  const used = new Set<Member>();
  const known = new Set(asked);
  for (let before = -1; before < used.size; ) {
    before = used.size;
    for (const member of members) {
      if (used.has(member) || !known.has(member.name)) continue;
      if (member.inside !== undefined && !used.has(member.inside)) continue;
      used.add(member);
      for (const name of member.asks) known.add(name);
    }
  }
  return members.filter((member) => !used.has(member));
}

export function unusedMembers(): Plugin {
  return {
    name: "hookseal-unused-members",
    apply: "build",
    renderChunk(code, { isEntry }) {
      if (!isEntry) return null;
      const parts: string[] = [];
      let from = 0;
      for (const { node } of unused(survey(this.parse(code), code))) {
        // What stands in a member that is gone is gone with it.
        if (node.start >= from) parts.push(code.slice(from, node.start));
        from = Math.max(from, node.end);
      }
      return parts.join("") + code.slice(from);
    },
  };
}

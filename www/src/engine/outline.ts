/**
 * Offsets of all values of a JSON text: a flat list in document order, built in one walk without recursion, up to the first
 * syntax error. Used by the tree, the form and hovering. The core alone validates.
 */

export type ValueKind = "object" | "array" | "string" | "number" | "boolean" | "null";
const VALUE_KINDS: ValueKind[] = ["object", "array", "string", "number", "boolean", "null"];

/** Growable Int32Array: a megabyte of JSON has some hundred thousand values. */
class Int32List {
  #list = new Int32Array(256);
  length = 0;
  push(value: number): void {
    if (this.length === this.#list.length) {
      const larger = new Int32Array(this.length * 2);
      larger.set(this.#list);
      this.#list = larger;
    }
    this.#list[this.length++] = value;
  }
  get(index: number): number {
    return this.#list[index] as number;
  }
  set(index: number, value: number): void {
    this.#list[index] = value;
  }
}

const SPACE = /[ \t\n\r]*/y;
const STRING = /"(?:[^"\\\n]|\\.)*"/y;
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;

export class Outline {
  readonly text: string;
  readonly #kind = new Int32List();
  readonly #start = new Int32List();
  readonly #end = new Int32List();
  readonly #parent = new Int32List();
  /** Index of the first value after this one and its descendants. */
  readonly #after = new Int32List();
  readonly #count = new Int32List();
  /** Offset of the key, or -1 for an array item, whose index is in #keyEnd. */
  readonly #key = new Int32List();
  readonly #keyEnd = new Int32List();

  constructor(text: string) {
    this.text = text;
    this.#parse();
  }

  get length(): number {
    return this.#kind.length;
  }

  kind(node: number): ValueKind {
    return VALUE_KINDS[this.#kind.get(node)] as ValueKind;
  }

  start(node: number): number {
    return this.#start.get(node);
  }

  end(node: number): number {
    return this.#end.get(node);
  }

  count(node: number): number {
    return this.#count.get(node);
  }

  /** The key of a property or the index of an item; undefined for the root. */
  key(node: number): string | number | undefined {
    if (node === 0) return undefined;
    const start = this.#key.get(node);
    if (start < 0) return this.#keyEnd.get(node);
    const text = this.text.slice(start, this.#keyEnd.get(node));
    try {
      return JSON.parse(text) as string;
    } catch {
      return text;
    }
  }

  /** Start offset of a value with its key. */
  from(node: number): number {
    const key = this.#key.get(node);
    return node > 0 && key >= 0 ? key : this.start(node);
  }

  path(node: number): (string | number)[] {
    const path: (string | number)[] = [];
    for (let at = node; at > 0; at = this.#parent.get(at)) path.push(this.key(at) as string | number);
    return path.reverse();
  }

  /** Up to `count` children of a value, starting at the child with index `from`. */
  children(node: number, from: number, count: number): number[] {
    const nodes: number[] = [];
    const end = this.#after.get(node);
    let index = 0;
    for (let child = node + 1; child < end && nodes.length < count; child = this.#after.get(child)) {
      if (index++ >= from) nodes.push(child);
    }
    return nodes;
  }

  /** The innermost value at an offset; a key belongs to its value. */
  at(offset: number): number | undefined {
    let low = 0;
    let high = this.length - 1;
    let node = -1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      if (this.from(middle) <= offset) {
        node = middle;
        low = middle + 1;
      } else high = middle - 1;
    }
    while (node > 0 && this.end(node) < offset) node = this.#parent.get(node);
    return node >= 0 && this.end(node) >= offset ? node : undefined;
  }

  #open(kind: number, start: number, end: number, parent: number, key: number, keyEnd: number): number {
    const node = this.length;
    this.#kind.push(kind);
    this.#start.push(start);
    this.#end.push(end);
    this.#parent.push(parent);
    this.#after.push(node + 1);
    this.#count.push(0);
    this.#key.push(key);
    this.#keyEnd.push(keyEnd);
    if (parent >= 0) this.#count.set(parent, this.#count.get(parent) + 1);
    return node;
  }

  #parse(): void {
    const { text } = this;
    let at = text.startsWith("\ufeff") ? 1 : 0;
    let parent = -1;
    const match = (pattern: RegExp): boolean => {
      pattern.lastIndex = at;
      if (!pattern.test(text)) return false;
      at = pattern.lastIndex;
      return true;
    };
    const close = (node: number): number => {
      this.#end.set(node, at);
      this.#after.set(node, this.length);
      return this.#parent.get(node);
    };
    for (;;) {
      match(SPACE);
      const character = text[at];
      if (parent >= 0) {
        const closing = this.#kind.get(parent) === 0 ? "}" : "]";
        if (character === closing) {
          at += 1;
          parent = close(parent);
          if (parent < 0) break;
          continue;
        }
        if (this.#count.get(parent) > 0) {
          if (character !== ",") break;
          at += 1;
          match(SPACE);
        }
      }
      let key = -1;
      let keyEnd = parent >= 0 ? this.#count.get(parent) : 0;
      if (parent >= 0 && this.#kind.get(parent) === 0) {
        key = at;
        if (!match(STRING)) break;
        keyEnd = at;
        match(SPACE);
        if (text[at] !== ":") break;
        at += 1;
        match(SPACE);
      }
      const start = at;
      const first = text[at];
      if (first === "{" || first === "[") {
        at += 1;
        parent = this.#open(first === "{" ? 0 : 1, start, at, parent, key, keyEnd);
        continue;
      }
      const kind = match(STRING) ? 2 : match(NUMBER) ? 3 : match(WORD) ? (first === "n" ? 5 : 4) : -1;
      if (kind < 0) break;
      this.#open(kind, start, at, parent, key, keyEnd);
      if (parent < 0) break;
    }
    // Unclosed containers end where parsing stopped.
    while (parent >= 0) parent = close(parent);
  }
}

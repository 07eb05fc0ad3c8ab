/**
 * Where the values of a JSON text stand: a flat list in the order of the text, made in one walk without recursion, as
 * far as the text can be read. For the tree and for hovering; it judges nothing, the core does.
 */

export type Kind = "object" | "array" | "string" | "number" | "boolean" | "null";
const KINDS: Kind[] = ["object", "array", "string", "number", "boolean", "null"];

/** A list of numbers that grows. */
class Numbers {
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
  readonly #kind = new Numbers();
  readonly #start = new Numbers();
  readonly #end = new Numbers();
  readonly #parent = new Numbers();
  /** The value behind all that belongs to this one. */
  readonly #after = new Numbers();
  readonly #count = new Numbers();
  /** Where the key stands, or -1 for an element; then #keyEnd is its number. */
  readonly #key = new Numbers();
  readonly #keyEnd = new Numbers();

  constructor(text: string) {
    this.text = text;
    this.#read();
  }

  get length(): number {
    return this.#kind.length;
  }

  kind(node: number): Kind {
    return KINDS[this.#kind.get(node)] as Kind;
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

  /** The key of a member, the number of an element, undefined for the root. */
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

  /** Where key and value begin. */
  from(node: number): number {
    const key = this.#key.get(node);
    return node > 0 && key >= 0 ? key : this.start(node);
  }

  path(node: number): (string | number)[] {
    const path: (string | number)[] = [];
    for (let at = node; at > 0; at = this.#parent.get(at)) path.push(this.key(at) as string | number);
    return path.reverse();
  }

  /** Some of the children of a value. */
  children(node: number, from: number, count: number): number[] {
    const found: number[] = [];
    const end = this.#after.get(node);
    let index = 0;
    for (let child = node + 1; child < end && found.length < count; child = this.#after.get(child)) {
      if (index++ >= from) found.push(child);
    }
    return found;
  }

  /** The innermost value around an offset, its key included. */
  at(offset: number): number | undefined {
    let low = 0;
    let high = this.length - 1;
    let found = -1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      if (this.from(middle) <= offset) {
        found = middle;
        low = middle + 1;
      } else high = middle - 1;
    }
    while (found > 0 && this.end(found) < offset) found = this.#parent.get(found);
    return found >= 0 && this.end(found) >= offset ? found : undefined;
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

  #read(): void {
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
    // What the text does not close ends where the reading ended.
    while (parent >= 0) parent = close(parent);
  }
}

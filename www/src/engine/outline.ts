/** The values of a JSON text with their offsets, as the core parses them. Used by the tree, the form and hovering. */
import { buildOutline, type FormPayload } from "./core.ts";

/** In the order of the core. */
const VALUE_KINDS = ["null", "boolean", "number", "string", "array", "object"] as const;
export type ValueKind = (typeof VALUE_KINDS)[number];

/** Words of an entry, as in src/json/outline.rs. An item has no key: its key starts at -1 and ends at its index. */
const [KIND, START, END, PARENT, NEXT, COUNT, KEY_START, KEY_END, WORDS] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
const [SENSITIVE, IS_ID] = [1 << 8, 1 << 9];
/** Words of a place of a value in a form. */
const PLACE_WORDS = 3;

/** Pointers to values, in which the segment `*` matches every key and index. */
export interface MarkedPointers {
  /** Personal or health data. Everything inside such a value is sensitive, too. */
  sensitive: readonly string[];
  ids: readonly string[];
}

/** The patterns as the core takes them. */
export const markPatterns = ({ sensitive, ids }: MarkedPointers): string => JSON.stringify([sensitive, ids]);

/** Where a value is in the body: with its key, and alone. */
export interface Place {
  from: number;
  start: number;
  to: number;
}

/**
 * All values in document order, up to the first syntax error. A value is named by its index. `text` is the JSON: the body, or
 * the payload of a form.
 */
export class Outline {
  readonly text: string;
  readonly length: number;
  readonly #words: Int32Array;
  /** The places in the form. */
  readonly #places: Int32Array | undefined;

  constructor(source: string | FormPayload, marks: MarkedPointers = { sensitive: [], ids: [] }) {
    const isForm = typeof source !== "string";
    this.text = isForm ? source.json : source;
    this.#words = isForm ? source.outline : buildOutline(source, markPatterns(marks));
    this.#places = isForm ? source.places : undefined;
    this.length = this.#words.length / WORDS;
  }

  /** Whether the body is a form. */
  get isForm(): boolean {
    return this.#places !== undefined;
  }

  /** Where a value is in the body. */
  place(node: number): Place {
    if (this.#places === undefined)
      return { from: this.from(node), start: this.start(node), to: this.end(node) };
    const [from = 0, start = 0, to = 0] = this.#places.subarray(node * PLACE_WORDS);
    return { from, start, to };
  }

  #word(node: number, word: number): number {
    return this.#words[node * WORDS + word] as number;
  }

  kind(node: number): ValueKind {
    return VALUE_KINDS[this.#word(node, KIND) & 0xff] as ValueKind;
  }

  isSensitive(node: number): boolean {
    return (this.#word(node, KIND) & SENSITIVE) !== 0;
  }

  isId(node: number): boolean {
    return (this.#word(node, KIND) & IS_ID) !== 0;
  }

  start(node: number): number {
    return this.#word(node, START);
  }

  end(node: number): number {
    return this.#word(node, END);
  }

  /** The JSON of a value. */
  raw(node: number): string {
    return this.text.slice(this.start(node), this.end(node));
  }

  /** The number of children. */
  count(node: number): number {
    return this.#word(node, COUNT);
  }

  /** The key of a property or the index of an item; undefined for the root. */
  key(node: number): string | number | undefined {
    if (node === 0) return undefined;
    const [start, end] = [this.#word(node, KEY_START), this.#word(node, KEY_END)];
    return start < 0 ? end : (JSON.parse(this.text.slice(start, end)) as string);
  }

  /** Start offset of a value with its key. */
  from(node: number): number {
    const key = this.#word(node, KEY_START);
    return key >= 0 ? key : this.start(node);
  }

  path(node: number): (string | number)[] {
    const path: (string | number)[] = [];
    for (let at = node; at > 0; at = this.#word(at, PARENT)) path.push(this.key(at) as string | number);
    return path.reverse();
  }

  /** Up to `count` children of a value, starting at the child with index `from`. */
  children(node: number, from = 0, count = Number.POSITIVE_INFINITY): number[] {
    const nodes: number[] = [];
    const end = this.#word(node, NEXT);
    let index = 0;
    for (let child = node + 1; child < end && nodes.length < count; child = this.#word(child, NEXT)) {
      if (index++ >= from) nodes.push(child);
    }
    return nodes;
  }

  /** The child with a key, or with an index in digits. The last of duplicate keys wins, as in the core. */
  child(node: number, segment: string): number | undefined {
    return this.children(node).findLast((child) => String(this.key(child)) === segment);
  }

  /** The innermost value at an offset of the body; a key belongs to its value. */
  at(offset: number): number | undefined {
    if (this.#places !== undefined) return this.#fieldAt(offset);
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
    while (node > 0 && this.end(node) < offset) node = this.#word(node, PARENT);
    return node >= 0 && this.end(node) >= offset ? node : undefined;
  }

  /** The values of a form are not in its order where a list is. */
  #fieldAt(offset: number): number | undefined {
    for (let node = this.length - 1; node >= 0; node--) {
      const { from, to } = this.place(node);
      if (from <= offset && offset <= to) return node;
    }
    return undefined;
  }
}

/** The signed and the received text, aligned: what both have, and the places where they differ. In linear time. */
import type { AlignedPart } from "./protocol.ts";

/** Characters of each text that are compared at once: more if the texts do not become equal again within the fewer. */
const WINDOWS = [48, 320] as const;
/** So many equal characters are no coincidence within a window. */
const ANCHOR_CHARS = 8;
/** Equal text that is kept on both sides of a place. */
const CONTEXT_CHARS = 240;
export const MAX_PLACES = 500;

/** A place where the texts differ. */
export type AlignedPlace = Extract<AlignedPart, { signed: string }>;

interface Aligned<Part> {
  parts: Part[];
  places: number;
  /** Whether there are more places than were looked for. */
  isCut: boolean;
}

/** Aligns two texts. Offsets are those of the received one, from `from`. Equal text far from each place is left out. */
export function align(received: string, signed: string, from = 0): Aligned<AlignedPart> {
  const aligned = alignAll(received, signed, from);
  return { ...aligned, parts: clip(aligned.parts) };
}

/** Aligns two texts, up to the most places. */
export function alignAll(received: string, signed: string, from = 0): Aligned<string | AlignedPlace> {
  const parts: (string | AlignedPlace)[] = [];
  let places = 0;
  let [i, j] = [0, 0];
  const addSame = (text: string) => {
    const last = parts.at(-1);
    if (typeof last === "string") parts[parts.length - 1] = last + text;
    else if (text !== "") parts.push(text);
    i += text.length;
    j += text.length;
  };
  const addPlace = (removed: string, added: string) => {
    const last = parts.at(-1);
    if (typeof last === "object") {
      last.signed += added;
      last.received += removed;
      last.to += removed.length;
    } else {
      parts.push({ signed: added, received: removed, from: from + i, to: from + i + removed.length });
      places += 1;
    }
    i += removed.length;
    j += added.length;
  };
  while (i < received.length || j < signed.length) {
    const start = i;
    while (i < received.length && received[i] === signed[j]) {
      i += 1;
      j += 1;
    }
    const same = received.slice(start, i);
    [i, j] = [start, j - same.length];
    addSame(same);
    if (i === received.length || j === signed.length) {
      if (i + j < received.length + signed.length) addPlace(received.slice(i), signed.slice(j));
      break;
    }
    for (const [side, text] of nextSteps(received, signed, i, j)) {
      if (side === 0 && places >= MAX_PLACES) return { parts: wholeCharacters(parts), places, isCut: true };
      if (side === 0) addSame(text);
      else addPlace(side < 0 ? text : "", side > 0 ? text : "");
    }
  }
  return { parts: wholeCharacters(parts), places, isCut: false };
}

type Step = [side: -1 | 0 | 1, text: string];

/** The steps to the next equal text that is long enough; of half a window if there is none. */
function nextSteps(received: string, signed: string, i: number, j: number): Step[] {
  let steps: Step[] = [];
  for (const size of WINDOWS) {
    const isEnd = received.length - i <= size && signed.length - j <= size;
    steps = shortestSteps(received.slice(i, i + size), signed.slice(j, j + size), isEnd);
    const anchor = steps.findIndex(([side, text]) => side === 0 && text.length >= ANCHOR_CHARS);
    if (anchor >= 0) return steps.slice(0, anchor + 1);
    if (isEnd) return steps;
    const changed = steps.reduce((sum, [side, text]) => sum + (side === 0 ? 0 : text.length), 0);
    // The end of a window is less certain than its start.
    if (changed <= size / 3) return firstHalf(steps, size / 2);
  }
  return firstHalf(steps, (WINDOWS[1] as number) / 2);
}

/** The steps up to the first equal text after so many characters. */
function firstHalf(steps: Step[], min: number): Step[] {
  let chars = 0;
  const half = steps.findIndex(([side, text]) => {
    chars += text.length;
    return side === 0 && chars > min;
  });
  return half < 0 ? steps : steps.slice(0, half + 1);
}

/**
 * The fewest characters to remove and to add, in O(n·m). Unless both texts end here, what is left of one text at the end of the
 * other costs nothing: it may be equal to what follows.
 */
function shortestSteps(a: string, b: string, isEnd: boolean): Step[] {
  const width = b.length + 1;
  /** The cost of `a` from `i` and `b` from `j`, at `i * width + j`. */
  const costs = new Uint16Array((a.length + 1) * width);
  const cost = (i: number, j: number) => costs[i * width + j] as number;
  for (let i = a.length; i >= 0; i--)
    for (let j = b.length; j >= 0; j--) {
      if (i === a.length || j === b.length) costs[i * width + j] = isEnd ? a.length - i + b.length - j : 0;
      else
        costs[i * width + j] =
          a[i] === b[j] ? cost(i + 1, j + 1) : 1 + Math.min(cost(i + 1, j), cost(i, j + 1));
    }
  const steps: Step[] = [];
  const add = (side: Step[0], char: string) => {
    const last = steps.at(-1);
    if (last?.[0] === side) last[1] += char;
    else steps.push([side, char]);
  };
  let [i, j] = [0, 0];
  while (isEnd ? i < a.length || j < b.length : i < a.length && j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      add(0, a[i] as string);
      i += 1;
      j += 1;
    } else if (j === b.length || (i < a.length && cost(i + 1, j) < cost(i, j + 1))) add(-1, a[i++] as string);
    else add(1, b[j++] as string);
  }
  return steps;
}

const isHigh = (text: string, at: number): boolean => /[\ud800-\udbff]/.test(text.charAt(at));

/** Moves halves of surrogate pairs from equal text into the place next to it, so that no character is split. */
function wholeCharacters(parts: readonly (string | AlignedPlace)[]): (string | AlignedPlace)[] {
  const whole = [...parts];
  for (const [index, part] of whole.entries()) {
    if (typeof part === "string") continue;
    const before = whole[index - 1];
    if (typeof before === "string" && isHigh(before, before.length - 1)) {
      const half = before.slice(-1);
      whole[index - 1] = before.slice(0, -1);
      part.signed = half + part.signed;
      part.received = half + part.received;
      part.from -= 1;
    }
    const after = whole[index + 1];
    const isSplit =
      isHigh(part.signed, part.signed.length - 1) || isHigh(part.received, part.received.length - 1);
    if (typeof after === "string" && isSplit) {
      const half = after.slice(0, 1);
      whole[index + 1] = after.slice(1);
      part.signed += half;
      part.received += half;
      part.to += 1;
    }
  }
  return whole.filter((part) => part !== "");
}

/** Leaves out equal text that is far from each place. */
function clip(parts: readonly AlignedPart[]): AlignedPart[] {
  return parts.flatMap((part, index): AlignedPart[] => {
    if (typeof part !== "string" || part.length <= 2 * CONTEXT_CHARS) return [part];
    const before = index === 0 ? "" : part.slice(0, CONTEXT_CHARS);
    const after = index === parts.length - 1 ? "" : part.slice(-CONTEXT_CHARS);
    return [before, { skipped: part.slice(before.length, part.length - after.length).length }, after].filter(
      (one) => one !== "",
    );
  });
}

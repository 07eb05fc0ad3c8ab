/** What two short texts have in common, and what only one of them has. */

/** A part of both (0), of the first only (-1), or of the second only (1). */
export type Part = [side: -1 | 0 | 1, text: string];

/** The parts in order. What is gone stands before what came in its place; no character is taken apart. */
export function diff(first: string, second: string): Part[] {
  const [a, b] = [[...first], [...second]];
  const width = b.length + 1;
  /** How much what is left of both has in common, at `at(i, j)`. */
  const common = new Uint16Array((a.length + 1) * width);
  const at = (i: number, j: number) => common[i * width + j] as number;
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      common[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const parts: Part[] = [];
  let [gone, come] = ["", ""];
  const flush = () => {
    if (gone !== "") parts.push([-1, gone]);
    if (come !== "") parts.push([1, come]);
    gone = come = "";
  };
  for (let i = 0, j = 0; i < a.length || j < b.length; ) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      flush();
      const last = parts.at(-1);
      if (last?.[0] === 0) last[1] += a[i];
      else parts.push([0, a[i] as string]);
      i += 1;
      j += 1;
    } else if (j === b.length || (i < a.length && at(i + 1, j) >= at(i, j + 1))) gone += a[i++];
    else come += b[j++];
  }
  flush();
  return parts;
}

/** Character diff of two short texts by longest common subsequence: O(n·m) in time and memory. */

/** Text of both (0), of the first only (-1), or of the second only (1). */
export type DiffPart = [side: -1 | 0 | 1, text: string];

/** Returns the parts in order, removed text before added text. Surrogate pairs are never split. */
export function diff(first: string, second: string): DiffPart[] {
  const [a, b] = [[...first], [...second]];
  const width = b.length + 1;
  /** Length of the longest common subsequence of `a` from `i` and `b` from `j`, at `at(i, j)`. */
  const common = new Uint16Array((a.length + 1) * width);
  const at = (i: number, j: number) => common[i * width + j] as number;
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      common[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const parts: DiffPart[] = [];
  let [removed, added] = ["", ""];
  const flush = () => {
    if (removed !== "") parts.push([-1, removed]);
    if (added !== "") parts.push([1, added]);
    removed = added = "";
  };
  for (let i = 0, j = 0; i < a.length || j < b.length; ) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      flush();
      const last = parts.at(-1);
      if (last?.[0] === 0) last[1] += a[i];
      else parts.push([0, a[i] as string]);
      i += 1;
      j += 1;
    } else if (j === b.length || (i < a.length && at(i + 1, j) >= at(i, j + 1))) removed += a[i++];
    else added += b[j++];
  }
  flush();
  return parts;
}

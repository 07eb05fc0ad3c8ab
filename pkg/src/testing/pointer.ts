/** Members of sample data by their JSON Pointers. Data is copied where it changes. */

export type Json = Record<string, unknown>;

/** The value at a path. */
export function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce((inner: unknown, key) => (inner as Json | null | undefined)?.[key], value);
}

/** The segments of a JSON Pointer. */
export function segmentsOf(pointer: string): string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((segment) => segment.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** Whether there is a value at a pointer. */
export function present(data: unknown, pointer: string): boolean {
  return at(data, segmentsOf(pointer)) !== undefined;
}

/** A copy with a value at a pointer. Objects that are missing on the path are added. */
export function setAt(data: Json, pointer: string, value: unknown): Json {
  return changed(data, segmentsOf(pointer), value) as Json;
}

/** A copy without the value at a pointer. */
export function withoutAt(data: Json, pointer: string): Json {
  return present(data, pointer) ? setAt(data, pointer, undefined) : data;
}

function changed(value: unknown, [key, ...rest]: readonly string[], last: unknown): unknown {
  if (key === undefined) return last;
  const copy = (Array.isArray(value) ? [...value] : { ...(value as Json | undefined) }) as Json;
  const inner = changed(copy[key], rest, last);
  if (inner === undefined) delete copy[key];
  else copy[key] = inner;
  return copy;
}

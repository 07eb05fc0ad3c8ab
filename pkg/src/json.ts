/** A value as JSON; undefined for one that has none: a function, a circle, a BigInt. */
export function jsonText(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

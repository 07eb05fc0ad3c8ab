/** Checks the names of options, since a misspelt one would have no effect. */

/** The names of options, listed with their interface: `{ … } satisfies Record<keyof Options, true>`. */
export type OptionNames = Readonly<Record<string, true>>;

/**
 * The message about an option of an unknown name; undefined if all names are known. An option that is `undefined` is absent.
 *
 * SECURITY: quotes no value, and a name only where it looks like one, since a secret may have been passed in its place.
 */
export function optionMistake(call: string, options: unknown, names: OptionNames): string | undefined {
  if (options === undefined || options === null) return undefined;
  if (typeof options !== "object" || Array.isArray(options)) {
    const type = Array.isArray(options) ? "an array" : `a ${typeof options}`;
    return `Expected the options of \`${call}\` as an object, got ${type}.`;
  }
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(names, name) && (options as Record<string, unknown>)[name] !== undefined)
      return unknown(call, name, Object.keys(names));
  }
  return undefined;
}

function unknown(call: string, name: string, names: string[]): string {
  // Most secrets have digits, and no option has.
  const shown = /^[a-z_]{1,24}$/i.test(name) ? `Unknown option \`${name}\`` : "Unknown option";
  const nearest = names.find((known) => isNear(name.toLowerCase(), known.toLowerCase()));
  const hint =
    nearest === undefined
      ? `\`${call}\` takes: ${names.map((known) => `\`${known}\``).join(", ")}.`
      : `Did you mean \`${nearest}\`?`;
  return `${shown}. ${hint}`;
}

/** Whether two words differ by two letters at most, or by one letter if the known word is short. */
function isNear(word: string, known: string): boolean {
  const maxDistance = known.length < 4 ? 1 : 2;
  if (Math.abs(word.length - known.length) > maxDistance) return false;
  let row = Array.from({ length: known.length + 1 }, (_, index) => index);
  for (let at = 1; at <= word.length; at++) {
    const next = [at];
    for (let to = 1; to <= known.length; to++) {
      const changed = (row[to - 1] as number) + (word[at - 1] === known[to - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[to] as number) + 1, (next[to - 1] as number) + 1));
    }
    row = next;
  }
  return (row[known.length] as number) <= maxDistance;
}

/** The code of docs/environments.md: each block begins with a comment that names its file, and the bundler if there are several. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../support/pack.ts";

export const PAGE = join(root, "docs/environments.md");

/** The code of a heading or of a file. */
export function recipe(name: string): string {
  for (const [, code = ""] of readFileSync(PAGE, "utf8").matchAll(/^```js(?:on)?\n(.*?)^```/gms)) {
    const [first = ""] = code.split("\n");
    if (
      first.startsWith("//") &&
      first
        .slice(2)
        .split(/[:,]/)
        .some((word) => word.trim().toLowerCase() === name)
    )
      return code;
    if (name.endsWith(".json") && first.startsWith("{")) return code;
  }
  throw new Error(`docs/environments.md has no code for ${name}`);
}

// Replaces the generated names of numbers (`TokenKind.object`) by the numbers, so that a name costs users neither bytes nor
// time. esbuild does that itself only where it bundles, and the library is not bundled.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { transformSync } from "esbuild";

/** @param {string} src the sources of the package @returns {import("esbuild").Plugin} */
export function constants(src) {
  const layout = join(src, "generated", "layout.ts");
  const source = readFileSync(layout, "utf8");
  /** @type {Map<string, string>} */
  const values = new Map();
  /** @type {Set<string>} */
  const groups = new Set();
  /** The file without the groups, which nothing refers to any more. */
  const rest = source.replace(/^export const (\w+) = (\{.*?^\}) as const;$/gms, (_, group, body) => {
    const { code } = transformSync(`export default ${body}`, { format: "cjs" });
    groups.add(group);
    const module = { exports: /** @type {{ default?: Record<string, string | number> }} */ ({}) };
    new Function("module", code)(module);
    for (const [name, value] of Object.entries(module.exports.default ?? {}))
      values.set(`${group}.${name}`, JSON.stringify(value));
    return "";
  });
  if (values.size === 0) throw new Error(`No constants found in ${layout}.`);
  return {
    name: "constants",
    setup(build) {
      build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        if (path === layout) return { contents: rest, loader: "ts" };
        const text = readFileSync(path, "utf8");
        if (!text.includes("generated/layout.js")) return undefined;
        const contents = text
          .replace(/\b[A-Z]\w+\.\w+\b/g, (name) => values.get(name) ?? name)
          .replace(/^import \{([^}]*)\} (from ".*generated\/layout\.js";)$/m, (_, names, from) => {
            const kept = names.split(",").filter((/** @type {string} */ name) => !groups.has(name.trim()));
            return kept.some((/** @type {string} */ name) => name.trim()) ? `import {${kept}} ${from}` : "";
          });
        return { contents, loader: "ts" };
      });
    },
  };
}

/** The editor without what the page has no use for. What is not found as it was is an error: somebody has to look. */
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";

const own = (name: string) => fileURLToPath(new URL(`../src/editor/${name}`, import.meta.url));

/** What the view is made without, and what stands there instead. */
const CUTS: [what: RegExp, instead: string][] = [
  // Its styles: see src/editor/styles.ts.
  [/(?<=const baseTheme\$1 = ).*?(?<=\n\}, lightDarkIDs\))/s, "[]"],
  // Browsers that cannot read the page's JavaScript.
  [/\bbrowser\.ie_version\b/g, "0"],
  [/\bbrowser\.ie\b/g, "false"],
  // The second way to take what is typed, which Chromium on Android alone would use, and could do without.
  [/\bwindow\.EditContext\b/g, "undefined"],
];

export function editor(): Plugin {
  return {
    name: "hookseal-editor",
    config: () => ({
      resolve: {
        alias: { "style-mod": own("styles.ts"), "@marijn/find-cluster-break": own("clusters.ts") },
      },
    }),
    transform: {
      filter: { id: /@codemirror\/view\/dist\/index\.js$/ },
      handler: (code) =>
        CUTS.reduce((text, [what, instead]) => {
          const cut = text.replace(what, instead);
          if (cut === text) throw new Error(`The editor has no ${what}.`);
          return cut;
        }, code),
    },
  };
}

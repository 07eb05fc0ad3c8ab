/** The editor without what the page has no use for. What is not found as it was is an error: somebody has to look. */
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";

const own = (name: string) => fileURLToPath(new URL(`../src/editor/${name}`, import.meta.url));

/** Settings that the page leaves as they are, and what they are then. */
const SETTINGS = {
  atomicRanges: "[]",
  blockWrappers: "[]",
  clickAddsSelectionRange: "[]",
  darkTheme: "false",
  dragMovesSelection$1: "[]",
  editable: "true",
  exceptionSink: "[]",
  focusChangeEffect: "[]",
  inputHandler: "[]",
  mouseSelectionStyle: "[]",
  nativeSelectionHidden: "false",
  outerDecorations: "[]",
  perLineTextDirection: "false",
  scrollHandler: "[]",
  unfixGutters: "false",
  "EditorState.allowMultipleSelections": "false",
};

/** Functions for what the page never asks of the editor, and what they answer then. */
const STATE = {
  "extendTransaction(tr)": "return tr;",
  "filter(ranges)": "return this;",
  "filterTransaction(tr)": "return tr;",
  "languageDataAt(name, pos, side = -1)": "return [];",
};
const VIEW = {
  "findChangedWrappers(a, b, diff)": "return [];",
  "focusChangeTransaction(state, focus)": "return null;",
  "getIsolatedRanges(view, line)": "return [];",
  "skipAtomicRanges(atoms, pos, bias)": "return pos;",
  "skipAtomsForSelection(atoms, sel)": "return sel;",
  "updateBlockWrappers()": "",
};

/** What is taken out, and what stands there instead. */
type Cut = [what: RegExp, instead: string];

const literally = (text: string) => text.replaceAll(/[$.()]/g, "\\$&");

const setting = ([name, value]: [string, string]): Cut => [
  new RegExp(`[\\w.]+\\.facet\\(${literally(name)}\\)`, "g"),
  value,
];

/** From the head of a function to the bracket that stands as far to the right. */
const answer = ([head, text]: [string, string]): Cut => [
  new RegExp(`^( *)((?:function )?${literally(head)}) \\{\\n.*?^\\1\\}$`, "ms"),
  `$1$2 { ${text} }`,
];

const CUTS: Record<string, Cut[]> = {
  state: Object.entries(STATE).map(answer),
  view: [
    ...Object.entries(SETTINGS).map(setting),
    ...Object.entries(VIEW).map(answer),
    // Its styles: see src/editor/styles.ts.
    [/(?<=const baseTheme\$1 = ).*?(?<=\n\}, lightDarkIDs\))/s, "[]"],
    // Its own words, which nobody translates here.
    [/if \(state\.facet\(EditorState\.phrases\).*?return this\.setState\(state\);/s, ""],
    // The end of an editor: it lives as long as the page.
    [/^ {4}destroy\(\) \{\n *if \(this\.root\.activeElement.*?^ {4}\}/ms, ""],
    [/^ {4}destroy\(\) \{\n[^\n]*\n *this\.stop\(\);.*?^ {4}\}/ms, ""],
    // What a bundler keeps though nobody uses it, since it cannot tell that nothing happens there.
    [/BlockWrapper\.prototype\.startSide = .*/, ""],
    [/const hideNativeSelection = .*?\n\}\)\);/s, ""],
    // Browsers that cannot read the page's JavaScript.
    [/\bbrowser\.ie_version\b/g, "0"],
    [/\bbrowser\.ie\b/g, "false"],
    // The second way to take what is typed, which Chromium on Android alone would use, and could do without.
    [/\bwindow\.EditContext\b/g, "undefined"],
  ],
};

export function editor(): Plugin {
  return {
    name: "hookseal-editor",
    config: () => ({
      resolve: {
        alias: { "style-mod": own("styles.ts"), "@marijn/find-cluster-break": own("clusters.ts") },
      },
    }),
    transform: {
      filter: { id: /@codemirror\/(?:state|view)\/dist\/index\.js$/ },
      handler: (code, id) =>
        (CUTS[id.includes("/state/") ? "state" : "view"] ?? []).reduce((text, [what, instead]) => {
          const cut = text.replace(what, instead);
          if (cut === text) throw new Error(`The editor has no ${what}.`);
          return cut;
        }, code),
    },
  };
}

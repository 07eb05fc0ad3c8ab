/** `virtual:first`: the state of a first visit, and its verdict in the page before any script runs. */
import { execFileSync } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";
import type { ShownCause } from "../src/engine/protocol.ts";
import type { FirstVisit } from "../src/state/first.ts";
import { sealPaths } from "../src/ui/seal.ts";
import type { Step } from "../src/views/inspect/steps.ts";
import type { VerdictText } from "../src/views/inspect/words.ts";

const ID = "virtual:first";
const script = fileURLToPath(new URL("first.ts", import.meta.url));

interface First extends FirstVisit {
  words: VerdictText;
  steps: Step[];
  cause: ShownCause;
}

let made: First | undefined;

/** In a process of its own: the core of the page replaces modules of the package. */
function first(): First {
  made ??= JSON.parse(
    execFileSync(process.execPath, ["--import", "tsx", script], { encoding: "utf8", maxBuffer: 1 << 24 }),
  ) as First;
  return made;
}

const escapeHtml = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/** The verdict as the page shows it, in the elements of `verdictBand`, and the steps with the cause. */
function markup({ words, steps, cause, state }: First): string {
  const { tone, seal, kicker, aside = "", headline, sentence } = words;
  const list = steps
    .map(
      ({ title, label, note }) =>
        `<li><strong>${escapeHtml(title)}</strong>: ${escapeHtml(note === "" ? label : note)}</li>`,
    )
    .join("");
  const paths = sealPaths(seal)
    .map(([name, d]) => `<path class="${name}" d="${d}"/>`)
    .join("");
  // The space of the next step is kept, and that of the actions is in the row of the headline.
  const band = `<section class="band verdict" aria-label="Verdict" data-tone="${tone}"><span class="seal-box"><svg viewBox="0 0 32 32" class="seal" aria-hidden="true">${paths}</svg></span><div class="verdict-head"><p class="kicker-line"><strong class="kicker">${escapeHtml(kicker)}</strong> <span class="aside">${escapeHtml(aside)}</span></p><h1>${escapeHtml(headline)}</h1></div><p class="verdict-text">${escapeHtml(sentence)}</p><span class="step"></span></section>`;
  return `<div id="first"><header class="bar"><p class="brand">Hookseal</p></header><main class="mode"><div class="inspect">${band}<section class="first-why" aria-label="Why"><p>An example. Paste your own delivery anywhere on this page.</p><ul>${list}</ul><p><code>${escapeHtml(cause.code)}</code> ${escapeHtml(cause.fix)}</p></section><pre class="first-request">${escapeHtml(`${state.headerText}\n\n${state.body}`)}</pre></div></main></div>`;
}

export function firstVisit(): Plugin {
  return {
    name: "hookseal-first",
    resolveId: (id) => (id === ID ? `\0${ID}` : undefined),
    load(id) {
      if (id !== `\0${ID}`) return;
      this.addWatchFile(script);
      const { state, id: example } = first();
      return `export default ${JSON.stringify({ state, id: example })};`;
    },
    transformIndexHtml: (html) => html.replace("<!-- first -->", () => markup(first())),
  };
}

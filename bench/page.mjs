// docs/performance.md and its charts, from bench/result.json. The prose of the page is written by hand. Everything between
// `<!-- bench: NAME -->` and `<!-- /bench -->` is generated, so that no number is.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { svg } from "./chart.mjs";
import { GROUPS } from "./groups.mjs";
import { markdown, megabytes } from "./table.mjs";

export const RESULT = fileURLToPath(new URL("result.json", import.meta.url));
const PAGE = fileURLToPath(new URL("../docs/performance.md", import.meta.url));
const CHARTS = fileURLToPath(new URL("../docs/charts/", import.meta.url));

/** Writes a file only if it changed. @param {string} path @param {string} content */
function put(path, content) {
  let before = "";
  try {
    before = readFileSync(path, "utf8");
  } catch {
    // The file is new.
  }
  if (before !== content) writeFileSync(path, content);
}

/** The picture of a chart, in the colors of the reader's page. @param {import("./chart.mjs").Chart} chart */
const picture = ({ name, title }) => `<picture>
  <source media="(prefers-color-scheme: dark)" srcset="charts/${name}-dark.svg">
  <img alt="${title}" src="charts/${name}-light.svg">
</picture>`;

/** The blocks of the page, by name. @param {import("./groups.mjs").Result} result */
function blocks({ date, command, machine, groups }) {
  /** @type {Map<string, string>} */
  const all = new Map();
  all.set(
    "machine",
    `Measured on ${date} by \`${command}\`: ${machine.cpu}, ${machine.cores} cores, ${megabytes(
      machine.memory / 1000,
    )
      .replace(" MB", " GB")
      .replace(/\.\d/, "")} of memory, ${machine.system}, Node.js ${machine.node.slice(1)}.`,
  );
  for (const { name, tables, charts } of GROUPS) {
    const data = groups[name];
    if (data === undefined) throw new Error(`bench/result.json has no group ${name}`);
    const drawn = charts?.(data) ?? [];
    all.set(name, [...drawn.map(picture), ...tables(data).map(markdown)].join("\n\n"));
    for (const chart of drawn)
      for (const theme of /** @type {const} */ (["light", "dark"]))
        put(`${CHARTS}${chart.name}-${theme}.svg`, svg(chart, theme));
  }
  return all;
}

/** Writes the page and the charts. */
export function writePage() {
  mkdirSync(CHARTS, { recursive: true });
  const rest = blocks(JSON.parse(readFileSync(RESULT, "utf8")));
  const page = readFileSync(PAGE, "utf8").replace(
    /(<!-- bench: (\w+) -->\n)[\s\S]*?(<!-- \/bench -->)/g,
    (_, start, name, end) => {
      const block = rest.get(name);
      if (block === undefined)
        throw new Error(`docs/performance.md: there is no group "${name}", or it is there twice`);
      rest.delete(name);
      return `${start}\n${block}\n\n${end}`;
    },
  );
  if (rest.size > 0) throw new Error(`docs/performance.md lacks: ${[...rest.keys()].join(", ")}`);
  put(PAGE, page);
}

// `node bench/page.mjs`, which `cargo xtask build` runs.
if (process.argv[1] === fileURLToPath(import.meta.url)) writePage();

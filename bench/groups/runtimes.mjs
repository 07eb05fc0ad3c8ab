// The whole job over node:crypto and JSON.parse without any check, in other runtimes. All of them have node:crypto.
import { SERIES, SIZES } from "../bodies.mjs";
import { inRoot, program, start } from "../children.mjs";
import { ratio } from "../table.mjs";
import { inWorkerd } from "../workerd.mjs";

export const name = "runtimes";

/** Bodies whose keys are mostly unnamed, and ones whose keys are all named. */
const NAMES = ["GitHub", "GitHub, not ASCII", "X-on", "X-on, not ASCII"];
const COMMANDS = /** @type {const} */ ({
  Node: [process.execPath, []],
  Bun: [inRoot("node_modules/.bin/bun"), ["run"]],
  Deno: [inRoot("node_modules/.bin/deno"), ["run", "--allow-all"]],
});

/** @typedef {Record<string, { size: string, measured: import("../measure.mjs").Measured[] }[]>} Lines by the names of series */

/** @param {{ rounds: number, clock: string, isShort: boolean }} settings */
export async function measure({ rounds, clock, isShort }) {
  const names = isShort ? NAMES.slice(0, 1) : NAMES;
  const sizes = isShort ? ["1 KB"] : Object.keys(SIZES);
  const few = Math.min(rounds, 15);
  /** @type {{ runtime: string, version: string, lines: Lines }[]} */
  const runtimes = [];
  for (const [runtime, [command, flags]] of Object.entries(COMMANDS)) {
    /** @type {Lines} */
    const lines = {};
    for (const name of names)
      lines[name] = await program(
        "job.mjs",
        { name, sizes, rounds: few, clock },
        { command, flags: [...flags] },
      );
    runtimes.push({ runtime, version: await versionOf(command), lines });
  }
  const series = SERIES.filter(({ name }) => names.includes(name));
  const workerd = inRoot("node_modules/.bin/workerd");
  runtimes.push({
    runtime: "workerd",
    version: await versionOf(workerd),
    lines: await inWorkerd(series, sizes, few),
  });
  return runtimes;
}

/** @param {string} command */
async function versionOf(command) {
  const { output, ended } = start(command, ["--version"]);
  await ended;
  return /\d+(\.\d+|-\d\d)+/.exec(output.stdout)?.[0] ?? "";
}

/** @param {Awaited<ReturnType<typeof measure>>} runtimes @returns {import("../table.mjs").Table[]} */
export const tables = (runtimes) =>
  [...new Set(runtimes.flatMap(({ lines }) => Object.keys(lines)))].map((name) => ({
    title: `${name}: verify, check and an object, over node:crypto and JSON.parse without a check`,
    headings: ["", ...runtimes.map(({ runtime, version }) => `${runtime} ${version}`)],
    rows: Object.keys(SIZES).map((size) => [
      size,
      ...runtimes.map(({ lines }) =>
        ratio(lines[name]?.find((point) => point.size === size)?.measured[1]?.ratio),
      ),
    ]),
  }));

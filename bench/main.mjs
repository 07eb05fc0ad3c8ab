// `cargo xtask bench [--only GROUP,…] [--rounds N] [--clock wall|cpu] [--long] [--json] [--write]`: measures what Hookseal
// costs, compared with what others cost. `--write` keeps the result in bench/result.json, from which docs/performance.md and its
// charts are generated. `--short` measures nothing: it shows that all contenders do the same job on the same bytes.
import { writeFileSync } from "node:fs";
import os from "node:os";
import process from "node:process";
import { parseArgs } from "node:util";
import { GROUPS, NAMED_GROUPS } from "./groups.mjs";
import { RESULT, writePage } from "./page.mjs";
import { text } from "./table.mjs";

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "31" },
    clock: { type: "string", default: "wall" },
    only: { type: "string" },
    short: { type: "boolean", default: false },
    long: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
  },
});
const rounds = Number(options.rounds);
if (!Number.isInteger(rounds) || rounds < 1) throw new Error("--rounds takes a whole number from 1");
if (!["wall", "cpu"].includes(options.clock)) throw new Error("--clock takes wall or cpu");
const names = options.only?.split(",");
const groups = names === undefined ? GROUPS : [...GROUPS, ...NAMED_GROUPS];
for (const name of names ?? [])
  if (!groups.some((group) => group.name === name))
    throw new Error(`--only takes names of ${groups.map((group) => group.name).join(", ")}`);
if (options.write && (names !== undefined || options.short)) throw new Error("--write takes all groups");

const settings = {
  rounds: options.short ? 1 : rounds,
  clock: options.clock,
  isShort: options.short,
  isLong: options.long,
};
const say = options.json ? () => {} : console.log;
/** @type {import("./groups.mjs").Result} */
const result = {
  date: new Date().toISOString().slice(0, 10),
  command: ["cargo xtask bench", ...process.argv.slice(2)].join(" "),
  machine: {
    cpu: os.cpus()[0]?.model.trim() ?? "unknown",
    cores: os.availableParallelism(),
    memory: os.totalmem(),
    system: `${os.platform()} ${os.arch()}`,
    node: process.version,
  },
  groups: {},
};
const failures = [];
for (const { name, measure, tables } of groups.filter((group) => names?.includes(group.name) ?? true)) {
  const start = performance.now();
  try {
    result.groups[name] = await measure(settings);
    for (const table of tables(result.groups[name])) say(`\n${text(table)}`);
  } catch (error) {
    // One group that fails leaves the others their numbers.
    failures.push(name);
    console.error(`\n${name}: ${error instanceof Error ? error.message : error}`);
  }
  if (!options.json && !options.short)
    console.log(`\n(${name}: ${((performance.now() - start) / 1000).toFixed(0)} s)`);
}
if (options.json) console.log(JSON.stringify(result, null, 2));
if (failures.length > 0) {
  console.error(`\nNot measured: ${failures.join(", ")}.`);
  process.exitCode = 1;
}
if (options.write && failures.length > 0) {
  console.error("Nothing was written.");
} else if (options.write) {
  writeFileSync(RESULT, `${JSON.stringify(result, null, 1)}\n`);
  writePage();
}

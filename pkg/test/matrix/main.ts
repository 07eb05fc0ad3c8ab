/**
 * Environments of users: each is a small project with the packed tarball and packages of the registry. It is built and run, and has
 * to verify a signed delivery and reject a tampered one. `cargo xtask matrix [NAME...]` runs all, or those whose names start with one of
 * the words. `--list` prints the names, `--quick` runs those of the test command, `--write` records what ran in docs/environments.md, and `--keep` leaves
 * the projects in their folder.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { pack } from "../support/pack.ts";
import type { Environment } from "./environment.ts";
import { ENVIRONMENTS } from "./environments/index.ts";
import { type Row, writeRows } from "./page.ts";
import { Project, type Workshop } from "./project.ts";

/** The limit of one project. */
const LIMIT_MS = 600_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    keep: { type: "boolean", default: false },
    list: { type: "boolean", default: false },
    quick: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
  },
});

const named = positionals.map((word) => {
  const exact = ENVIRONMENTS.filter(({ name }) => name === word);
  return exact.length > 0 ? exact : ENVIRONMENTS.filter(({ name }) => name.startsWith(word));
});
const unknown = positionals.filter((_, index) => named[index]?.length === 0);
const chosen = ENVIRONMENTS.filter(
  (environment) =>
    (!values.quick || environment.isQuick) &&
    (positionals.length === 0 || named.some((some) => some.includes(environment))),
);
if (values.list || unknown.length > 0 || chosen.length === 0) {
  if (unknown.length > 0) console.error(`No environment starts with ${unknown.join(", ")}. There are:`);
  for (const { name, title, covers } of ENVIRONMENTS) console.log(`${name.padEnd(24)} ${title}: ${covers}`);
  process.exit(values.list ? 0 : 2);
}

const folder = mkdtempSync(join(tmpdir(), "hookseal-matrix-"));
const workshop: Workshop = { folder, tarball: pack(folder) };
const rows: Row[] = [];
try {
  for (const environment of chosen) rows.push(await tryOut(environment));
} finally {
  if (values.keep) console.log(`The projects are in ${folder}`);
  else rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
const failed = rows.filter(({ error }) => error !== undefined);
console.log(`\n${rows.length - failed.length} passed, ${failed.length} failed`);
for (const { name } of failed) console.log(`repeat with: cargo xtask matrix ${name} --keep`);
if (values.write)
  writeRows(
    rows.filter(({ error }) => error === undefined),
    ENVIRONMENTS,
  );
// A server that does not end must not keep this process.
process.exit(failed.length === 0 ? 0 : 1);

/** Runs one environment, within its time, and prints its line. */
async function tryOut({ name, title, covers, run }: Environment): Promise<Row> {
  const start = performance.now();
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), LIMIT_MS);
  const { signal } = limit;
  const project = new Project(name, workshop, signal);
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(new Error(`no result within ${LIMIT_MS / 1000} s`)));
  });
  const row: Row = { name, title, covers, version: "", seconds: 0 };
  try {
    row.version = await Promise.race([run(project), aborted]);
  } catch (error) {
    row.error = error instanceof Error ? error.message : String(error);
  } finally {
    clearTimeout(timer);
    await project.end();
    if (!values.keep) rmSync(project.folder, { recursive: true, force: true, maxRetries: 5 });
  }
  row.seconds = (performance.now() - start) / 1000;
  const result = row.error === undefined ? "runs" : "FAILS";
  console.log(
    `${name.padEnd(24)} ${row.version.padEnd(36)} ${result.padEnd(6)} ${row.seconds.toFixed(1).padStart(6)} s`,
  );
  if (row.error !== undefined) console.log(`${row.error}\n`);
  return row;
}

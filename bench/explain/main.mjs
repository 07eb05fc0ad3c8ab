// `cargo xtask bench --explain [--short] [--write] [--only FAMILY] [--show N]`: explains deliveries whose change is known, and
// prints the share proved, the share falsely proved, and the time. Fails if a proof is false, or if too few are proved.
//
// HOOKSEAL_PACKAGE names the folder of another built package to measure.
import { writeFileSync } from "node:fs";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { corpus } from "./corpus.mjs";
import { byFamily, bySize, counted, explained, isProvable } from "./measure.mjs";
import { page, printed } from "./table.mjs";

const { values: options } = parseArgs({
  options: {
    short: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
    only: { type: "string" },
    show: { type: "string", default: "3" },
  },
});

/** The goal: proved of what is provable. */
const MIN_SHARE = 0.97;
const RESULT = new URL("result.md", import.meta.url);

const other = process.env.HOOKSEAL_PACKAGE;
const entry = other === undefined ? "hookseal" : pathToFileURL(`${other}/dist/esm/index.js`).href;
/** @type {typeof import("hookseal")} */
const hookseal = await import(entry);

// The short run needs no Ruby, which only this benchmark installs.
const languages = options.short ? ["python"] : ["python", "php", "ruby"];
const cases = (await corpus(languages, options.short)).filter(
  ({ family }) => options.only === undefined || family.includes(options.only),
);
// The first calls compile the module.
for (const warm of cases.slice(0, 50)) explained(hookseal, warm);
const results = cases.map((one) => explained(hookseal, one));

const total = counted(results);
const [families, sizes] = [byFamily(results), bySize(results)];
console.log(printed(families, sizes, total));
const slowest = results.reduce((one, two) => (one.milliseconds < two.milliseconds ? two : one));
console.log(`\nslowest: ${slowest.case.family}: ${slowest.case.title}`);
show(results);

const share = total.proved / total.provable;
const isEnough = options.short || total.provable === 0 || share >= MIN_SHARE;
if (total.false > 0) console.error(`\n${total.false} proofs are false.`);
if (total.verified < total.valid)
  console.error(`\n${total.valid - total.verified} valid deliveries do not verify.`);
if (!isEnough) console.error(`\n${(share * 100).toFixed(1)} % are proved; the goal is ${MIN_SHARE * 100} %.`);
if (options.write) {
  if (options.short || options.only !== undefined) throw new Error("--write takes the whole corpus");
  writeFileSync(RESULT, page(families, sizes, total));
}
process.exitCode = total.false === 0 && total.verified === total.valid && isEnough ? 0 : 1;

/** @param {import("./measure.mjs").Result} result */
function isMeasured(result) {
  return isProvable(result) || result.case.expected === "valid";
}

/** The first cases of each family that are falsely proved, or not proved. @param {import("./measure.mjs").Result[]} all */
function show(all) {
  const max = Number(options.show);
  for (const { family } of families) {
    const own = all.filter((result) => result.case.family === family);
    const untrue = own.filter(({ falseProof }) => falseProof !== "");
    const open = own.filter(({ isProved, falseProof }) => !isProved && falseProof === "").filter(isMeasured);
    for (const [word, list] of /** @type {const} */ ([
      ["false", untrue],
      ["not proved", open],
    ])) {
      for (const { case: one, matches, observations, falseProof } of list.slice(0, max)) {
        console.log(`\n${word}: ${family}: ${one.title}`);
        console.log(`  expected ${one.expected} ${one.parts.map((part) => part.join("|")).join(" + ")}`);
        console.log(
          `  matches [${matches}] observations [${observations}]${falseProof && ` false: ${falseProof}`}`,
        );
      }
    }
  }
}

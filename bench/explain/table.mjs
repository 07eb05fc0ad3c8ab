// The tables: for the terminal, and for the page of causes.

/**
 * @typedef {ReturnType<typeof import("./measure.mjs").counted>} Total
 * @typedef {ReturnType<typeof import("./measure.mjs").byFamily>} Families
 * @typedef {ReturnType<typeof import("./measure.mjs").bySize>} Sizes
 */

/** @param {number} part @param {number} whole */
const percent = (part, whole) => (whole === 0 ? "-" : `${((part / whole) * 100).toFixed(1)} %`);
/** @param {number} time */
const ms = (time) => `${time.toFixed(1)} ms`;

/** The rows of the table of times. @param {Sizes} sizes */
const timeRows = (sizes) =>
  sizes.map(({ size, cases, median, p95, worst }) => [size, String(cases), ms(median), ms(p95), ms(worst)]);

/** @param {Families} families @param {Sizes} sizes @param {Total} total */
export function printed(families, sizes, total) {
  const rows = [...families, { family: "total", ...total }].map((row) => [
    row.family,
    String(row.cases),
    String(row.provable),
    percent(row.proved, row.provable),
    String(row.valid),
    percent(row.verified, row.valid),
    String(row.false),
    ms(row.median),
  ]);
  return `${aligned([["family", "cases", "provable", "proved", "valid", "verified", "false", "median"], ...rows])}\n\n${aligned([["body", "cases", "median", "95th", "worst"], ...timeRows(sizes)])}`;
}

/** @param {string[][]} rows */
function aligned(rows) {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart((widths[column] ?? 0) + 2),
        )
        .join(""),
    )
    .join("\n");
}

/** @param {string[][]} rows the first has the headings */
const markdown = ([headings = [], ...rows]) =>
  [headings, headings.map((_, column) => (column === 0 ? "---" : "---:")), ...rows]
    .map((row) => `| ${row.join(" | ")} |`)
    .join("\n");

/** What the tables measure. */
const CORPUS =
  "The corpus is made of deliveries whose change is known: samples of providers and made-up events of up to 72 KB, signed as " +
  "six providers sign. Node.js, Python, PHP and Ruby serialize with their own libraries, and requests pass real servers; Go, " +
  "Rails, Java and .NET are their rules, written out. A change is provable if the sender's serializer, or a rule for the order " +
  "of keys or the format of numbers, restores the signed bytes from the received ones; times are of WebAssembly in Node.js.";

/** @param {Families} families @param {Sizes} sizes @param {Total} total */
export function page(families, sizes, total) {
  const shares = [...families, { family: "**all**", ...total }].map((row) => [
    row.family,
    String(row.cases),
    String(row.provable),
    percent(row.proved, row.provable),
    String(row.false),
  ]);
  return `${CORPUS}

${markdown([["what was done", "deliveries", "provable", "proved", "falsely proved"], ...shares])}

${markdown([["received body", "deliveries", "median", "95th percentile", "worst"], ...timeRows(sizes)])}
`;
}

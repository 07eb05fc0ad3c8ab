// The whole job next to node:crypto and JSON.parse with ajv or zod, which check the same schema.
import { SIZES } from "../bodies.mjs";
import { program } from "../children.mjs";
import { ratio } from "../table.mjs";

export const name = "validators";

const SCHEMAS = {
  PainChek: "painchek/assessment_add.schema.json",
  "X-on": "xon/file-request.files.update.R7-R9.schema.json",
};

/** @param {{ rounds: number, clock: string, isShort: boolean }} settings */
export async function measure({ rounds, clock, isShort }) {
  /** @type {{ name: string, points: { size: string, measured: import("../measure.mjs").Measured[] }[] }[]} */
  const lines = [];
  const sizes = isShort ? ["1 KB"] : Object.keys(SIZES);
  for (const [name, schema] of Object.entries(SCHEMAS))
    lines.push({ name, points: await program("validators.mjs", { name, schema, sizes, rounds, clock }) });
  return lines;
}

/** @param {Awaited<ReturnType<typeof measure>>} lines @returns {import("../table.mjs").Table[]} */
export const tables = (lines) => [
  {
    title: "Verify, check and an object, over node:crypto, JSON.parse and a validator",
    headings: ["", ...Object.keys(SIZES)],
    rows: lines.flatMap(({ name, points }) =>
      ["ajv, full formats", "zod"].map((validator) => [
        `${name}, ${validator}`,
        ...Object.keys(SIZES).map((size) =>
          ratio(
            points.find((point) => point.size === size)?.measured.find((one) => one.name === validator)
              ?.ratio,
          ),
        ),
      ]),
    ),
  },
];

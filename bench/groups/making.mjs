// How long a webhook takes to make: the first of a process, which also compiles the module, and later ones.
import { program } from "../children.mjs";
import { median } from "../measure.mjs";
import { ms } from "../table.mjs";

export const name = "making";

const PROVIDERS = ["painchek", "xon", "github", "stripe"];

/** @param {{ rounds: number }} settings */
export async function measure({ rounds }) {
  const results = [];
  for (const provider of PROVIDERS) {
    /** @type {{ import: number, first: number, again: number, other: number }[]} */
    const times = [];
    const other = PROVIDERS.find((one) => one !== provider);
    for (let round = 0; round < Math.min(rounds, 11); round++)
      times.push(await program("making.mjs", { first: provider, other }));
    const of = (/** @type {"import" | "first" | "again" | "other"} */ what) =>
      median(times.map((one) => one[what]));
    results.push({
      provider,
      import: of("import"),
      first: of("first"),
      again: of("again"),
      other: of("other"),
    });
  }
  return results;
}

/** @param {Awaited<ReturnType<typeof measure>>} data @returns {import("../table.mjs").Table[]} */
export const tables = (data) => [
  {
    title: "Making a webhook in a new process",
    headings: [
      "",
      "import of the package",
      "the first webhook, with the module",
      "another provider's",
      "the same again",
    ],
    rows: data.map((one) => [one.provider, ms(one.import), ms(one.first), ms(one.other), ms(one.again)]),
  },
];

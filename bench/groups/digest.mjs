// What a receiver asks of the core (check, and the SHA-256 of the body) over the check alone.
import { program } from "../children.mjs";
import { ratio, us } from "../table.mjs";

export const name = "digest";

/** @param {{ rounds: number, clock: string }} settings @returns {Promise<{ bytes: number, measured: import("../measure.mjs").Measured[] }>} */
export const measure = ({ rounds, clock }) => program("digest.mjs", { rounds, clock });

/** @param {Awaited<ReturnType<typeof measure>>} data @returns {import("../table.mjs").Table[]} */
export const tables = ({ bytes, measured }) => [
  {
    title: `Check with the digest of the body, over the check alone (${bytes} bytes)`,
    headings: ["", "time", "over the check alone"],
    rows: measured.map(({ name, microseconds, ratio: over }) => [name, us(microseconds), ratio(1 / over)]),
  },
];

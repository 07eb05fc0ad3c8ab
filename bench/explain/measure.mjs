// Explains each case and counts: proved, not proved, falsely proved. Times are of `explain` alone, as processor time of the
// process: wall time measures what else runs on the machine.
import process from "node:process";
import { isAmong } from "./cases.mjs";

/**
 * @typedef {import("./cases.mjs").Case} Case
 * @typedef {object} Result
 * @property {Case} case
 * @property {string[]} matches @property {string[]} observations
 * @property {string} falseProof what was said that does not hold; empty: nothing
 * @property {boolean} isProved every part is named, or a delivery that has to verify does so
 * @property {boolean} isRejected whether `explain` or the webhook threw
 * @property {number} milliseconds
 *
 * @typedef {typeof import("hookseal")} Hookseal
 */

/**
 * A webhook for a secret of the provider's form, or one that only explains and takes any text as a secret.
 * @param {Hookseal} hookseal @param {Case} entry
 */
function webhookOf(hookseal, { provider, secrets }) {
  try {
    return hookseal.webhook(/** @type {any} */ (provider), { secrets });
  } catch {
    return hookseal.webhook(
      /** @type {any} */ (provider),
      /** @type {any} */ ({ secrets, explainOnly: true }),
    );
  }
}

/** Whether the signature is valid; a "stale" one has a timestamp outside of the tolerance. @param {ReturnType<typeof webhookOf>} hook @param {Case} entry */
function isSigned(hook, { delivery, now }) {
  try {
    return ["verified", "stale"].includes(hook.inspect(delivery, { now }).signature.status);
  } catch {
    // A webhook that only explains does not inspect.
    return false;
  }
}

/** @param {Hookseal} hookseal @param {Case} entry @returns {Result} */
export function explained(hookseal, entry) {
  const result = {
    case: entry,
    matches: /** @type {string[]} */ ([]),
    observations: /** @type {string[]} */ ([]),
  };
  let milliseconds = 0;
  let isValid = false;
  let signedBody = /** @type {Uint8Array | undefined} */ (undefined);
  try {
    const hook = webhookOf(hookseal, entry);
    isValid = isSigned(hook, entry);
    const start = process.cpuUsage();
    const explanation = hook.explain(entry.delivery, { now: entry.now });
    milliseconds = elapsed(start);
    result.matches = explanation.matches.map(({ code }) => code);
    result.observations = explanation.observations.map(({ code }) => code);
    signedBody = explanation.signedBody;
  } catch (error) {
    const code = /** @type {{ code?: string }} */ (error).code ?? String(error);
    return {
      ...result,
      falseProof: "",
      isProved: false,
      isRejected: true,
      milliseconds,
      observations: [`thrown: ${code}`],
    };
  }
  return {
    ...result,
    ...verdict(entry, result.matches, isValid, signedBody),
    isRejected: false,
    milliseconds,
  };
}

/**
 * @param {Case} entry @param {string[]} matches @param {boolean} isValid @param {Uint8Array | undefined} signedBody
 */
function verdict(entry, matches, isValid, signedBody) {
  const { expected, parts, also } = entry;
  const allowed = expected === "valid" || expected === "nothing" ? [] : [...parts.flat(), ...also];
  const untrue = matches.filter((code) => !isAmong(allowed, code));
  const isNamed = parts.every((part) => matches.some((code) => isAmong(part, code)));
  let falseProof = untrue.join(", ");
  if (falseProof === "" && isValid && (expected === "nothing" || expected === "cause"))
    falseProof = "verified";
  // A proof of a changed body reproduces the signed bytes.
  if (
    falseProof === "" &&
    matches.length > 0 &&
    signedBody !== undefined &&
    !entry.signed.equals(signedBody)
  ) {
    falseProof = `${matches.join(", ")}: other bytes than signed`;
  }
  const isProved =
    falseProof === "" &&
    (expected === "valid"
      ? isValid
      : expected === "either"
        ? isValid || (matches.length > 0 && isNamed)
        : matches.length > 0 && isNamed);
  return { falseProof, isProved };
}

/** Families in the order of their first case. @param {Result[]} results */
export function byFamily(results) {
  const families = new Map();
  for (const result of results) {
    const list = families.get(result.case.family) ?? [];
    list.push(result);
    families.set(result.case.family, list);
  }
  return [...families].map(([family, list]) => ({ family, ...counted(list) }));
}

/** @param {Result[]} results */
export function counted(results) {
  const provable = results.filter(isProvable);
  const valid = results.filter(({ case: { expected } }) => expected === "valid");
  return {
    cases: results.length,
    provable: provable.length,
    proved: provable.filter(({ isProved }) => isProved).length,
    valid: valid.length,
    verified: valid.filter(({ isProved }) => isProved).length,
    false: results.filter(({ falseProof }) => falseProof !== "").length,
    median: quantile(results, 0.5),
  };
}

/** Whether the cause can be proved. @param {Result} result */
export const isProvable = ({ case: { expected, lost } }) =>
  ["cause", "either"].includes(expected) && lost === "";

const SIZES = /** @type {const} */ ([
  ["up to 1 KB", 1024],
  ["1 to 4 KB", 4096],
  ["4 to 16 KB", 16_384],
  ["16 to 72 KB", 73_728],
]);

/** Times by the size of the received body. @param {Result[]} results */
export function bySize(results) {
  let min = -1;
  return SIZES.flatMap(([size, max]) => {
    const lower = min;
    min = max;
    const list = results.filter(
      ({ case: { delivery } }) => delivery.body.length > lower && delivery.body.length <= max,
    );
    if (list.length === 0) return [];
    return [
      {
        size,
        cases: list.length,
        median: quantile(list, 0.5),
        p95: quantile(list, 0.95),
        worst: quantile(list, 1),
      },
    ];
  });
}

/** @param {Result[]} results @param {number} share */
function quantile(results, share) {
  const times = results.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b);
  return times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
}

/** @param {NodeJS.CpuUsage} start */
function elapsed(start) {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

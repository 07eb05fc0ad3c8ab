// Measures contenders against each other, never alone: machines that are shared swing by half, and a ratio of
// two neighbours in time does not.
import { performance } from "node:perf_hooks";
import process from "node:process";

/** How long one contender runs in one round. */
const SLICE_MS = 8;
const WARM_UP_MS = 250;

/**
 * Clocks in milliseconds. The time on the wall is what a user waits; the time on the processor, of all the
 * engine's threads, is what is left to compare on a machine that is busy with other things.
 */
const CLOCKS = {
  wall: () => performance.now(),
  cpu: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
};

let now = CLOCKS.wall;

/** @param {string} clock */
export function tellTimeBy(clock) {
  const found = CLOCKS[/** @type {keyof typeof CLOCKS} */ (clock)];
  if (found === undefined) throw new Error(`--clock takes ${Object.keys(CLOCKS).join(" or ")}`);
  now = found;
}

/**
 * @template T
 * @param {{ name: string, run: (input: T) => unknown }[]} contenders the first is what the others are divided by
 * @param {T[]} inputs
 * @param {number} rounds
 * @returns {{ name: string, microseconds: number, ratio: number }[]} medians: of the time of one call, and of
 *   the ratio first / this one, of which below 1 means that the first is faster
 */
export function measure(contenders, inputs, rounds) {
  const entries = contenders.map((contender) => ({
    ...contender,
    calls: warmUp(contender, inputs),
    times: /** @type {number[]} */ ([]),
  }));
  for (let round = 0; round < rounds; round++) {
    // Nobody always runs behind the same neighbour.
    const first = round % entries.length;
    for (const { run, calls, times } of [...entries.slice(first), ...entries.slice(0, first)]) {
      times.push(time(run, inputs, calls) / calls);
    }
  }
  const reference = entries[0]?.times ?? [];
  return entries.map(({ name, times }) => ({
    name,
    microseconds: median(times) * 1000,
    ratio: median(reference.map((ours, round) => ours / (times[round] ?? Number.NaN))),
  }));
}

/**
 * Calls until the engine has made up its mind, and says how many calls fill a slice.
 * @template T
 * @param {{ run: (input: T) => unknown }} contender
 * @param {T[]} inputs
 */
function warmUp({ run }, inputs) {
  const end = performance.now() + WARM_UP_MS;
  let spent = time(run, inputs, inputs.length);
  while (performance.now() < end) spent = time(run, inputs, inputs.length);
  return Math.max(1, Math.round(SLICE_MS / Math.max(spent, 0.01))) * inputs.length;
}

/**
 * @template T
 * @param {(input: T) => unknown} run
 * @param {T[]} inputs
 * @param {number} calls a multiple of the number of inputs
 */
function time(run, inputs, calls) {
  const start = now();
  for (let call = 0; call < calls; call += inputs.length) {
    for (const input of inputs) kept = run(input);
  }
  return now() - start;
}

/** The last result, where the engine can see that somebody may want it. @type {unknown} */
export let kept;

/** @param {number[]} values */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (/** @type {number} */ index) => sorted[index] ?? Number.NaN;
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? at(middle) : (at(middle - 1) + at(middle)) / 2;
}

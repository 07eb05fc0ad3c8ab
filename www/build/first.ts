/**
 * The first visit: an example that is rejected, inspected and explained by the core when the page is built. Prints the result as
 * JSON. The ids of the delivery and the time are fixed, so that every build is the same.
 */
import process from "node:process";
import { loadFull } from "./in-process.ts";

const ID = "painchek-rewritten";
const NOW = Date.UTC(2026, 0, 1);

await loadFull();
const { handlers } = await import("./in-process.ts");
const { formatHeaderText } = await import("../src/state/state.ts");
const { describeVerdict } = await import("../src/views/inspect/words.ts");
const { describeSteps } = await import("../src/views/inspect/steps.ts");

const { delivery: made, provider, secret } = handlers.makeExample({ id: ID });
const delivery = {
  ...made,
  headers: made.headers.map(([name, value]): [string, string] => [
    name,
    /^[\da-f]{8}-/.test(value) ? "00000000-0000-4000-8000-000000000000" : value,
  ]),
};
const input = {
  delivery,
  provider: "painchek",
  secret,
  encoding: "provider",
  profile: "lenient",
  now: NOW,
} as const;
const result = handlers.inspect(input);
const explanation = handlers.explain(input);
if ("isUndetected" in result) throw new Error("The example of the first visit has no provider.");
const { text, ...head } = delivery;
const state = { isEmpty: false, isBusy: false, hasSecret: true, result, explanation };
process.stdout.write(
  JSON.stringify({
    state: {
      headerText: formatHeaderText(head),
      body: text,
      provider,
      secret,
      result: { ...result, provider: { ...result.provider, isDetected: true } },
      explanation,
    },
    id: ID,
    words: describeVerdict(state),
    steps: describeSteps(result),
    cause: explanation.causes[0],
  }),
);

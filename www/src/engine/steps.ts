/**
 * The way of a delivery, as the report tells it. Which step an issue belongs to is read off its code, because the
 * report does not say.
 */
import type { Issue, ProviderDefinition, Report } from "./core.ts";
import type { Step, StepName } from "./protocol.ts";

/** The step of an issue. */
export function stepOf(
  { code, pointer }: Pick<Issue, "code" | "pointer">,
  given: ProviderDefinition,
): StepName {
  const { rules, envelope } = given;
  if (rules !== undefined && Object.hasOwn(rules, code)) return "rules";
  if (/^(signature|secret|timestamp|algorithm)-/.test(code)) return "signature";
  if (/^body-/.test(code)) return "bytes";
  if (/^json-/.test(code) || code === "number-precision") return "json";
  if (/^(envelope-|event-|content-type)/.test(code) || pointer === envelope.type) return "envelope";
  return "contract";
}

const NAMES: StepName[] = ["bytes", "signature", "json", "envelope", "contract", "rules"];

/** What a step needs, so that it is looked at. */
const NEEDS: Record<StepName, StepName[]> = {
  bytes: [],
  signature: [],
  json: ["bytes"],
  envelope: ["bytes", "json"],
  contract: ["bytes", "json", "envelope"],
  rules: ["bytes", "json", "envelope", "contract"],
};

export function stepsOf(
  report: Report,
  issues: readonly (Issue & { step: StepName })[],
  bytes: number,
): Step[] {
  const failed = (name: StepName) => issues.some((one) => one.step === name && one.severity === "error");
  const first = NAMES.find(failed);
  const unknown = issues.some(({ code }) => code === "event-unknown");
  return NAMES.map((name): Step => {
    const here = issues.filter((one) => one.step === name);
    const errors = here.filter(({ severity }) => severity === "error").length;
    const warnings = here.filter(({ severity }) => severity === "warning").length;
    const blocked = NEEDS[name].some(failed) || (unknown && (name === "contract" || name === "rules"));
    const unsigned = name === "signature" && report.signature.status === "unsigned";
    let state: Step["state"] = "passed";
    if (blocked) state = "skipped";
    else if (errors > 0) state = "failed";
    else if (warnings > 0 || unsigned) state = "warned";
    return { name, state, stopped: name === first, note: note(name, state, report, errors, warnings, bytes) };
  });
}

function note(
  name: StepName,
  state: Step["state"],
  { signature, type, revision }: Report,
  errors: number,
  warnings: number,
  bytes: number,
): string {
  if (state === "skipped") return "not reached";
  if (name === "signature") return signature.status === "unsigned" ? unsigned(signature) : signature.status;
  if (errors > 0) return errors === 1 ? "1 error" : `${errors} errors`;
  if (warnings > 0) return warnings === 1 ? "1 warning" : `${warnings} warnings`;
  if (name === "bytes") return `${bytes.toLocaleString("en")} bytes`;
  if (name === "envelope" && type !== undefined) return type.length > 20 ? `${type.slice(0, 19)}…` : type;
  if (name === "contract" && revision !== undefined) return revision;
  return "in order";
}

/** Whether there is nothing to check, nothing was there, or nobody could check it. */
function unsigned({ header, received }: Report["signature"]): string {
  if (header === undefined) return "signs nothing";
  return received === undefined ? "absent" : "not checked";
}

/** `explain`: why a signature does not match. A match is proof, an observation is a hint. */
import {
  type Cause,
  type CheckResult,
  detectProviders,
  diagnose,
  HooksealError,
  type Verified,
} from "../index.js";
import { type ReadDelivery, readDelivery, showImportIssues, sources } from "./input.js";
import { codeFrame, count, print, sanitize, showIssue, style } from "./output.js";
import { readSecrets } from "./secrets.js";
import { EXIT_REJECTED, EXIT_VALID } from "./usage.js";
import type { VerifyCommandOptions } from "./verify.js";
import { WebhookFactory } from "./webhook-factory.js";

export async function explain(file: string | undefined, options: VerifyCommandOptions): Promise<number> {
  const [source = "-"] = sources(file === undefined ? [] : [file]);
  const input = await readDelivery(source, options);
  const { delivery, issues: importIssues } = input;
  if (options.provider === undefined && detectProviders(delivery).length === 0)
    return explainUnknown(input, options);
  const hooks = new WebhookFactory(options, "explain");
  const { explainer, verifier } = await hooks.forExplain(delivery);
  const { now } = options;
  const verifyOptions = { now, keys: hooks.keys };
  const checked =
    verifier instanceof HooksealError ? failed(verifier) : verifier.check(delivery, verifyOptions);
  if (!checked.ok) hooks.rejectInvalidKeys(checked.error.issues);
  const explanation = explainer.explain(delivery, verifyOptions);
  const code = checked.ok ? EXIT_VALID : EXIT_REJECTED;
  if (options.json === true) {
    const verdict = checked.ok ? { ok: true } : { ok: false, code: checked.error.code };
    print(JSON.stringify({ ...verdict, ...explanation, importIssues }));
    return code;
  }
  if (!checked.ok) print(`${style.red(checked.error.code)} ${sanitize(checked.error.message)}`);
  else if (checked.value.signature.status === "verified") print(style.green("The signature is valid."));
  else if (checked.value.signature.status === "token") print(style.green("The token is valid."));
  else print(`${style.yellow("The delivery is unsigned")}: nothing to explain.`);
  const causes = new CausePrinter(delivery.body, options.redact === true);
  for (const cause of explanation.matches) causes.print(style.green("match"), cause);
  for (const cause of explanation.observations) causes.print(style.blue("observation"), cause);
  if (importIssues.length > 0) print();
  showImportIssues(input, options, print);
  print(style.dim(`${count(explanation.tried, "combination")} computed.`));
  return code;
}

/** What can be said of a delivery that no built-in provider sent. */
function explainUnknown(input: ReadDelivery, options: VerifyCommandOptions): number {
  const { delivery, issues: importIssues } = input;
  const { now, maxBytes } = options;
  const secrets = readSecrets(options).map(({ secret }) => secret);
  const diagnosis = diagnose(delivery, { secrets, now, maxBytes });
  const { issues, signatures, matches, causes, tried } = diagnosis;
  const isRejected = matches.length === 0 || issues.some(({ severity }) => severity === "error");
  const code = isRejected ? EXIT_REJECTED : EXIT_VALID;
  if (options.json === true) {
    print(JSON.stringify({ ok: !isRejected, ...diagnosis, importIssues }));
    return code;
  }
  print(
    `${style.yellow("The provider is unknown")}: neither headers nor event type are those of a built-in one.`,
  );
  for (const issue of issues) showIssue(issue, delivery.body, options.redact === true);
  for (const { message } of signatures) print(`\n${style.blue("signature")} ${sanitize(message)}`);
  if (signatures.length === 0) print("\nNo header looks like a signature.");
  for (const { message, definition } of matches) {
    print(`\n${style.green("match")} ${sanitize(message)}`);
    print(
      "  The delivery verifies by this provider definition. Save it as provider.json, and pass --provider provider.json:",
    );
    for (const line of JSON.stringify(definition, null, 2).split("\n")) print(`    ${sanitize(line)}`);
  }
  const printer = new CausePrinter(delivery.body, options.redact === true);
  for (const cause of causes) printer.print(style.green("match"), cause);
  if (signatures.length > 0 && secrets.length === 0)
    print(`\nTo find out how the sender signs, pass its secret: --secret-env NAME`);
  else if (signatures.length > 0 && matches.length + causes.length === 0)
    print("\nNone of the usual schemes makes the signature with this secret.");
  if (importIssues.length > 0) print();
  showImportIssues(input, options, print);
  print(style.dim(`${count(tried, "combination")} computed.`));
  return code;
}

const failed = (error: HooksealError): CheckResult<Verified> => ({ ok: false, error });

/** Prints causes. Many have the same code for a framework, which is printed once. */
class CausePrinter {
  readonly #body: Uint8Array;
  readonly #redact: boolean;
  readonly #frameworks = new Set<string>();

  constructor(body: Uint8Array, redact: boolean) {
    this.#body = body;
    this.#redact = redact;
  }

  print(kind: string, { code, title, message, fix, frameworks, changedBytes }: Cause): void {
    print(`\n${kind} ${style.bold(sanitize(code))} ${sanitize(title)}`);
    print(`  ${sanitize(message)}`);
    if (changedBytes !== undefined) {
      const span = formatLocation(this.#body, changedBytes.start);
      for (const line of codeFrame(this.#body, { span, byteSpan: changedBytes }, this.#redact))
        print(`    ${line}`);
    }
    print(`  ${style.dim("fix")} ${sanitize(fix)}`);
    const unprinted = ({ name, code }: (typeof frameworks)[number]) =>
      !this.#frameworks.has(`${name}\n${code}`);
    const lines = frameworks.filter(unprinted);
    if (lines.length < frameworks.length) print("      (See above for the code in each framework.)");
    for (const { name, code } of lines) {
      this.#frameworks.add(`${name}\n${code}`);
      print(`      ${sanitize(name)}: ${sanitize(code)}`);
    }
  }
}

/** Returns the line and column of a byte offset. */
function formatLocation(body: Uint8Array, offset: number): { line: number; column: number } {
  const before = new TextDecoder().decode(body.subarray(0, offset));
  return { line: before.split("\n").length, column: before.length - before.lastIndexOf("\n") };
}

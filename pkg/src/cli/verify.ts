/** `verify`: accepts or rejects one delivery, as a receiver does. */
import type { CheckResult, Verified } from "../index.js";
import { type InputOptions, readDelivery, showImportIssues, sources } from "./input.js";
import { print, sanitize, showIssue, style, verdictStyle } from "./output.js";
import { hasSignatureError, redactId } from "./report.js";
import { EXIT_REJECTED, EXIT_VALID } from "./usage.js";
import { type HookOptions, WebhookFactory } from "./webhook-factory.js";

export interface VerifyCommandOptions extends HookOptions, InputOptions {
  json?: boolean;
  now?: number;
}

export async function verify(file: string | undefined, options: VerifyCommandOptions): Promise<number> {
  const [source = "-"] = sources(file === undefined ? [] : [file]);
  const input = await readDelivery(source, options);
  const { delivery } = input;
  const hooks = new WebhookFactory(options, "verify");
  const hook = await hooks.forDelivery(delivery);
  const checked = hook.check(delivery, { now: options.now, keys: hooks.keys });
  if (!checked.ok) hooks.rejectInvalidKeys(checked.error.issues);
  if (options.json === true) {
    const result = toJson(checked, options.redact === true);
    print(JSON.stringify({ ...result, importIssues: input.issues }));
    return checked.ok ? EXIT_VALID : EXIT_REJECTED;
  }
  showImportIssues(input, options);
  if (checked.ok) {
    const { type, signature } = checked.value;
    const id = options.redact === true ? redactId(checked.value) : checked.value.id;
    print(
      `${verdictStyle[signature.status](signature.status)} ${sanitize(type)} ${style.dim(sanitize(id ?? ""))}`,
    );
    return EXIT_VALID;
  }
  const { code, status, message } = checked.error;
  print(`${style.red("rejected")} ${code} (${status}) ${sanitize(message)}`);
  for (const issue of checked.error.issues) {
    if (issue.byteSpan.end > 0) showIssue(issue, delivery.body, options.redact === true);
  }
  if (hasSignatureError(checked.error.issues))
    print("To find the cause, run hookseal explain with the same arguments.");
  return EXIT_REJECTED;
}

/** The JSON output: everything except the payload. */
function toJson(checked: CheckResult<Verified>, redact: boolean): object {
  if (!checked.ok) {
    const { code, status, message, issues } = checked.error;
    return { ok: false, code, status, message, issues };
  }
  const { type, webhookId, deliveryId, createdAt, revision, signature, digest, issues } = checked.value;
  const id = redact ? redactId(checked.value) : checked.value.id;
  const created = redact ? undefined : createdAt;
  return {
    ok: true,
    type,
    id,
    webhookId,
    deliveryId,
    createdAt: created,
    revision,
    signature,
    digest,
    issues,
  };
}

/** Signs a new delivery with the core, and inspects the result as its receiver would. */
import * as samples from "virtual:samples";
import { hasEscapes, toBytes, toText } from "../bytes.ts";
import { errorMessage } from "../errors.ts";
import {
  exportDelivery,
  missingModule,
  type ProviderDefinition,
  providers,
  type SignedDelivery,
  type Webhook,
} from "./core.ts";
import { editJson } from "./edit.ts";
import { findSchema } from "./field-info.ts";
import { buildFields } from "./fields.ts";
import { bodyFormats, findFormat, readFormat, readOutline, writeFormat } from "./form.ts";
import { isParsed, isValidated, locateIssues } from "./inspect.ts";
import { Outline } from "./outline.ts";
import { parsePointer } from "./pointer.ts";
import type { Calls, SignChoices, SignInput, SignResult, SignVariant } from "./protocol.ts";
import {
  getDefinition,
  getSummary,
  getWebhook,
  listOtherSamples,
  providerEntry,
  sampleSecret,
  type WebhookSettings,
} from "./providers.ts";

const NO_SECRET = { secret: "", encoding: "provider", profile: "lenient" } as const;

const SAMPLES: [provider: string, title: string, text: string, type?: string][] = [
  ["painchek", "Complete assessment", samples.severe],
  ["painchek", "Numeric rating", samples.nrs],
  ["xon", "First revision", samples.xon],
  ["xon", "Latest revision", samples.xonLatest],
  ["xon", "Intermediate revision", samples.xonR6],
  ["xon", "User can be called", samples.callsCreate],
  ["xon", "User cannot be called", samples.callsDelete],
  ["xon", "Caller details", samples.caller],
];

/** The event of a sample. A provider whose keys come from outside needs the module of public keys, which is loaded later. */
function inspectSample(provider: string, text: string): { type?: string; revision?: string } {
  // A sample is JSON, and the provider may send forms alone.
  const delivery = { headers: { "Content-Type": "application/json" }, body: text };
  try {
    return getWebhook(NO_SECRET, provider).inspect(delivery);
  } catch (error) {
    if (missingModule(error) === "publicKey") return {};
    throw error;
  }
}

export function listSignChoices(): SignChoices {
  const all = providers();
  const others = listOtherSamples().map(([provider, type, text]): (typeof SAMPLES)[number] => [
    provider,
    type,
    text,
    type,
  ]);
  const samplesWithRevision = [...SAMPLES, ...others].map(([provider, title, text, sampleType]) => {
    const { type = sampleType ?? "", revision } = inspectSample(provider, text);
    const [format = "json"] = bodyFormats(provider);
    return { provider, type, revision, title, text: writeFormat(text, format) };
  });
  return {
    // The wildcard event "*" covers many types: the list has those with a sample.
    events: all.flatMap((provider) =>
      Object.entries(getSummary(provider).events).flatMap(([type, event]) =>
        type === "*"
          ? samplesWithRevision.filter((sample) => sample.provider === provider)
          : (event.revisions ?? [{}]).map(({ name }) => ({
              provider,
              type,
              revision: name,
            })),
      ),
    ),
    algorithms: Object.fromEntries(
      all.map((id) => {
        const [scheme] = [getSummary(id).signature ?? []].flat() as { algorithms?: string[] }[];
        return [id, [...(scheme?.algorithms ?? [])]];
      }),
    ),
    samples: samplesWithRevision,
    secrets: Object.fromEntries(
      all.map((id) => [
        id,
        Object.fromEntries(providerEntry(id).secrets.map((slot) => [slot.name ?? "", sampleSecret(slot)])),
      ]),
    ),
  };
}

/** The same payload in another format of the provider. A text that cannot be read stays as it is. */
export function convertBody({ provider, text, format, to }: Calls["convertBody"]["input"]): string {
  const outline = readFormat(provider, text, format);
  return outline.length === 0 ? text : writeFormat(outline.text, to);
}

/** The secret as that of the scheme that signs. */
function settingsOf({ provider, scheme, secret, encoding }: SignInput): WebhookSettings {
  const [first] = providerEntry(provider).secrets;
  const isFirst = scheme === "" || scheme === first?.name;
  return {
    secret: isFirst ? secret : "",
    encoding: isFirst ? encoding : "provider",
    profile: "lenient",
    ...(isFirst ? {} : { schemeSecrets: { [scheme]: secret } }),
  };
}

export function sign(input: SignInput): SignResult {
  const { provider: id, text, envelope, url } = input;
  const definition = getDefinition(id);
  const formats = bodyFormats(id);
  const body = toBytes(text);
  try {
    const hook = getWebhook(settingsOf(input), id, {
      algorithm: input.algorithm || undefined,
    });
    const now = input.now ?? Date.now();
    const schemes = [definition.signature ?? []].flat() as Scheme[];
    const options = {
      now: input.variant === "old" ? now - MAX_AGE_MS : now,
      ...(input.id === "" ? {} : { id: input.id }),
      ...(input.webhookId === "" ? {} : { webhookId: input.webhookId }),
      ...(url === "" ? {} : { url }),
      ...(input.event === "" ? {} : { type: input.event }),
    };
    const signed = toFullRequest(hook.sign(body, options), url);
    const report = hook.inspect(signed, { now });
    const outline = readOutline(id, { ...signed, text: toText(signed.body) });
    const result: SignResult = {
      type: report.type,
      revision: report.revision,
      issues: locateIssues(report.issues, text, body.length),
      fields: undefined,
      formats,
      format: findFormat(id, outline),
    };
    if (isParsed(report)) result.fields = buildFields(outline, findSchema(definition, report));
    try {
      const delivery =
        envelope === "text"
          ? signed
          : toFullRequest(createFromPayload(hook, definition, report.type, outline.text, options), url);
      const changed = change(delivery, input.variant, outline, schemes);
      const isSame = envelope === "text" && changed === signed;
      const finalReport = isSame ? report : hook.inspect(changed, { now });
      return {
        ...result,
        variant: input.variant,
        hasTime: report.signature.timestamp !== undefined,
        rejection: finalReport.issues.find(({ severity }) => severity === "error")?.message,
        delivery: { ...changed, text: toText(changed.body) },
        verdict: finalReport.verdict,
        isValidated: isValidated(finalReport),
        status: finalReport.signature.status,
        responseStatus: finalReport.status,
        ...exportAs(changed),
      };
    } catch (error) {
      return { ...result, failure: errorMessage(error) };
    }
  } catch (error) {
    return {
      type: undefined,
      revision: undefined,
      issues: [],
      fields: undefined,
      formats,
      format: undefined,
      failure: errorMessage(error),
    };
  }
}

interface Scheme {
  header?: string | string[];
}

/** Older than any tolerance. */
const MAX_AGE_MS = 30 * 24 * 3600 * 1000;

/** The delivery as an attacker would send it. */
function change(
  delivery: FullRequest,
  variant: SignVariant | undefined,
  outline: Outline,
  schemes: readonly Scheme[],
): FullRequest {
  if (variant === "tampered") return { ...delivery, body: tamper(delivery.body, outline) };
  if (variant !== "unsigned") return delivery;
  const names = schemes.flatMap(({ header = [] }) => header).map((name) => name.toLowerCase());
  return { ...delivery, headers: delivery.headers.filter(([name]) => !names.includes(name.toLowerCase())) };
}

/** The body with one character of its last value changed, or of the text if no value has one to change. */
function tamper(body: Uint8Array, outline: Outline): Uint8Array {
  const text = toText(body);
  let at = -1;
  for (let node = outline.length - 1; node > 0 && at < 0; node--) {
    const raw = outline.raw(node);
    // An escape that is changed may be none any more.
    if (!["string", "number"].includes(outline.kind(node)) || raw.includes("\\")) continue;
    const index = raw.search(/[A-Za-z0-9][^A-Za-z0-9]*$/);
    const start = text.lastIndexOf(raw);
    if (index >= 0 && start >= 0) at = start + index;
  }
  if (at < 0) at = text.search(/[A-Za-z0-9][^A-Za-z0-9]*$/);
  if (at < 0) return body;
  // 0 to 1, 9 to 8, a to b: the character stays of its kind.
  const other = String.fromCharCode(text.charCodeAt(at) + (/[9zZ]/.test(text[at] as string) ? -1 : 1));
  return toBytes(text.slice(0, at) + other + text.slice(at + 1));
}

interface FullRequest {
  headers: [string, string][];
  body: Uint8Array;
  url: string;
  method: string;
}

function toFullRequest({ headers, body, method }: SignedDelivery, url: string): FullRequest {
  return { headers: Object.entries(headers), body, url, method };
}

/** A method of webhooks that the package uses itself. */
interface Internals {
  createFromJson(type: string, text: string, options: Parameters<Webhook["create"]>[2]): SignedDelivery;
}

/**
 * Creates a delivery from the data of the payload. Envelope members that lie inside the data are removed first, so that
 * the core generates them. The data stays text: its numbers keep all their digits.
 */
function createFromPayload(
  hook: Webhook,
  { envelope }: ProviderDefinition,
  type: string | undefined,
  text: string,
  options: NonNullable<Parameters<Webhook["create"]>[2]>,
): SignedDelivery {
  const base = envelope.data ?? "";
  // Throws for a text that is no JSON: an outline ends at the first error.
  JSON.parse(text);
  let rest = text;
  if (typeof envelope.type === "string" && envelope.type.startsWith(`${base}/`)) {
    for (const pointer of [envelope.id, envelope.createdAt, envelope.type]) {
      if (typeof pointer !== "string" || parsePointer(pointer.slice(base.length)).length !== 1) continue;
      const removal = editJson(new Outline(rest), parsePointer(pointer), undefined);
      if (removal !== null) rest = rest.slice(0, removal.from) + rest.slice(removal.to);
    }
  }
  const outline = new Outline(rest);
  let node: number | undefined = 0;
  for (const segment of parsePointer(base))
    node = node === undefined ? undefined : outline.child(node, segment);
  const data = node === undefined ? "{}" : outline.raw(node);
  return (hook as unknown as Internals).createFromJson(type ?? "", data, options);
}

function exportAs(delivery: FullRequest): Pick<SignResult, "http" | "curl"> {
  const text = (form: "http" | "curl") => {
    const bytes = exportDelivery(delivery, form);
    const text = bytes === undefined ? undefined : toText(bytes);
    // A text with bytes that are not UTF-8 cannot be copied without changing them.
    return text === undefined || hasEscapes(text) ? undefined : text;
  };
  const [http, curl] = [text("http"), text("curl")];
  return { ...(http === undefined ? {} : { http }), ...(curl === undefined ? {} : { curl }) };
}

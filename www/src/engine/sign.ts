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
import type { Calls, SignChoices, SignInput, SignResult } from "./protocol.ts";
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
    const options = {
      now,
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
      const finalReport = envelope === "text" ? report : hook.inspect(delivery, { now });
      return {
        ...result,
        delivery: { ...delivery, text: toText(delivery.body) },
        verdict: finalReport.verdict,
        isValidated: isValidated(finalReport),
        status: finalReport.signature.status,
        responseStatus: finalReport.status,
        ...exportAs(delivery),
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

/** A new delivery: made and signed by the core, and judged by the core as its receiver would. */
import * as samples from "virtual:samples";
import { hasEscapes, toBytes, toText } from "../bytes.ts";
import {
  exportDelivery,
  type ProviderDefinition,
  providers,
  type SignedDelivery,
  type Webhook,
} from "./core.ts";
import { fieldsOf } from "./fields.ts";
import { placed } from "./inspect.ts";
import { contractOf } from "./meaning.ts";
import { Outline } from "./outline.ts";
import type { Made, Signable, SignInput } from "./protocol.ts";
import { definition, hookOf, madeUp } from "./providers.ts";

const OPEN = { secret: "", encoding: "provider", profile: "lenient" } as const;

const STARTS: [provider: string, title: string, text: string, type?: string][] = [
  ["painchek", "A complete assessment", samples.severe],
  ["painchek", "A numeric rating", samples.nrs],
  ["xon", "As first documented", samples.xon],
  ["xon", "As last documented", samples.xonLatest],
  ["xon", "From the time between", samples.xonR6],
  ["xon", "A user can be called", samples.callsCreate],
  ["xon", "A user cannot be called", samples.callsDelete],
  ["xon", "A caller's details", samples.caller],
  ...samples.others.map(
    ([provider, type, text]) => [provider, type, text, type] as [string, string, string, string],
  ),
];

export function signable(): Signable {
  const all = providers();
  const offered = STARTS.map(([provider, title, text, told]) => {
    const { type = told ?? "", revision } = hookOf(OPEN, provider).inspect({ headers: {}, body: text });
    return { provider, type, revision, title, text };
  });
  return {
    // Of events that stand for others, those with a sample.
    events: all.flatMap((provider) =>
      Object.entries(definition(provider).events).flatMap(([type, event]) =>
        type === "*"
          ? offered.filter((one) => one.provider === provider)
          : ((event as { revisions?: { name?: string }[] }).revisions ?? [{}]).map(({ name }) => ({
              provider,
              type,
              revision: name,
            })),
      ),
    ),
    algorithms: Object.fromEntries(all.map((id) => [id, [...(definition(id).signature?.algorithms ?? [])]])),
    samples: offered,
    secrets: Object.fromEntries(all.map((id) => [id, madeUp(id)])),
  };
}

export function sign(input: SignInput): Made {
  const { provider: id, text, way, url } = input;
  const given = definition(id);
  const body = toBytes(text);
  try {
    const hook = hookOf({ ...input, profile: "lenient" }, id, input.algorithm || undefined);
    const now = input.now ?? Date.now();
    const options = {
      now,
      ...(input.id === "" ? {} : { id: input.id }),
      ...(input.webhookId === "" ? {} : { webhookId: input.webhookId }),
      ...(url === "" ? {} : { url }),
      ...(input.event === "" ? {} : { type: input.event }),
    };
    const plain = delivered(hook.sign(body, options), url);
    const report = hook.inspect(plain, { now });
    const made: Made = {
      type: report.type,
      revision: report.revision,
      issues: placed(report, text, body.length),
      fields: undefined,
    };
    if (readable(text)) made.fields = fieldsOf(new Outline(text), contractOf(given, report));
    try {
      const delivery =
        way === "text" ? plain : delivered(byRules(hook, given, report.type, text, options), url);
      const judged = way === "text" ? report : hook.inspect(delivery, { now });
      return {
        ...made,
        delivery: { ...delivery, text: toText(delivery.body) },
        verdict: judged.verdict,
        status: judged.signature.status,
        ...printed(delivery),
      };
    } catch (error) {
      return { ...made, failure: said(error) };
    }
  } catch (error) {
    return { type: undefined, revision: undefined, issues: [], fields: undefined, failure: said(error) };
  }
}

const said = (error: unknown) => (error instanceof Error ? error.message : String(error));

function readable(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

interface Whole {
  headers: [string, string][];
  body: Uint8Array;
  url: string;
  method: string;
}

function delivered({ headers, body, method }: SignedDelivery, url: string): Whole {
  return { headers: Object.entries(headers), body, url, method };
}

/** The data of the text in a new envelope: what the core puts into an envelope that lies within is left to it. */
function byRules(
  hook: Webhook,
  { envelope }: ProviderDefinition,
  type: string | undefined,
  text: string,
  options: NonNullable<Parameters<Webhook["create"]>[2]>,
): SignedDelivery {
  const steps = (pointer: string) =>
    pointer
      .split("/")
      .slice(1)
      .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
  const base = envelope.data ?? "";
  let data: unknown = JSON.parse(text);
  for (const step of steps(base)) data = (data as Record<string, unknown> | undefined)?.[step];
  if (typeof envelope.type === "string" && envelope.type.startsWith(`${base}/`)) {
    for (const pointer of [envelope.id, envelope.createdAt, envelope.type]) {
      const [key, ...more] = typeof pointer === "string" ? steps(pointer.slice(base.length)) : [];
      if (key !== undefined && more.length === 0) delete (data as Record<string, unknown> | undefined)?.[key];
    }
  }
  return hook.create(type ?? "", (data ?? {}) as object, options);
}

function printed(delivery: Whole): Pick<Made, "http" | "curl"> {
  const text = (form: "http" | "curl") => {
    const bytes = exportDelivery(delivery, form);
    const made = bytes === undefined ? undefined : toText(bytes);
    // A clipboard holds no bytes that are not UTF-8.
    return made === undefined || hasEscapes(made) ? undefined : made;
  };
  const [http, curl] = [text("http"), text("curl")];
  return { ...(http === undefined ? {} : { http }), ...(curl === undefined ? {} : { curl }) };
}

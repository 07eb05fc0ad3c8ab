// The public types. Nothing runs: `tsc --strict` checks this file, and `@ts-expect-error` fails if there is no error.
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { IncomingHttpHeaders as Http2Headers } from "node:http2";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import imported from "../../../providers/stripe/provider.json" with { type: "json" };
import type { BullmqSenderOptions } from "../../src/bullmq.ts";
import type { FastifyOptions, ReceiverOptions } from "../../src/fastify.ts";
import {
  type AssessmentAdd,
  type Bytes,
  type CallsUserCreate,
  type Cause,
  type CauseCode,
  type Change,
  type CompileOptions,
  compileSchema,
  defineProvider,
  type ExplainOptions,
  type Explanation,
  type FileRequestFilesUpdate,
  type FileRequestFilesUpdateR0,
  type HeadersLike,
  type HmacAlgorithm,
  type HooksealError,
  hmac,
  type ImportFormat,
  type ImportOptions,
  type Issue,
  type IssueCode,
  importDeliveries,
  type MemoryStoreOptions,
  type PainchekEvents,
  type ProviderDefinition,
  painchek,
  type Report,
  type SignedDelivery,
  type SignOptions,
  type UnknownDelivery,
  type UnknownType,
  type Verified,
  type VerifiedOf,
  type VerifyOptions,
  type Webhook,
  type WebhookOptions,
  webhook,
  type XonEvents,
  xon,
} from "../../src/index.ts";
import type { RedisStoreOptions } from "../../src/redis.ts";
import type { SendOptions } from "../../src/send.ts";

/** Whether two types are the same, and not only assignable. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
declare function same<A, B>(yes: Same<A, B>): void;
declare const body: Uint8Array;
declare const request: IncomingMessage;
declare const fetched: Request;
declare const http1: IncomingHttpHeaders;
declare const http2: Http2Headers;

/** Whether each option may be `undefined`, like an absent setting, with `exactOptionalPropertyTypes`, too. */
type MayBeUnset<T> =
  {
    [Key in keyof T as object extends Pick<T, Key> ? Key : never]: undefined;
  } extends Partial<T>
    ? true
    : false;
declare function mayBeUnset<T>(yes: MayBeUnset<T>): void;
mayBeUnset<WebhookOptions>(true);
mayBeUnset<VerifyOptions>(true);
mayBeUnset<ExplainOptions>(true);
mayBeUnset<SignOptions>(true);
mayBeUnset<CompileOptions>(true);
mayBeUnset<MemoryStoreOptions>(true);
mayBeUnset<ImportOptions>(true);
mayBeUnset<ReceiverOptions>(true);
mayBeUnset<FastifyOptions>(true);
mayBeUnset<SendOptions>(true);
mayBeUnset<RedisStoreOptions>(true);
mayBeUnset<BullmqSenderOptions>(true);
mayBeUnset<{ one?: string }>(false);

const care = painchek({ secrets: [process.env.PAINCHEK_SECRET] });
const surgery = xon({ unsigned: "allow" });

/** The event is typed by provider, and narrowed by type. */
export function events(): unknown {
  const verified = care.verify({ headers: {}, body });
  same<typeof verified.type, "assessment_add" | UnknownType>(true);
  same<typeof verified.event, unknown>(true);
  // @ts-expect-error: providers add events, whose payloads are unknown
  verified.event.data;
  if (verified.unknown) {
    same<typeof verified, UnknownDelivery>(true);
    const type: string = verified.type;
    return type;
  }
  same<typeof verified.type, "assessment_add">(true);
  same<typeof verified.event, PainchekEvents["assessment_add"]>(true);
  const uuid: string = verified.event.data.uuid;

  const call = surgery.verify({ headers: {}, body });
  same<typeof call.type, keyof XonEvents | UnknownType>(true);
  switch (call.type) {
    case "calls.user.create":
      call.event satisfies XonEvents["calls.user.create"];
      break;
    case "calls.user.delete":
    case "user.caller-details.update":
    case "file-request.files.update":
      break;
    default:
      same<typeof call.unknown, true>(true);
  }
  if (call.type === "calls.user.create") {
    same<typeof call.event, XonEvents["calls.user.create"]>(true);
    // @ts-expect-error: a property of another event
    call.event.event.fileRequest;
  }
  if (call.type === "file-request.files.update") {
    const ids: string[] = call.event.event.addedFileIds;
    return [uuid, ids];
  }
  // @ts-expect-error: an event of another provider
  if (call.type === "assessment_add") return uuid;
  // @ts-expect-error: a verified delivery is read-only
  verified.id = "another";
  // @ts-expect-error: neither is its body replaced
  verified.body = body;
  same<typeof verified.body, Bytes>(true);
  const [change] = care.compare({ headers: {}, body }, { headers: {}, body }).changes;
  same<typeof change, Change | undefined>(true);
  same<Change["before"], unknown>(true);
  same<Change["beforeText"], string | undefined>(true);
  same<Change["afterText"], string | undefined>(true);
  return call.issues.map((issue: Issue): IssueCode => issue.code);
}

/** `ok` distinguishes results, and `status` signatures. */
export function results(): number | string {
  const result = care.check({ headers: {}, body });
  if (!result.ok) {
    same<typeof result.error, HooksealError>(true);
    // @ts-expect-error: a result with an error has no value
    result.value;
    return result.error.status;
  }
  const { signature } = result.value;
  // @ts-expect-error: an unsigned delivery has no algorithm
  signature.algorithm;
  return signature.status === "verified" ? signature.algorithm : signature.status;
}

/** Headers of every kind are accepted. */
export function headers(): HeadersLike[] {
  function* pairs(): Generator<[string, string]> {
    yield ["a", "b"];
  }
  const all: HeadersLike[] = [
    request.headers,
    request.rawHeaders,
    fetched.headers,
    http1,
    http2,
    new Headers(),
    new Map<string, string>(),
    new URLSearchParams(),
    [["a", "b"]],
    [["a", "b"] as const],
    pairs(),
    {},
    { a: "b", c: ["d"], e: undefined },
  ];
  // @ts-expect-error: values are strings
  const wrong: HeadersLike = { a: { b: 1 } };
  return [...all, wrong];
}

/** The request of every framework is a delivery: a missing URL needs no cast. */
export function deliveries(): Report[] {
  // @ts-expect-error: a parsed body is not a raw body
  care.check({ headers: {}, body: { event: "assessment_add" } });
  // @ts-expect-error: a delivery has a body
  care.check({ headers: {} });
  return [
    care.inspect({
      headers: request.headers,
      body: Buffer.from(""),
      url: request.url,
      method: request.method,
    }),
    care.inspect({ headers: fetched.headers, body: new ArrayBuffer(0), url: fetched.url }),
    care.inspect(
      { headers: {}, body: "" },
      { now: new Date(), profile: "strict", maxBytes: 1, tolerance: 1 },
    ),
    care.inspect({ headers: {}, body: new DataView(new ArrayBuffer(0)) }, { now: 0 }),
  ];
}

/** An issue has a code of the list, and a location if it concerns the body. */
export function explanations(): string[] {
  const { matches, observations, tried, signedBody }: Explanation = care.explain(
    { headers: request.headers, body },
    { now: 0, maxCombinations: 100 },
  );
  same<typeof tried, number>(true);
  same<typeof signedBody, Bytes | undefined>(true);
  // @ts-expect-error: a number of combinations is a number
  care.explain({ headers: {}, body }, { maxCombinations: "100" });
  // @ts-expect-error: there is no such option of verify
  care.verify({ headers: {}, body }, { maxCombinations: 100 });
  return [...matches, ...observations].map((cause: Cause): string => {
    const { code, title, message, fix, frameworks, alternatives, changedBytes, difference } = cause;
    same<typeof code, CauseCode>(true);
    same<typeof alternatives, CauseCode[]>(true);
    same<typeof frameworks, { name: string; code: string }[]>(true);
    // @ts-expect-error: there is no such cause
    if (code === "body-eaten") return "";
    return `${title} ${message} ${fix} ${changedBytes?.start} ${difference?.signed.end}`;
  });
}

/** Options accept only their values. */
export function options(): unknown[] {
  return [
    // @ts-expect-error: there is no such profile
    painchek({ secrets: ["a"], profile: "loose" }),
    // @ts-expect-error: unsigned is allowed or refused
    xon({ unsigned: true }),
    // @ts-expect-error: no such algorithm
    painchek({ secrets: ["a"], algorithms: ["md5"] }),
    // @ts-expect-error: PainChek needs options
    painchek(),
    // @ts-expect-error: no such option
    painchek({ secret: "a" }),
    painchek({ secrets: ["a"] as const, algorithms: ["sha256"] as const }),
    webhook("svix", { secrets: ["a"], explainOnly: true }),
    // @ts-expect-error: explaining alone is on or off
    webhook("svix", { secrets: ["a"], explainOnly: "yes" }),
  ];
}

/** Imports name the format that was parsed. */
export function imports(): ImportFormat | undefined {
  same<ImportFormat, "http" | "curl" | "command" | "har" | "record" | "ndjson" | "body">(true);
  // @ts-expect-error: there is no such format
  importDeliveries("", { format: "httpie" });
  return importDeliveries(body, { format: "command" }).format;
}

/** Only events of the provider are created. */
export function creating(): SignedDelivery[] {
  return [
    care.create("assessment_add", { uuid: "a", patient: "b" }),
    surgery.create("calls.user.create", { mobileNumber: "+447700900123" }, { id: "a", now: 0 }),
    surgery.create("calls.user.create", { mobileNumber: "+447700900123", id: "a" }),
    webhook("stripe").create("invoice.paid", { data: { object: {} } }),
    anyWebhook().create("any", {}),
    // @ts-expect-error: an event of another provider
    care.create("calls.user.delete", {}),
    // @ts-expect-error: no event
    surgery.create("calls.user.deleted", {}),
    // @ts-expect-error: the number is missing
    surgery.create("calls.user.create", {}),
    // @ts-expect-error: the patient is a text
    care.create("assessment_add", { uuid: "a", patient: 1 }),
    // @ts-expect-error: no such key
    care.create("assessment_add", { uuid: "a", patient: "b", pateint: "b" }),
    // @ts-expect-error: data is an object
    care.create("assessment_add", "data"),
  ];
}

/** Webhooks by id have the types of their provider. Custom ones have the types of the type parameter. */
export function providers(definition: ProviderDefinition): void {
  same<ReturnType<typeof painchek>, Webhook<PainchekEvents>>(true);
  const byId = webhook("xon", { unsigned: "allow" });
  same<typeof byId, Webhook<XonEvents>>(true);
  const own = webhook<{ ping: { type: "ping"; n: number }; pong: { type: "pong" } }>(definition, {
    secrets: ["a"],
  });
  const verified = own.verify({ headers: {}, body });
  if (verified.type === "ping") same<typeof verified.event.n, number>(true);
  if (!verified.unknown) same<typeof verified.type, "ping" | "pong">(true);
  // @ts-expect-error: no event of this provider
  own.create("peng", {});
  const any = webhook(definition).verify({ headers: {}, body });
  same<typeof any.event, unknown>(true);
  same<typeof any.type, string>(true);
  // @ts-expect-error: an id is a string, a definition is an object
  webhook(1);
}

/** Events have names, and the revision tells which form a payload has. */
export function revisions(): unknown[] {
  same<PainchekEvents["assessment_add"], AssessmentAdd>(true);
  same<XonEvents["file-request.files.update"], FileRequestFilesUpdate>(true);
  const call: CallsUserCreate = {
    event: { id: "a", type: "calls.user.create", createdAt: "b", mobileNumber: "c" },
  };
  const update = surgery.verify({ headers: {}, body });
  if (update.type !== "file-request.files.update") return [call];
  same<typeof update.revision, "R0" | "R7-R9" | "R1-R6">(true);
  same<typeof update.event, FileRequestFilesUpdate>(true);
  // @ts-expect-error: only the first revision has the account there
  update.event.event.fileRequest.account_id;
  if (update.revision === "R0") {
    same<typeof update.event, FileRequestFilesUpdateR0>(true);
    return [update.event.event.fileRequest.account_id];
  }
  // @ts-expect-error: no such revision
  return [update.revision === "R10"];
}

/** `defineProvider` types the events by their schemas. */
export function defined(): unknown[] {
  const provider = defineProvider({
    id: "mine",
    signature: { header: "X-Signature", format: "{hex}", algorithms: ["sha256"] },
    envelope: { type: "/event/type", id: "/event/id", data: "/event" },
    events: {
      ping: {
        schema: {
          type: "object",
          required: ["event"],
          properties: {
            event: {
              type: "object",
              required: ["type", "id", "n", "tags", "owner"],
              properties: {
                type: { const: "ping" },
                id: { type: "string" },
                n: { type: ["integer", "null"] },
                tags: { type: "array", items: { enum: ["a", "b"] } },
                owner: { $ref: "#/$defs/owner" },
                note: { anyOf: [{ type: "string" }, { type: "boolean" }] },
                open: { enum: ["x"], "x-lenient": { enum: "warning" } },
              },
            },
          },
          $defs: { owner: { type: "object", properties: { name: { type: "string" } } } },
        },
      },
      pong: {
        revisions: [
          { name: "1", when: "/a", schema: {} },
          { name: "2", schema: true },
        ],
      },
    },
  });
  const hook = webhook(provider, { secrets: ["a"] });
  const delivery = hook.verify({ headers: {}, body });
  if (delivery.type === "ping") {
    const { n, tags, owner, note, open } = delivery.event.event;
    same<typeof n, number | null>(true);
    same<typeof tags, ("a" | "b")[]>(true);
    same<typeof owner.name, string | undefined>(true);
    same<typeof note, string | boolean | undefined>(true);
    same<typeof open, unknown>(true);
    // @ts-expect-error: no such key
    delivery.event.event.m;
  }
  if (delivery.type === "pong") same<typeof delivery.revision, "1" | "2">(true);
  // @ts-expect-error: no such event
  if (delivery.type === "peng") return [];
  // @ts-expect-error: no such algorithm
  defineProvider({ id: "mine", signature: { header: "X", algorithms: ["md5"] }, envelope: {}, events: {} });
  const batch = defineProvider({
    id: "batch",
    envelope: { items: "/events", item: { type: "/type" } },
    events: {
      read: {
        schema: { type: "object", required: ["reader"], properties: { reader: { type: "string" } } },
      },
    },
  });
  const [item] = webhook(batch, { unsigned: "allow" }).verify({ headers: {}, body }).items;
  if (item?.type === "read") same<typeof item.event.reader, string>(true);
  return [
    hook.create("ping", { n: 1, tags: ["a"], owner: {} }),
    // @ts-expect-error: `n` is missing
    hook.create("ping", { tags: [], owner: {} }),
  ];
}

/** A definition from a JSON file is accepted, with words of lists as any text; a literal has to use the words. */
export function jsonFiles(): Webhook[] {
  const named = webhook<{ ping: { n: number } }>(imported, { secrets: ["a"] });
  const { type } = named.verify({ headers: {}, body });
  same<typeof type, "ping" | UnknownType>(true);
  return [
    webhook(imported, { secrets: ["a"] }),
    named,
    // @ts-expect-error: no such provider
    webhook("strpe", { secrets: ["a"] }),
    webhook(String("stripe"), { secrets: ["a"] }),
    webhook({
      id: "a",
      // @ts-expect-error: no such algorithm
      signature: { header: "X", algorithms: ["md5"] },
      envelope: { type: "/t" },
      events: {},
    }),
  ];
}

/** What is signed can be sent. */
export async function sendable(): Promise<Response[]> {
  const { method, headers, body } = care.sign("{}");
  return [await fetch("https://h/", { method, headers, body }), new Response(body)];
}

/** Events of providers with only an envelope are open: the named properties have their types. */
export function envelopes(): void {
  const stripe = webhook("stripe", { secrets: ["a secret"] }).verify({ headers: {}, body });
  same<typeof stripe.type, string>(true);
  if (stripe.event.object === "event") {
    same<typeof stripe.event.data.object, { [k: string]: unknown }>(true);
  } else {
    same<typeof stripe.event.object, "v2.core.event">(true);
  }
  const slack = webhook("slack", { secrets: ["a secret"] }).verify({ headers: {}, body });
  if (slack.type === "event_callback") same<typeof slack.event.event.type, string>(true);
  const { event } = webhook("github", { secrets: ["a secret"] }).verify({ headers: {}, body });
  same<typeof event.pull_request, unknown>(true);
  webhook("github", { secrets: ["a secret"] }).create("push", { ref: "refs/heads/main" });
}

/** The named types. */
export function names(one: VerifiedOf<PainchekEvents>, other: Verified<{ a: 1 }>): string[] {
  const any: Verified = one;
  if (one.unknown) return [any.type];
  const plain: Verified<PainchekEvents["assessment_add"]> = one;
  same<typeof other.event, { a: 1 }>(true);
  // @ts-expect-error: no such code
  const wrong: IssueCode = "no-such-code";
  return [plain.digest, wrong];
}

/** Schemas can be passed as a Standard Schema. */
export function standard(): StandardSchemaV1<unknown, unknown> {
  const schema = compileSchema({ type: "object" }, { strict: true, dialect: "draft-07" });
  same<ReturnType<typeof schema.check>, Issue[]>(true);
  // @ts-expect-error: a schema is an object or a boolean
  compileSchema("true");
  // @ts-expect-error: no such dialect
  compileSchema(true, { dialect: "draft-04" });
  return schema;
}

/** HMACs are bytes, of three algorithms. */
export function macs(algorithm: HmacAlgorithm): boolean {
  const tag: Uint8Array = hmac.sign(algorithm, "key", body);
  // @ts-expect-error: no such algorithm
  hmac.sign("md5", "key", body);
  return hmac.verify("sha1", new ArrayBuffer(1), new DataView(tag.buffer), tag);
}

/** A function for any webhook accepts one of a known provider. */
export function anyWebhook(): Webhook {
  return painchek({ secrets: ["a secret"] });
}

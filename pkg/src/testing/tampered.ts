/** Deliveries that a receiver has to reject, or to recognize: made of valid ones. */
import type { Delivery, Report } from "../types.js";
import type { Webhook } from "../webhook.js";
import { checkData, checkDelivery, checkHook, checkMs } from "./arguments.js";
import { at, type Json, segmentsOf, setAt } from "./pointer.js";
import type { TestDelivery } from "./send-to.js";

/** Longer than the age of any test delivery, in seconds: the time of a signature says nothing about its tag. */
const ANY_AGE = 3_000_000_000;
const AN_HOUR_MS = 3_600_000;

/**
 * The delivery with a signature or a token as another secret makes it: of the same form, and wrong.
 *
 * @throws TypeError where the delivery has neither.
 */
export function withWrongSecret(hook: Webhook, delivery: TestDelivery): TestDelivery {
  const { header = "", received = "" } = signatureOf(hook, delivery);
  const name = headerName(delivery, header);
  let wrong: TestDelivery | undefined;
  if (header.startsWith("/")) wrong = withBodyText(hook, delivery, header, otherTag);
  else if (name !== undefined) {
    const value = delivery.headers[name] as string;
    const part = received !== "" && value.includes(received) ? received : value;
    wrong = {
      ...delivery,
      headers: { ...delivery.headers, [name]: value.replace(part, () => otherTag(part)) },
    };
  }
  if (wrong === undefined || isAccepted(signatureOf(hook, wrong)))
    throw new TypeError("The delivery has no signature.");
  return wrong;
}

/** A signature or a token of the same form: one character of it differs. */
function otherTag(text: string): string {
  const [, scheme, user] = /^(Basic )([\w+/]+=*)$/i.exec(text) ?? [];
  if (scheme !== undefined) return `${scheme}${btoa(`x${atob(user as string)}`)}`;
  // The signature is the last part of a JSON Web Token, and otherwise the longest run of characters of hex or base64.
  const isToken = /^(?:Bearer )?[\w-]+\.[\w-]+\.[\w-]+$/.test(text);
  const start = isToken ? text.lastIndexOf(".") : 0;
  const runs = text.slice(start).match(/[\w+/-]+/g) ?? [];
  const tag = runs.reduce((longest, run) => (run.length > longest.length ? run : longest), "");
  const index = text.indexOf(tag, start);
  // Both digits are hex and base64.
  return `${text.slice(0, index)}${tag.startsWith("0") ? "1" : "0"}${text.slice(index + 1)}`;
}

/** The delivery with another text at a pointer of its body, in a form or in JSON; undefined if there is none. */
function withBodyText(
  hook: Webhook,
  delivery: TestDelivery,
  pointer: string,
  change: (text: string) => string,
): TestDelivery | undefined {
  const text = new TextDecoder().decode(delivery.body);
  if (isForm(delivery)) {
    const form = new URLSearchParams(text);
    const [name = ""] = segmentsOf(pointer);
    const value = form.get(name);
    if (value === null) return undefined;
    form.set(name, change(value));
    return { ...delivery, body: encode(form.toString()) };
  }
  let payload = parseJson(text);
  const each = [hook.definition.signature].flat().find((one) => one?.from === pointer)?.each;
  const list = each === undefined ? undefined : at(payload, segmentsOf(each));
  const roots = Array.isArray(list) ? list.map((_, index) => `${each}/${index}`) : [""];
  let isChanged = false;
  for (const root of roots) {
    const value = at(payload, segmentsOf(`${root}${pointer}`));
    if (typeof value !== "string") continue;
    payload = setAt(payload, `${root}${pointer}`, change(value));
    isChanged = true;
  }
  return isChanged ? { ...delivery, body: encode(JSON.stringify(payload)) } : undefined;
}

/**
 * The delivery with a body that was changed after it was signed: one space more.
 *
 * @throws TypeError where the signature does not cover the whole body, such as for a token: the delivery would be accepted.
 */
export function withChangedBody(hook: Webhook, delivery: TestDelivery): TestDelivery {
  const signature = signatureOf(hook, delivery);
  const body = new Uint8Array(delivery.body.length + 1);
  body.set(delivery.body);
  // A plus sign is the space of a form.
  body[delivery.body.length] = isForm(delivery) ? 0x2b : 0x20;
  const changed = { ...delivery, body };
  if (isAccepted(signature) && isAccepted(signatureOf(hook, changed)))
    throw new TypeError(
      "The signature does not cover the whole body, so the provider's deliveries can be changed in this way.",
    );
  return changed;
}

/**
 * The delivery as it was signed some time ago: by default an hour more than the timestamp tolerance of the definition.
 *
 * @throws TypeError where the provider signs no time in a header, so that no delivery is too old.
 */
export function stale(hook: Webhook, delivery: TestDelivery, ageMs?: number): TestDelivery {
  checkHook(hook);
  checkDelivery(delivery);
  if (hook.sendPolicy.signatureExpires !== "by-header")
    throw new TypeError(
      "The provider signs no time in a header. For a time in the body, make the delivery with `now`.",
    );
  const tolerances = [hook.definition.signature].flat().map((scheme) => scheme?.tolerance ?? 0);
  const age = ageMs ?? AN_HOUR_MS + Math.max(...tolerances) * 1000;
  checkMs("ageMs", age);
  return signedAgain(hook, delivery, Date.now() - age);
}

/**
 * A retry of the delivery with the same id and other data: `data` replaces members of the event's data.
 *
 * @throws TypeError where the body is a form, and where the changed delivery is another event.
 */
export function changedRetry(hook: Webhook, delivery: TestDelivery, data: object): TestDelivery {
  const changed = withData(hook, delivery, data);
  if (idOf(hook, changed) !== idOf(hook, delivery))
    throw new TypeError(
      "The changed delivery is another event, since its id is another one. Pass data without the id. Events whose id is a digest of the body have no changed retries.",
    );
  return changed;
}

/** The id of the event, or of the first one of several. */
function idOf(hook: Webhook, delivery: TestDelivery): string | undefined {
  const { id, items } = hook.inspect(delivery as Delivery, { tolerance: ANY_AGE });
  return items?.[0] === undefined ? id : items[0].id;
}

function withData(hook: Webhook, delivery: TestDelivery, data: object): TestDelivery {
  const { header, status } = signatureOf(hook, delivery);
  checkData(data);
  if (isForm(delivery)) throw new TypeError("Expected a delivery with a JSON body, and this is a form.");
  const payload = parseJson(new TextDecoder().decode(delivery.body));
  const { dataPath, itemsPath } = hook.sendPolicy;
  const target = itemsPath == null ? at(payload, dataPath) : at(payload, [...itemsPath, "0"]);
  checkData(target);
  Object.assign(target as object, data);
  const changed = { ...delivery, body: encode(JSON.stringify(payload)) };
  if (hook.sendPolicy.signatureExpires === "by-header") return signedAgain(hook, changed, Date.now());
  if (header === undefined || status === "unsigned") return changed;
  const { type } = hook.inspect(delivery as Delivery);
  const { headers, body } = hook.sign(changed.body, { type, url: delivery.url });
  const isSignature = ([name]: [string, string]) => name.toLowerCase() === header.toLowerCase();
  const others = Object.entries(delivery.headers).filter((header) => !isSignature(header));
  return {
    ...changed,
    body,
    headers: Object.fromEntries([...others, ...Object.entries(headers).filter(isSignature)]),
  };
}

function signedAgain(hook: Webhook, delivery: TestDelivery, now: number): TestDelivery {
  return { ...delivery, headers: Object.fromEntries(hook.resign(delivery as Delivery, now)) };
}

function signatureOf(hook: Webhook, delivery: TestDelivery): Report["signature"] {
  checkHook(hook);
  checkDelivery(delivery);
  return hook.inspect(delivery as Delivery, { tolerance: ANY_AGE }).signature;
}

function isAccepted({ status }: Report["signature"]): boolean {
  return status === "verified" || status === "token" || status === "unsigned";
}

function headerName({ headers }: TestDelivery, header: string): string | undefined {
  return Object.keys(headers).find((name) => name.toLowerCase() === header.toLowerCase());
}

function isForm(delivery: TestDelivery): boolean {
  const type = delivery.headers[headerName(delivery, "content-type") ?? ""] ?? "";
  return type.startsWith("application/x-www-form-urlencoded");
}

/** SECURITY: the error of JSON.parse quotes the text. */
function parseJson(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    throw new TypeError("The body of the delivery is not JSON.");
  }
}

function encode(text: string): TestDelivery["body"] {
  return new TextEncoder().encode(text).slice();
}

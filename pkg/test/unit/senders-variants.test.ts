// Every built-in sender, also those with public keys, JSON Web Tokens and forms: a delivery that is tampered with, truncated,
// replayed or encoded in another way is rejected, and so is one under a secret of another sender.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Delivery, type ProviderDefinition, providerDefinition, webhook } from "../../src/index.ts";
import { contentText, schemeOf } from "../support/fixtures.ts";
import {
  deliveries,
  hasToken,
  now,
  otherSecretOf,
  SENDERS,
  secretOf,
  settingsOf,
  withValue,
} from "../support/senders.ts";

interface Sent {
  headers: Record<string, string>;
  body: string;
  url?: string;
}
type Variants = Record<string, Sent>;

const DAY = 24 * 3_600_000;
/** The senders whose tokens have an expiry, and nothing that says when they begin to be valid. */
const EXPIRING = ["google-pubsub", "monday"];
/** Where no timestamp is signed, a replay has to be found by its idempotency key. */
const hasTime = ({ kind, signedContent, timestamp, requireTime, tolerance }: Scheme) =>
  kind === "jwt"
    ? requireTime !== false
    : tolerance !== null && (timestamp !== undefined || contentText(signedContent).includes("{timestamp}"));

type Scheme = Exclude<NonNullable<ProviderDefinition["signature"]>, unknown[]>;

const schemeFor = (id: string) => schemeOf(providerDefinition(id)) ?? assert.fail(id);

const isForm = (body: string) => !/^[{[]/.test(body);

/** The sent header of a name, whatever its case. */
const nameOf = (headers: Record<string, string>, wanted: string | string[] | undefined) =>
  Object.keys(headers).find((name) =>
    [wanted ?? []].flat().some((one) => one.toLowerCase() === name.toLowerCase()),
  );

/** Another letter or digit at a place, of the same alphabet. */
function replaced(value: string, at: number): string {
  const letter = value[at] === "a" ? "b" : "a";
  return value.slice(0, at) + letter + value.slice(at + 1);
}

/** Other bytes of the same body, and other bodies. */
function bodiesOf({ body }: Sent): Record<string, string> {
  const middle = body.search(/[a-z](?=[^a-z]*$)/i);
  const bodies: Record<string, string> = {
    "a changed letter": replaced(body, middle),
    "without the last byte": body.slice(0, -1),
    "without the first byte": body.slice(1),
    "its first half": body.slice(0, body.length / 2),
    empty: "",
    twice: body + body,
    "with a line break": `${body}\n`,
    "with a byte order mark": `\uFEFF${body}`,
    "with a zero byte": `${body}\0`,
  };
  if (!/^[{[]/.test(body)) {
    const fields = [...new URLSearchParams(body)];
    return {
      ...bodies,
      "without a field": `${new URLSearchParams(fields.slice(1))}`,
      "with a field more": `${body}&Another=1`,
      "with a field twice": `${body}&${new URLSearchParams(fields.slice(0, 1))}`,
    };
  }
  const payload = JSON.parse(body);
  const others = {
    indented: JSON.stringify(payload, null, 4),
    compact: JSON.stringify(payload),
    "with an escape": body.replace(/"(\w)/, (_, letter) => `"\\u00${letter.charCodeAt(0).toString(16)}`),
    "in another order": JSON.stringify(
      Array.isArray(payload) ? [...payload, 0] : Object.fromEntries(Object.entries(payload).reverse()),
    ),
  };
  return { ...bodies, ...Object.fromEntries(Object.entries(others).filter(([, other]) => other !== body)) };
}

/** Other signatures, or tokens. */
function signaturesOf(value: string, { kind, format }: Scheme): Record<string, string> {
  // What precedes the signature is a label, a version or a time.
  const start = kind === "jwt" ? value.lastIndexOf(".") + 1 : Math.max(value.length - 16, 0);
  const signatures: Record<string, string> = {
    "a changed signature": replaced(value, start + 2),
    "a cut signature": value.slice(0, start + 4),
    "no signature": "",
    "only its label": value.slice(0, value.lastIndexOf("=", value.length - 4) + 1),
    "another alphabet": Buffer.from(value).toString("hex"),
    "a longer signature": `${value}aaaa`,
  };
  if (kind === "jwt") {
    const [header = "", claims = ""] = value.replace(/^Bearer /, "").split(".");
    const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString("base64url");
    return {
      ...signatures,
      unsigned: `${none}.${claims}.`,
      "without its third part": `${header}.${claims}`,
      "with other claims": `${header}.${Buffer.from("{}").toString("base64url")}.${value.split(".")[2]}`,
    };
  }
  if (kind === "token" && format === undefined)
    signatures["the token in another case"] =
      value === value.toUpperCase() ? `${value}x` : value.toUpperCase();
  return signatures;
}

/** Every variant of a delivery that its signature does not cover. */
function variantsOf(id: string, sent: Sent): Variants {
  const scheme = schemeFor(id);
  const { headers, body } = sent;
  const variants: Variants = {};
  const content = contentText(scheme.signedContent);
  const signsBody = !hasToken(id) && scheme.covers === undefined;
  if (signsBody) {
    for (const [what, other] of Object.entries(bodiesOf(sent)))
      variants[`the body ${what}`] = { ...sent, body: other };
  }
  if (scheme.covers === "fields") {
    for (const [, pointer = ""] of content.matchAll(/\{(\/[^}]*?)(?:\.\.\.)?\}/g)) {
      const key = pointer.slice(pointer.lastIndexOf("/") + 1);
      const other = isForm(body)
        ? withValue(body, pointer, (value) => `${value}1`)
        : body.replace(new RegExp(`("${key}": *"?)([^",}]*)`), (_, before, value) => `${before}${value}1`);
      if (other !== body) variants[`another ${pointer}`] = { ...sent, body: other };
    }
  }
  const name = nameOf(headers, scheme.header);
  if (name !== undefined) {
    for (const [what, value] of Object.entries(signaturesOf(headers[name] as string, scheme)))
      variants[what] = { ...sent, headers: { ...headers, [name]: value } };
    const names = [scheme.header].flat().map((one) => one?.toLowerCase());
    const others = Object.entries(headers).filter(([one]) => !names.includes(one.toLowerCase()));
    variants["no signature header"] = { ...sent, headers: Object.fromEntries(others) };
  } else if (scheme.from?.startsWith("/")) {
    const key = scheme.from.slice(scheme.from.lastIndexOf("/") + 1);
    const change = (make: (value: string) => string) =>
      isForm(body)
        ? withValue(body, scheme.from as string, make)
        : body.replace(new RegExp(`("${key}": *")([^"]*)`), (_, before, value) => before + make(value));
    variants["a changed signature"] = { ...sent, body: change((value) => replaced(value, value.length - 8)) };
    variants["a cut signature"] = { ...sent, body: change((value) => value.slice(0, -4)) };
    variants["no signature"] = { ...sent, body: change(() => "") };
  }
  if (scheme.from?.startsWith("query:")) {
    const url = new URL(sent.url ?? assert.fail(id));
    const name = scheme.from.slice("query:".length);
    const value = url.searchParams.get(name) ?? assert.fail(id);
    for (const [what, other] of Object.entries(signaturesOf(value, scheme))) {
      url.searchParams.set(name, other);
      variants[what] = { ...sent, url: url.href };
    }
    variants["another parameter as well"] = { ...sent, url: `${sent.url}&${name}=another` };
    variants["no parameter"] = { ...sent, url: url.href.split("?")[0] as string };
  }
  const { headers: named = {} } = providerDefinition(id) ?? {};
  for (const part of ["id", "timestamp"] as const) {
    const header = nameOf(headers, (named as Record<string, string | string[]>)[part]);
    if (header === undefined || !content.includes(`{${part}}`)) continue;
    const value = headers[header] as string;
    const other =
      part === "id" ? `${value}x` : value.replace(/\d(?=\D*$)/, (digit) => `${(Number(digit) + 1) % 10}`);
    variants[`another ${part}`] = { ...sent, headers: { ...headers, [header]: other } };
  }
  for (const [, parameter = ""] of content.matchAll(/query:([^}]*)\}/g)) {
    const url = new URL(sent.url ?? assert.fail(id));
    url.searchParams.set(parameter, "another");
    variants[`another ${parameter} in the query`] = { ...sent, url: url.href };
  }
  const signsUrl = scheme.kind === "jwt" || /\{(url|path)/.test(content);
  if (sent.url !== undefined && signsUrl) {
    variants["another URL"] = { ...sent, url: `${sent.url}/other` };
    variants["another query"] = { ...sent, url: `${sent.url}?a=1` };
  }
  return variants;
}

describe("a variant of a sender's delivery", () => {
  for (const id of Object.keys(SENDERS)) {
    const scheme = schemeFor(id);
    const hook = webhook(id, { secrets: [secretOf(id)], settings: settingsOf(id) });
    const accepts = (delivery: Delivery, time = now) => hook.check(delivery, { now: time }).ok;

    it(`${id}: is rejected`, async () => {
      let count = 0;
      for (const delivery of (await deliveries(id)) as (Sent & { type: string })[]) {
        assert.equal(accepts(delivery), true, delivery.type);
        for (const [what, variant] of Object.entries(variantsOf(id, delivery))) {
          assert.equal(accepts(variant), false, `${delivery.type}: ${what}`);
          count += 1;
        }
      }
      assert.ok(count >= 3, `${count}`);
    });

    if (hasTime(scheme)) {
      it(`${id}: is rejected at another time`, async () => {
        for (const delivery of await deliveries(id)) {
          for (const time of EXPIRING.includes(id) ? [now + 8 * DAY] : [now + 8 * DAY, now - 8 * DAY])
            assert.equal(accepts(delivery, time), false, delivery.type);
        }
      });
    }
  }

  // A signature is decoded and compared as bytes. Libraries that compare texts reject these spellings; the bytes are the same, and so
  // is the key of the delivery.
  it("is the same delivery if only the spelling of its signature differs", async () => {
    let count = 0;
    for (const id of Object.keys(SENDERS)) {
      const scheme = schemeFor(id);
      const hook = webhook(id, { secrets: [secretOf(id)], settings: settingsOf(id) });
      for (const delivery of (await deliveries(id)) as Sent[]) {
        const name = nameOf(delivery.headers, scheme.header);
        if (name === undefined || scheme.kind === "token" || scheme.kind === "jwt") continue;
        const value = delivery.headers[name] as string;
        const other = scheme.format?.includes("{hex}")
          ? value.replace(/[0-9a-f]{32,}/, (hex) => hex.toUpperCase())
          : value.replace(/=+$/, "");
        if (other === value) continue;
        const spelled = { ...delivery, headers: { ...delivery.headers, [name]: other } };
        assert.equal(hook.verify(spelled, { now }).id, hook.verify(delivery, { now }).id, id);
        count += 1;
      }
    }
    assert.ok(count > 50, `${count}`);
  });

  it("twilio: with its fields in another order or encoding is the same, as its library says", async () => {
    const hook = webhook("twilio", { secrets: [secretOf("twilio")] });
    for (const delivery of (await deliveries("twilio")) as Sent[]) {
      const fields = [...new URLSearchParams(delivery.body)];
      const reversed = `${new URLSearchParams(fields.toReversed())}`;
      const encoded = delivery.body.replace(/[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`);
      for (const body of [reversed, encoded]) {
        assert.notEqual(body, delivery.body);
        assert.equal(hook.check({ ...delivery, body }, { now }).ok, true);
      }
    }
  });
});

describe("a delivery of another sender", () => {
  it("is rejected under the secrets of each one, also where the schemes are the same", async () => {
    const sent = await Promise.all(
      Object.keys(SENDERS).map(async (id) => [id, await deliveries(id)] as const),
    );
    const hooks = Object.keys(SENDERS).map(
      (id) => [id, webhook(id, { secrets: [otherSecretOf(id)], settings: settingsOf(id) })] as const,
    );
    for (const [sender, all] of sent) {
      for (const [receiver, hook] of hooks) {
        for (const delivery of all)
          assert.equal(hook.check(delivery, { now }).ok, false, `${receiver} of ${sender}, ${delivery.type}`);
      }
    }
  });
});

// The signature schemes of the built-in providers: signatures from elsewhere are verified, their variants are not, and the
// providers' own libraries accept what we sign. No provider accepts a delivery of another one.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { describe, it } from "node:test";
import {
  type Delivery,
  detectProvider,
  detectProviders,
  type ProviderDefinition,
  providerDefinition,
  providers,
  webhook,
} from "../../src/index.ts";
import { EXAMPLES, type Example, READ } from "../support/examples.ts";
import { samplesOf, schemeOf, text } from "../support/fixtures.ts";
import {
  bodyOf,
  cannotSign,
  deliveries,
  now,
  otherSecretOf,
  SENDERS,
  secretOf,
  settingsOf,
} from "../support/senders.ts";

const require = createRequire(import.meta.url);

const deliveryOf = ({ headers, body, url }: Example): Delivery & { body: string } => ({
  headers,
  body,
  ...(url === undefined ? {} : { url, method: "POST" }),
});

/** The state of the signature. The body need not be that of an event. */
const statusOf = (
  { id, scheme, settings, time = now }: Example,
  secret: string,
  delivery: Delivery,
  at = time,
) => {
  const secrets = scheme === undefined ? [secret] : { [scheme]: [secret] };
  return webhook(id, { secrets, settings }).inspect(delivery, { now: at }).signature.status;
};

/** The scheme of an example. */
function schemeOfExample({ id, scheme }: Example) {
  const schemes = [providerDefinition(id)?.signature].flat();
  return schemes.find((one) => one?.name === scheme) ?? schemes[0] ?? assert.fail(id);
}

/** An example with another signature, wherever the scheme has it. */
function withSignature(example: Example, change: (signature: string) => string): Delivery {
  const delivery = deliveryOf(example);
  const scheme = schemeOfExample(example);
  if (scheme.from?.startsWith("/")) {
    const payload = JSON.parse(example.body);
    // An example has one element.
    const [, ...path] = `${scheme.each === undefined ? "" : `${scheme.each}/0`}${scheme.from}`.split("/");
    const last = path.pop() as string;
    const parent = path.reduce((value, key) => value[key], payload);
    parent[last] = change(parent[last]);
    return { ...delivery, body: JSON.stringify(payload) };
  }
  const names = [scheme.header].flat();
  const [name, value] =
    Object.entries(example.headers).find(([name]) =>
      names.some((one) => one?.toLowerCase() === name.toLowerCase()),
    ) ?? assert.fail(example.id);
  return { ...delivery, headers: { ...example.headers, [name]: change(value) } };
}

describe("a signature from elsewhere", () => {
  for (const example of EXAMPLES) {
    const { id, source, secret, time } = example;
    const delivery = deliveryOf(example);
    const { body } = delivery;
    const { covers, signedContent, tolerance } = schemeOfExample(example);
    // A signature that covers nothing of the body is a token.
    const valid = covers === "nothing" ? "token" : "verified";

    it(`${id}: is verified (${source})`, () => {
      assert.equal(statusOf(example, secret, delivery), valid);
    });

    it(`${id}: is not verified for another body, secret, signature or time (${source})`, () => {
      const variants: [string, Delivery][] = [
        ["a cut signature", withSignature(example, (value) => value.replace(/..(?==?;|=?$)/, ""))],
        ["an empty signature", withSignature(example, () => "")],
        ["the secret as the signature", withSignature(example, () => secret)],
      ];
      if (covers === undefined) {
        variants.push(
          [
            "a changed byte",
            { ...delivery, body: body.replace(/[a-z](?=[^a-z]*$)/, (letter) => letter.toUpperCase()) },
          ],
          ["a missing byte", { ...delivery, body: body.slice(0, -1) }],
          ["a line break at the end", { ...delivery, body: `${body}\n` }],
          ["a byte order mark", { ...delivery, body: `\uFEFF${body}` }],
        );
        if (/^[{[]/.test(body)) {
          const indented = JSON.stringify(JSON.parse(body), null, 3);
          variants.push(["another format of the JSON", { ...delivery, body: indented }]);
        }
      }
      for (const [what, variant] of variants) {
        assert.notEqual(statusOf(example, secret, variant), valid, what);
      }
      assert.notEqual(statusOf(example, otherSecretOf(id), delivery), valid, "another secret");
      const late = (time ?? now) + 8 * 24 * 3_600_000;
      if (signedContent?.includes("{timestamp}") && tolerance !== null)
        assert.notEqual(statusOf(example, secret, delivery, late), valid, "another time");
    });
  }

  it("is there for exactly the providers whose scheme a published example confirms", () => {
    const confirmed = providers().filter((id) => providerDefinition(id)?.confirmed === "vector");
    const published = EXAMPLES.filter(({ published }) => published).map(({ id }) => id);
    assert.deepEqual(confirmed, [...new Set(published)].sort());
  });
});

/** Whether a library of the provider accepts the headers of a body. */
type Accepts = (body: string, headers: Record<string, string>, secret: string) => unknown;

/** Providers whose library signs in `SENDERS`, or is run by a test of its own. */
const RUN = ["aws-sns", "braintree", "discord", "stripe"];

const of = (headers: Record<string, string>, name: string) => headers[name] ?? assert.fail(name);

const LIBRARIES: Record<string, Accepts> = {
  cashfree: (body, headers, secret) => {
    const { Cashfree } = require("cashfree-pg");
    const client = Object.assign(Object.create(Cashfree.prototype), { XClientSecret: secret });
    return client.PGVerifyWebhookSignature(
      of(headers, "x-webhook-signature"),
      body,
      of(headers, "x-webhook-timestamp"),
    );
  },
  crisp: (body, headers, secret) => {
    const { Crisp } = require("crisp-api");
    const client = Object.create(Crisp.prototype);
    const time = Number(of(headers, "X-Crisp-Request-Timestamp"));
    // Serializes the event again, so the body has to be compact.
    return client.verifyWidget(secret, JSON.parse(body), time, of(headers, "X-Crisp-Signature"));
  },
  easypost: (body, headers, secret) => {
    const EasyPost = require("@easypost/api");
    return new EasyPost("unused").Utils.validateWebhook(Buffer.from(body), headers, secret);
  },
  mux: async (body, headers, secret) => {
    const { Mux } = require("@mux/mux-node");
    await new Mux({ tokenId: "unused", tokenSecret: "unused" }).webhooks.verifySignature(
      body,
      headers,
      secret,
    );
    return true;
  },
  onfido: (body, headers, secret) => {
    const { WebhookEventVerifier } = require("@onfido/api");
    return new WebhookEventVerifier(secret).readPayload(body, of(headers, "X-SHA2-Signature"));
  },
  razorpay: (body, headers, secret) =>
    require("razorpay").validateWebhookSignature(body, of(headers, "X-Razorpay-Signature"), secret),
  workos: (body, headers, secret) => {
    const { WorkOS } = require("@workos-inc/node");
    return new WorkOS("sk_test_unused").webhooks.verifyHeader({
      // Serialized again, so the body has to be compact.
      payload: JSON.parse(body),
      sigHeader: of(headers, "WorkOS-Signature"),
      secret,
    });
  },
};

describe("the library of a provider", () => {
  /** Whether it accepts: some throw, some return false. */
  const isAccepted = async (id: string, body: string, headers: Record<string, string>, secret: string) => {
    try {
      return Boolean(await LIBRARIES[id]?.(body, headers, secret));
    } catch {
      return false;
    }
  };

  it("discord: accepts what we verify, and nothing else", async () => {
    const { verifyKey } = require("discord-interactions");
    const isAccepted = (body: string, headers: Record<string, string>, secret = secretOf("discord")) =>
      verifyKey(body, of(headers, "X-Signature-Ed25519"), of(headers, "X-Signature-Timestamp"), secret);
    for (const { body, headers } of await deliveries("discord")) {
      const sent = headers as Record<string, string>;
      assert.equal(await isAccepted(body, sent), true);
      assert.equal(await isAccepted(`${body} `, sent), false, "another body");
      assert.equal(await isAccepted(body, sent, otherSecretOf("discord")), false, "another key");
    }
  });

  for (const id of Object.keys(LIBRARIES)) {
    it(`${id}: accepts what we sign, and nothing else`, async () => {
      assert.equal(providerDefinition(id)?.confirmed === "no", false);
      for (const { type, body: bytes } of samplesOf(id)) {
        const body = JSON.stringify(JSON.parse(text.decode(bytes)));
        // Libraries compare the timestamp with the clock.
        const { headers } = webhook(id, { secrets: [secretOf(id)] }).sign(body, { now: Date.now(), type });
        assert.equal(await isAccepted(id, body, headers, secretOf(id)), true, type);
        assert.equal(await isAccepted(id, body, headers, otherSecretOf(id)), false, "another secret");
        const changed = body.replace("example", "changed");
        assert.notEqual(changed, body);
        assert.equal(await isAccepted(id, changed, headers, secretOf(id)), false, "another body");
      }
    });
  }
});

describe("a delivery of another provider", () => {
  // A text that is a secret in every format: UTF-8, hex and base64.
  const secret = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
  const url = "https://example.com/hook";
  const secretFor = (id: string) => {
    if (cannotSign(id)) return secretOf(id);
    return schemeOf(providerDefinition(id))?.format === "Basic {base64}" ? `user:${secret}` : secret;
  };
  const hooks = Object.keys(SENDERS).map(
    (id) => [id, webhook(id, { secrets: [secretFor(id)], settings: settingsOf(id) })] as const,
  );

  /** Senders that use one service to send have one scheme, of which one may name more headers. Only their secrets differ. */
  const hasSchemeOf = (receiver: string, sender: string) => {
    const [ours, theirs] = [receiver, sender].map((id) => schemeOf(providerDefinition(id)));
    const contents = [ours, theirs].map((scheme) => [scheme?.format, scheme?.signedContent, scheme?.secret]);
    const names = [theirs?.header].flat();
    return (
      `${contents[0]}` === `${contents[1]}` && [ours?.header].flat().some((name) => names.includes(name))
    );
  };

  it("is accepted by no provider with another scheme, even with the same secret", async () => {
    let count = 0;
    for (const [sender, from] of hooks) {
      const signed = cannotSign(sender)
        ? await deliveries(sender)
        : samplesOf(sender).map(({ type, body }) => ({
            type,
            ...from.sign(bodyOf(sender, text.decode(body)), { now, type, id: "msg_1", url }),
          }));
      for (const { type, ...rest } of signed) {
        const delivery = { url, ...rest };
        for (const [receiver, hook] of hooks) {
          if (sender !== receiver && hasSchemeOf(receiver, sender)) continue;
          const { ok } = hook.check(delivery, { now });
          assert.equal(ok, sender === receiver, `${receiver} of ${sender}, ${type}`);
          count += 1;
        }
      }
    }
    assert.ok(count > 1000, `${count}`);
  });
});

describe("what confirms a definition", () => {
  it("is said by each provider that signs, and by no other", () => {
    for (const id of providers()) {
      const { signature, confirmed } = providerDefinition(id) as ProviderDefinition;
      assert.equal(confirmed === undefined, signature === undefined, id);
    }
  });

  it("is the code of the provider: it made an example, it is run here, or the tests name the file that was read", () => {
    const shown = (id: string) =>
      EXAMPLES.some((example) => example.id === id) || id in LIBRARIES || RUN.includes(id);
    const confirmed = providers().filter((id) => providerDefinition(id)?.confirmed === "sdk");
    for (const id of confirmed) assert.equal(shown(id), !(id in READ), id);
    for (const id of Object.keys(READ)) assert.ok(confirmed.includes(id), id);
  });

  it("is more than documentation for seventy senders", () => {
    const count = providers().filter((id) =>
      ["vector", "sdk"].includes(providerDefinition(id)?.confirmed ?? ""),
    ).length;
    assert.ok(count >= 70, `${count}`);
  });

  it("is said by a mismatch where nothing does, and not otherwise", async () => {
    const hintOf = async (provider: string | ProviderDefinition, id: string) => {
      const [delivery] = await deliveries(id);
      const hook = webhook(provider as ProviderDefinition, {
        secrets: [otherSecretOf(id)],
        settings: settingsOf(id),
      });
      const { issues } = hook.inspect(delivery as Delivery, { now });
      return issues.find(({ code }) => code === "signature-mismatch")?.hint ?? assert.fail(id);
    };
    for (const id of Object.keys(SENDERS)) {
      const isUnconfirmed = providerDefinition(id)?.confirmed === "no";
      assert.equal((await hintOf(id, id)).includes("not confirmed"), isUnconfirmed, id);
    }
    const { confirmed: _, ...custom } = providerDefinition("checkout-com") as ProviderDefinition;
    assert.equal((await hintOf(custom, "checkout-com")).includes("not confirmed"), false);
  });
});

describe("detectProviders", () => {
  const signature = { "X-Hub-Signature": `sha256=${"0".repeat(64)}` };

  it("tells senders of one signature header apart by their other headers, or by the event type", () => {
    assert.equal(
      detectProvider({ headers: { ...signature, "X-Event-Key": "repo:push" }, body: "{}" }),
      "bitbucket",
    );
    assert.equal(detectProvider({ headers: signature, body: '{"webhookEvent":"comment_created"}' }), "jira");
    assert.deepEqual(detectProviders({ headers: signature, body: "{}" }), []);
  });

  it("names every provider that fits, and then detectProvider names none", () => {
    const both = {
      headers: { ...signature, "X-Event-Key": "repo:push", "X-Atlassian-Webhook-Identifier": "1" },
      body: '{"webhookEvent":"comment_created"}',
    };
    assert.deepEqual(detectProviders(both), ["bitbucket", "jira"]);
    assert.equal(detectProvider(both), undefined);
  });

  it("takes no other use of a common header for a signature", () => {
    for (const headers of [
      { Authorization: "Basic dTpw" },
      { Signature: 'keyId="a",signature="b"' },
      { "X-Signature": "00" },
    ]) {
      assert.deepEqual(detectProviders({ headers, body: '{"type":"message","id":"1"}' }), []);
    }
  });
});

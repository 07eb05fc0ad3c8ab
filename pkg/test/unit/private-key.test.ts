/** Deliveries that tests sign with a private key of their own, for every provider that signs with one. */
import assert from "node:assert/strict";
import { generateKeyPairSync, type KeyPairKeyObjectResult } from "node:crypto";
import { describe, it } from "node:test";
import { isHooksealError, providerDefinition, providers, type Webhook, webhook } from "../../src/index.js";
import "../../src/full.js";
import { errorOf, samplesOf } from "../support/fixtures.ts";

/** A key pair in PEM. */
function pemPair({ publicKey, privateKey }: KeyPairKeyObjectResult) {
  return {
    publicKey: publicKey.export({ type: "spki", format: "pem" }).toString(),
    privateKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}
const PAIRS = {
  ed25519: pemPair(generateKeyPairSync("ed25519")),
  p256: pemPair(generateKeyPairSync("ec", { namedCurve: "P-256" })),
  rsa: pemPair(generateKeyPairSync("rsa", { modulusLength: 2048 })),
};
type Kind = keyof typeof PAIRS;

/** The kind of the keys of an algorithm; undefined if it has none. */
function kindOf(algorithm: string): Kind | undefined {
  if (/^(ed25519|EdDSA)$/.test(algorithm)) return "ed25519";
  if (/^(ecdsa-|ES256)/.test(algorithm)) return "p256";
  return /^(rsa-|RS)/.test(algorithm) ? "rsa" : undefined;
}

/** The providers with public keys, and the name and the kinds of that scheme. */
const SIGNING = providers().flatMap((id) => {
  const schemes = [providerDefinition(id)?.signature ?? []].flat();
  return schemes.flatMap((scheme) => {
    const kinds = new Set((scheme.algorithms ?? []).map(kindOf).filter((kind) => kind !== undefined));
    return kinds.size > 0
      ? [{ id, name: schemes.length > 1 ? scheme.name : undefined, kinds: [...kinds] }]
      : [];
  });
});

function hookOf(id: string, name: string | undefined, publicKey: string): Webhook {
  const names = Object.keys(providerDefinition(id)?.settings ?? {});
  const settings = Object.fromEntries(names.map((setting) => [setting, `https://example.com/${setting}`]));
  return webhook(id, {
    secrets: name === undefined ? [publicKey] : { [name]: [publicKey] },
    settings,
  }) as Webhook;
}

const URL = "https://example.com/hook";

describe("a private key of a test", () => {
  it("is needed by providers of every kind", () => {
    assert.deepEqual([...new Set(SIGNING.flatMap(({ kinds }) => kinds))].sort(), ["ed25519", "p256", "rsa"]);
    assert.ok(SIGNING.length >= 10, String(SIGNING.length));
  });

  for (const { id, name, kinds } of SIGNING) {
    for (const kind of kinds) {
      it(`signs deliveries of ${id}${name === undefined ? "" : `, ${name}`}, ${kind}`, () => {
        const { publicKey, privateKey } = PAIRS[kind];
        const hook = hookOf(id, name, publicKey);
        const [sample = { type: "test", body: "{}" }] = samplesOf(id);
        const sign = (key: string) =>
          hook.sign(sample.body, { privateKey: key, type: sample.type, now: Date.now(), url: URL });
        // A header of the user's is signed, which `sign` does not make.
        if (id === "fal") return assert.equal(errorOf(() => sign(privateKey)).code, "header-missing");
        const sent = { ...sign(privateKey), url: URL };
        // Some providers name a key in each delivery.
        const keys = (key: string) => (providerDefinition(id)?.keys === undefined ? {} : { keys: [key] });
        // The token of Pub/Sub signs no part of the body.
        const status = id === "google-pubsub" ? "token" : "verified";
        assert.equal(hook.verify(sent, keys(publicKey)).signature.status, status);

        const [first = 0] = sent.body;
        const tampered = { ...sent, body: Uint8Array.of(first, 0x20, ...sent.body.subarray(1)) };
        const result = hook.check(tampered, keys(publicKey));
        const isExpected = !result.ok
          ? /^(signature|digest)-mismatch$/.test(result.error.code)
          : status === "token" || id === "aws-sns";
        assert.ok(isExpected, result.ok ? result.value.signature.status : result.error.code);
        for (const other of Object.keys(PAIRS) as Kind[]) {
          if (kinds.includes(other)) continue;
          const { code, message } = errorOf(() => sign(PAIRS[other].privateKey));
          assert.equal(code, "option-invalid");
          assert.match(message, /^Invalid private key: expected one for /);
        }
      });
    }
  }

  it("is refused where the webhook has no public key, and where it is none", () => {
    const { privateKey, publicKey } = PAIRS.ed25519;
    const painchek = webhook("painchek", { secrets: ["a secret"] });
    assert.throws(
      () => painchek.sign("{}", { privateKey }),
      (error) =>
        isHooksealError(error) &&
        error.code === "option-invalid" &&
        error.message.startsWith("Unexpected private key"),
    );
    const discord = webhook("discord", { secrets: [publicKey] });
    for (const wrong of ["", "a key", publicKey]) {
      assert.throws(
        () => discord.sign("{}", { privateKey: wrong }),
        (error) =>
          isHooksealError(error) &&
          error.code === "option-invalid" &&
          !error.message.includes(wrong || "-----"),
      );
    }
    assert.throws(
      () => discord.sign("{}"),
      (error) =>
        isHooksealError(error) &&
        error.code === "signing-unsupported" &&
        error.message.includes("private key of a key pair of your own"),
    );
    // The key of a call is not kept for the next one.
    discord.sign("{}", { privateKey });
    assert.throws(
      () => discord.sign("{}"),
      (error) => isHooksealError(error) && error.code === "signing-unsupported",
    );
  });
});

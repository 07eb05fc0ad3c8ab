// `--private-key-file`: deliveries for tests of providers that sign with a private key.
import assert from "node:assert/strict";
import { generateKeyPairSync, type KeyPairKeyObjectResult } from "node:crypto";
import { describe, it } from "node:test";
import { file, run, usageError } from "./command.ts";

/** A key pair in PEM. */
function pemPair({ publicKey, privateKey }: KeyPairKeyObjectResult) {
  return {
    publicKey: publicKey.export({ type: "spki", format: "pem" }).toString(),
    privateKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

describe("--private-key-file", () => {
  const ed25519 = pemPair(generateKeyPairSync("ed25519"));
  const rsa = pemPair(generateKeyPairSync("rsa", { modulusLength: 2048 }));
  const key = file("test-key.pem", ed25519.privateKey);
  const publicKey = file("test-public-key.pem", ed25519.publicKey);
  const body = file("discord.json", run(["new", "discord", "APPLICATION_AUTHORIZED"]).out);

  it("signs what the public key verifies", () => {
    const signed = run(["sign", body, "-p", "discord", "--private-key-file", key, "--as", "http"]);
    assert.equal(signed.code, 0, signed.err);
    const delivery = file("discord.http", signed.out);
    const verified = run(["verify", delivery, "-p", "discord", "--keys-file", publicKey]);
    assert.deepEqual([verified.code, verified.out.split(" ")[0]], [0, "verified"], verified.out);
    const changed = file("changed.http", signed.out.replace(/"version": ?1/, '"version":2'));
    assert.match(
      run(["verify", changed, "-p", "discord", "--keys-file", publicKey]).out,
      /signature-mismatch/,
    );
  });

  it("signs for providers whose keys come with a delivery", () => {
    const pem = file("rsa.pem", rsa.privateKey);
    const event = file("sns.json", run(["new", "aws-sns", "Notification"]).out);
    const signed = run(["sign", event, "-p", "aws-sns", "--private-key-file", pem, "--as", "http"]);
    assert.equal(signed.code, 0, signed.err);
    const keys = ["--keys-file", file("rsa-public.pem", rsa.publicKey)];
    const verified = run(["verify", file("sns.http", signed.out), "-p", "aws-sns", ...keys]);
    assert.deepEqual([verified.code, verified.out.split(" ")[0]], [0, "verified"], verified.out);
  });

  it("names what is wrong, and no key", () => {
    const sign = (provider: string, path: string) =>
      usageError(["sign", body, "-p", provider, "--private-key-file", path]);
    assert.match(sign("painchek", key), /PainChek does not sign with a private key\./);
    assert.match(sign("discord", publicKey), /has no private key in PEM/);
    assert.match(sign("discord", "missing.pem"), /cannot be read/);
    const another = sign("discord", file("other.pem", rsa.privateKey));
    assert.match(another, /RSA/);
    for (const text of [ed25519, rsa]) assert.ok(!another.includes(text.privateKey.slice(40, 60)));
  });
});

// Senders whose own libraries are run next to ours on the same deliveries, and on changed ones. Where the verdicts differ, the
// test says why.
import assert from "node:assert/strict";
import { generateKeyPairSync, sign, X509Certificate } from "node:crypto";
import https from "node:https";
import { createRequire } from "node:module";
import { describe, it, type TestContext } from "node:test";
import { webhook } from "../../src/index.ts";
import { certificateOf } from "../support/certificate.ts";
import { samplesOf, text } from "../support/fixtures.ts";
import { now, snsContent } from "../support/senders.ts";

const require = createRequire(import.meta.url);

type Message = Record<string, string>;

describe("Amazon SNS and its library", () => {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const certificate = certificateOf(privateKey);
  const MessageValidator = require("sns-validator");
  const hook = webhook("aws-sns", {});
  const samples = () => samplesOf("aws-sns").map(({ body }) => JSON.parse(text.decode(body)) as Message);

  const signed = (message: Message, version: string): Message => {
    const hash = version === "1" ? "sha1" : "sha256";
    const tag = sign(hash, Buffer.from(snsContent(message)), privateKey);
    return { ...message, SignatureVersion: version, Signature: tag.toString("base64") };
  };

  /** The verdicts of the library, which fetches the certificate, and of ours, which comes with the certificate. */
  async function verdicts(t: TestContext, message: Message) {
    const fetched = t.mock.method(https, "get", (_url: string, callback: (response: unknown) => void) => {
      const response = {
        statusCode: 200,
        on(name: string, listener: (data?: Buffer) => void) {
          if (name === "data") listener(Buffer.from(certificate));
          if (name === "end") listener();
          return response;
        },
      };
      callback(response);
      return { on: () => undefined };
    });
    const theirs = await new Promise<boolean>((resolve) =>
      new MessageValidator().validate({ ...message }, (error: Error | null) => resolve(error === null)),
    );
    fetched.mock.restore();
    const delivery = {
      headers: { "Content-Type": "text/plain; charset=UTF-8" },
      body: JSON.stringify(message),
    };
    const ours = hook.check(delivery, { now, keys: [certificate] });
    return { theirs, ours: ours.ok ? "verified" : ours.error.code };
  }

  it("agree on messages of each type and version, and on changed ones", async (t) => {
    assert.equal(new X509Certificate(certificate).verify(new X509Certificate(certificate).publicKey), true);
    let count = 0;
    for (const sample of samples()) {
      for (const version of ["1", "2"]) {
        const message = signed({ ...sample, Message: " a\n\tb\u0001é\r\n " }, version);
        assert.deepEqual(await verdicts(t, message), { theirs: true, ours: "verified" });
        const signedMembers = Object.keys(message).filter((name) =>
          snsContent(message).includes(`${name}\n`),
        );
        assert.ok(signedMembers.length >= 6);
        for (const name of signedMembers) {
          // An hour later is still within the tolerance.
          const other = name === "Timestamp" ? "2026-01-01T00:10:00.000Z" : `${message[name]}x`;
          const { theirs, ours } = await verdicts(t, { ...message, [name]: other });
          assert.deepEqual([theirs, ours], [false, "signature-mismatch"], name);
          const { [name]: _, ...without } = message;
          const missing = await verdicts(t, without as Message);
          assert.equal(missing.theirs, false, name);
          assert.notEqual(missing.ours, "verified", name);
          count += 1;
        }
        for (const url of [
          "https://sns.eu-west-1.amazonaws.com.example.com/a.pem",
          "https://example.com/a.pem",
          "http://sns.eu-west-1.amazonaws.com/a.pem",
        ]) {
          const { theirs, ours } = await verdicts(t, { ...message, SigningCertURL: url });
          assert.deepEqual([theirs, ours], [false, "key-source-refused"], url);
        }
        // UnsubscribeURL is not signed.
        const { theirs, ours } = await verdicts(t, { ...message, UnsubscribeURL: "https://example.com/" });
        assert.deepEqual([theirs, ours], [true, "verified"]);
      }
    }
    assert.ok(count >= 24, `${count}`);
  });

  it("differ where no signature covers a member, and where a member is of another type of message", async (t) => {
    const [notification, confirmation] = samples() as [Message, Message];
    // The version is not signed, so that an attacker can choose it: here both hashes are tried.
    const message = signed(notification, "2");
    for (const SignatureVersion of ["1", "3"])
      assert.deepEqual(await verdicts(t, { ...message, SignatureVersion }), {
        theirs: false,
        ours: "verified",
      });
    const strict = webhook("aws-sns", { algorithms: ["rsa-sha256"] });
    const old = { headers: {}, body: JSON.stringify(signed(notification, "1")) };
    assert.equal(strict.check(old, { now, keys: [certificate] }).ok, false);
    // The library does not sign the token of a notification, which has none. Here it would be signed.
    assert.deepEqual(await verdicts(t, { ...message, Token: "added" }), {
      theirs: true,
      ours: "signature-mismatch",
    });
    // By its documentation, the token of an UnsubscribeConfirmation is signed. The library leaves it out.
    const ended = signed({ ...confirmation, Type: "UnsubscribeConfirmation" }, "2");
    assert.deepEqual(await verdicts(t, ended), { theirs: false, ours: "verified" });
  });
});

describe("Braintree and its library", () => {
  const { BraintreeGateway, Environment, WebhookNotification } = require("braintree");
  const keys = { publicKey: "example_public_key", privateKey: "example-private-key-of-32-bytes." };
  const gatewayOf = (publicKey: string, privateKey = keys.privateKey) =>
    new BraintreeGateway({ environment: Environment.Sandbox, merchantId: "example", publicKey, privateKey });
  const gateway = gatewayOf(keys.publicKey);
  const hook = webhook("braintree", { secrets: [keys.privateKey] });
  const headers = { "Content-Type": "application/x-www-form-urlencoded" };

  const verdicts = async (fields: Record<string, string>) => {
    const parsed = gateway.webhookNotification.parse(fields.bt_signature, fields.bt_payload);
    const theirs = await parsed.then(
      () => true,
      () => false,
    );
    return { theirs, ours: hook.check({ headers, body: `${new URLSearchParams(fields)}` }).ok };
  };

  it("agree on its samples, and on changed ones", async () => {
    const kinds = ["Check", "SubscriptionCanceled", "Disbursement", "DisputeOpened", "TransactionSettled"];
    for (const kind of kinds) {
      const sample = await gateway.webhookTesting.sampleNotification(WebhookNotification.Kind[kind], "id-1");
      assert.deepEqual(await verdicts(sample), { theirs: true, ours: true }, kind);
      const { bt_signature, bt_payload } = sample;
      const hex = bt_signature.split("|")[1];
      for (const changed of [
        { bt_signature, bt_payload: bt_payload.replace(/[a-z]/, "Z") },
        { bt_signature, bt_payload: bt_payload.slice(4) },
        { bt_signature: bt_signature.replace(/.$/, "g"), bt_payload },
        { bt_signature: hex, bt_payload },
        { bt_signature: "", bt_payload },
        { bt_signature, bt_payload: "" },
      ])
        assert.deepEqual(await verdicts(changed), { theirs: false, ours: false }, JSON.stringify(changed));
      const pairs = { bt_signature: `other|${"0".repeat(40)}&${bt_signature}`, bt_payload };
      assert.deepEqual(await verdicts(pairs), { theirs: true, ours: true });
      const other = webhook("braintree", { secrets: ["another-private-key-of-32-bytes."] });
      assert.equal(other.check({ headers, body: `${new URLSearchParams(sample)}` }).ok, false);
    }
  });

  it("differ on the id of the key, and on a line break that a parser of forms removed", async () => {
    const { bt_signature, bt_payload } = await gateway.webhookTesting.sampleNotification("check", "id-1");
    // The library selects the pair of its public key. Here the private key decides.
    const named = { bt_signature: bt_signature.replace(keys.publicKey, "another"), bt_payload };
    assert.deepEqual(await verdicts(named), { theirs: false, ours: true });
    // The library also tries the payload with a line break. Raw bodies have it.
    const trimmed = { bt_signature, bt_payload: bt_payload.trimEnd() };
    assert.deepEqual(await verdicts(trimmed), { theirs: true, ours: false });
  });

  it("accepts what is signed here", async () => {
    const { body } = hook.create("notification", { bt_payload: "PG5vdGlmaWNhdGlvbi8+\n" });
    const { bt_signature, bt_payload } = Object.fromEntries(new URLSearchParams(text.decode(body)));
    const named = gatewayOf("key");
    await named.webhookNotification.parse(bt_signature, bt_payload);
    const other = gatewayOf("key", "another-private-key-of-32-bytes.");
    await assert.rejects(other.webhookNotification.parse(bt_signature, bt_payload));
  });
});

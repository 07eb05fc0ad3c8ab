// `--keys-file`: public keys of providers that change them, and of those that have one.
import assert from "node:assert/strict";
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { describe, it } from "node:test";
import { certificateOf } from "../support/certificate.ts";
import { samplesOf, text } from "../support/fixtures.ts";
import { snsContent } from "../support/senders.ts";
import { file, folder, run, usageError } from "./command.ts";

const NOW = ["--now", "2026-01-01T00:00:00Z"];

describe("--keys-file", () => {
  const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const certificate = file("certificate.pem", certificateOf(rsa.privateKey));
  const [sample] = samplesOf("aws-sns");
  const message = JSON.parse(text.decode(sample?.body));
  const Signature = sign("sha256", Buffer.from(snsContent(message)), rsa.privateKey).toString("base64");
  const body = file("sns.json", JSON.stringify({ ...message, Signature }));
  const sns = [body, "--provider", "aws-sns", ...NOW];

  it("verifies with a certificate, which a delivery names", () => {
    const keys = ["--keys-file", certificate];
    const verified = run(["verify", ...sns, ...keys]);
    assert.deepEqual([verified.code, verified.out.split(" ")[0]], [0, "verified"], verified.err);
    assert.match(run(["inspect", ...sns, ...keys]).out, /verified/);
    assert.match(run(["explain", ...sns, ...keys]).out, /The signature is valid/);
    // The certificate of another key, before that of the delivery.
    const other = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
    const another = file("other.pem", certificateOf(other));
    assert.equal(run(["verify", ...sns, "--keys-file", another, ...keys]).code, 0);
    const rejected = run(["verify", ...sns, "--keys-file", another]);
    assert.deepEqual([rejected.code, /signature-mismatch/.test(rejected.out)], [1, true], rejected.out);
  });

  it("verifies with the key of a set that a token names", () => {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const payload = '{"webhook_type":"ITEM","webhook_code":"ERROR"}';
    const sha256 = createHash("sha256").update(payload).digest("hex");
    const claims = { iat: Date.UTC(2026, 0, 1) / 1000, request_body_sha256: sha256 };
    const parts = [{ alg: "ES256", kid: "k2" }, claims].map((part) =>
      Buffer.from(JSON.stringify(part)).toString("base64url"),
    );
    const tag = sign("sha256", Buffer.from(parts.join(".")), { key: privateKey, dsaEncoding: "ieee-p1363" });
    const header = `Plaid-Verification: ${parts.join(".")}.${tag.toString("base64url")}`;
    const other = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey;
    const set = { keys: [{ ...other.export({ format: "jwk" }), kid: "k1" }] };
    const verify = () => {
      const keys = file("jwks.json", JSON.stringify(set));
      const plaid = ["--provider", "plaid", "-H", header, "--keys-file", keys, ...NOW];
      return run(["verify", file("plaid.json", payload), ...plaid]);
    };
    assert.match(verify().out, /key-missing/);
    set.keys.push({ ...publicKey.export({ format: "jwk" }), kid: "k2" });
    assert.match(verify().out, /^verified ITEM\.ERROR/);
  });

  it("is the public key of a provider that has one", () => {
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    const payload =
      '{"version":1,"type":1,"event":{"type":"ENTITLEMENT_CREATE","timestamp":"2026-01-01T00:00:00Z"}}';
    const time = `${Date.UTC(2026, 0, 1) / 1000}`;
    const tag = sign(null, Buffer.from(time + payload), privateKey).toString("hex");
    const headers = ["-H", `X-Signature-Timestamp: ${time}`, "-H", `X-Signature-Ed25519: ${tag}`];
    const keys = file("discord.pem", publicKey.export({ format: "pem", type: "spki" }));
    const { code, out, err } = run([
      "verify",
      file("d.json", payload),
      ...headers,
      "--keys-file",
      keys,
      ...NOW,
    ]);
    assert.deepEqual([code, /^verified/.test(out)], [0, true], out + err);
  });

  it("may begin with a byte order mark, and is read up to a limit", () => {
    const marked = file("marked.pem", `\ufeff${certificateOf(rsa.privateKey)}`);
    assert.equal(run(["verify", ...sns, "--keys-file", marked]).code, 0);
    const large = file("large.pem", Buffer.alloc(64 * 1024 + 1, 32));
    for (const path of [large, "/dev/zero"])
      assert.match(
        usageError(["verify", ...sns, "--keys-file", path]),
        /cannot be read: the file is too large/,
      );
    assert.match(
      usageError(["verify", ...sns, "--secret-file", "/dev/zero"]),
      /The file that --secret-file names cannot be read: the file is too large/,
    );
    assert.match(usageError(["verify", ...sns, "--keys-file", folder]), /cannot be read: it is a folder/);
  });

  it("is said to be unused for a provider that has no public keys, next to its secret", () => {
    const delivery = file("zen.json", '{"zen":"x"}');
    const github = ["--provider", "github", "--secret-env", "HOOK_SECRET", "--keys-file", certificate];
    for (const command of ["verify", "inspect", "explain"])
      assert.match(
        run([command, delivery, ...github]).err,
        /--keys-file is not used: GitHub has no public keys\./,
      );
  });

  it("is named where a key or a setting is missing", () => {
    assert.match(
      usageError(["verify", ...sns]),
      /No public key configured for Amazon SNS\..*--keys-file FILE/s,
    );
    assert.match(
      usageError(["verify", body, "--provider", "discord"]),
      /No public key configured for Discord\..*--keys-file FILE, or --secret-env NAME/s,
    );
    assert.match(
      usageError(["verify", body, "--provider", "github"]),
      /No signing secret configured for GitHub\..*--secret-env NAME/s,
    );
    assert.match(
      usageError(["verify", body, "--provider", "paypal", "--keys-file", certificate]),
      /Missing setting `webhookId`.*--setting-env webhookId=NAME/s,
    );
  });

  it("is not needed for a provider whose key is in its definition", () => {
    const { code, out } = run(["verify", file("kick.json", "{}"), "--provider", "kick", ...NOW]);
    assert.deepEqual([code, /signature-missing/.test(out)], [1, true], out);
  });

  it("is an error for a provider with a shared secret, and for a file that has no key", () => {
    const github = ["verify", body, "--provider", "github", "--keys-file"];
    assert.match(usageError([...github, certificate]), /GitHub has no public keys\..*--secret-env/s);
    assert.match(usageError([...github, "absent.pem"]), /The file that --keys-file names cannot be read/);
    assert.match(
      usageError([...github, file("empty.pem", "\n")]),
      /The file that --keys-file names is empty/,
    );
    const none = file("none.pem", "none");
    for (const command of ["verify", "inspect", "explain"])
      assert.match(
        usageError([command, ...sns, "--keys-file", none]),
        /The file that --keys-file names has no key: Invalid public key: .*\n/,
        command,
      );
  });
});

// `explain`: the verdict first, then causes with their fixes; for every secret, and for a valid signature.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { describe, it } from "node:test";
import { bytesOf, text } from "../support/fixtures.ts";
import { file, run, TRUST } from "./command.ts";

const SAMPLE = text.decode(bytesOf("providers/painchek/samples/assessment_add.painchek.json"));

describe("explain", () => {
  it("shows what is known of a valid signature, with lines for frameworks", () => {
    const good = file("valid.http", run(["sign", file("valid.json", SAMPLE), ...TRUST, "--as", "http"]).out);
    const { code, out } = run(["explain", good, ...TRUST]);
    assert.equal(code, 0);
    assert.match(out, /^The signature is valid\.\n\nobservation signature-valid /);
    assert.match(out, /\n {6}Express: .+\n/);
    const json = JSON.parse(run(["explain", good, ...TRUST, "--json"]).out);
    assert.deepEqual([json.ok, json.matches, json.observations[0].code], [true, [], "signature-valid"]);
    assert.deepEqual(json.observations[0].alternatives, []);
  });

  it("explains a delivery by a secret that the provider does not accept, which is the verdict", () => {
    const secret = "a secret in plain text";
    const [id, time, body] = [
      "msg_1",
      Math.floor(Date.now() / 1000),
      '{"type":"a","timestamp":"x","data":{}}',
    ];
    const tag = createHmac("sha256", secret).update(`${id}.${time}.${body}`).digest("base64");
    const request = file(
      "plain.http",
      `POST / HTTP/1.1\r\nwebhook-id: ${id}\r\nwebhook-timestamp: ${time}\r\nwebhook-signature: v1,${tag}\r\n\r\n${body}`,
    );
    const args = ["explain", request, "-p", "standard-webhooks", "--secret-env", "PLAIN"];
    const { code, out, err } = run(args, { env: { PLAIN: secret } });
    assert.deepEqual([code, err], [1, ""]);
    assert.match(out, /^secret-invalid .+\n\nmatch secret-not-decoded /);
    assert.ok(!out.includes(secret) && !out.includes(tag));
    const json = JSON.parse(run([...args, "--json"], { env: { PLAIN: secret } }).out);
    assert.deepEqual(
      [json.ok, json.code, json.matches[0].code],
      [false, "secret-invalid", "secret-not-decoded"],
    );
  });

  it("finds the scheme of a provider that is not built in, as a definition that verifies", () => {
    const secret = "the secret of acme";
    const body = '{"kind":"order.paid","total":3}';
    const time = Math.floor(Date.now() / 1000);
    const tag = createHmac("sha256", secret).update(`${time}.${body}`).digest("hex");
    const request = file(
      "acme.http",
      `POST / HTTP/1.1\r\nX-Acme-Signature: t=${time},v1=${tag}\r\n\r\n${body}`,
    );
    const env = { ACME: secret };
    const args = ["explain", request, "--secret-env", "ACME"];
    const { code, out } = run(args, { env });
    assert.equal(code, 0);
    assert.match(out, /^The provider is unknown: /);
    assert.match(out, /\nmatch X-Acme-Signature has the HMAC-SHA-256 of `\{timestamp\}\.\{body\}`/);
    assert.ok(!out.includes(secret) && !out.includes(tag));
    const json = JSON.parse(run([...args, "--json"], { env }).out);
    const definition = file("provider.json", JSON.stringify(json.matches[0].definition));
    const verified = run(["verify", request, "--secret-env", "ACME", "--provider", definition], { env });
    assert.equal(verified.code, 0, verified.out);

    const without = run(["explain", request]);
    assert.equal(without.code, 1);
    assert.match(
      without.out,
      /signature X-Acme-Signature has 64 hex digits.*\n\nTo find out how the sender signs, pass/s,
    );
    const other = run(args, { env: { ACME: "another secret" } });
    assert.equal(other.code, 1);
    assert.match(other.out, /None of the usual schemes makes the signature with this secret\./);
  });

  it("shows what is wrong with a body whose provider is unknown", () => {
    const { code, out } = run(["explain", file("broken.json", '{"a":1,}')]);
    assert.equal(code, 1);
    assert.match(out, /json-syntax .+\n[\s\S]*No header looks like a signature\./);
  });
});

// The command's reports about deliveries: verdicts, code frames, tables, comparisons; and the deliveries that it creates.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { providers, webhook } from "../../src/index.ts";
import { bytesOf, SECRET, samplesOf, text } from "../support/fixtures.ts";
import { file, folder, run, TRUST } from "./command.ts";

const SAMPLE = text.decode(bytesOf("providers/painchek/samples/assessment_add.painchek.json"));
const signedAs = (name: string, body: string | Uint8Array, as = "http") =>
  file(name, run(["sign", file(`${name}.json`, body), ...TRUST, "--as", as]).out);
const good = signedAs("good.http", SAMPLE);
const tampered = file(
  "tampered.http",
  readFileSync(good, "utf8").replace('"is_editable": false', '"is_editable": true '),
);
const broken = signedAs(
  "broken.http",
  '{"event": "assessment_add",\n "data": {"uuid": 5, "patient": "Mrs Zarathustra",} }',
);
const xon = file("xon.json", bytesOf("providers/xon/samples/calls.user.create.json"));

describe("verify", () => {
  it("accepts a signed delivery in every import format", () => {
    for (const [name, as] of [
      ["http", "http"],
      ["sh", "curl"],
      ["ndjson", "ndjson"],
    ] as const) {
      const { code, out } = run([
        "verify",
        signedAs(`one.${name}`, SAMPLE, as),
        "--secret-env",
        "HOOK_SECRET",
      ]);
      assert.deepEqual([code, /^verified assessment_add assessment_add:/.test(out)], [0, true], out);
    }
    const har = JSON.stringify({
      log: { entries: [{ request: JSON.parse(readFileSync(signedAs("a", SAMPLE, "ndjson"), "utf8")) }] },
    })
      .replace('"body":', '"postData":{"text":')
      .replace("}]}}", "}}]}}");
    assert.equal(run(["verify", file("one.har", har), "--secret-env", "HOOK_SECRET"]).code, 0);
  });

  it("reads standard input, piped in or named by -", () => {
    const input = readFileSync(good);
    assert.equal(run(["verify", ...TRUST], { input }).code, 0);
    assert.equal(run(["verify", "-", ...TRUST], { input }).code, 0);
  });

  it("accepts headers in addition to a body, and a body in addition to a command", () => {
    const headers = run(["sign", join(folder, "good.http.json"), ...TRUST])
      .out.trim()
      .split("\n");
    const lines = headers.flatMap((line) => ["-H", line]);
    assert.equal(run(["verify", join(folder, "good.http.json"), ...lines, ...TRUST]).code, 0);
    const command = file(
      "command.sh",
      `curl http://h/ ${headers.map((line) => `-H '${line}'`).join(" ")} --data-binary @body.json`,
    );
    assert.equal(run(["verify", command, "--body", join(folder, "good.http.json"), ...TRUST]).code, 0);
  });

  it("rejects with the reason, the status and the next command", () => {
    const { code, out } = run(["verify", tampered, ...TRUST]);
    assert.equal(code, 1);
    assert.match(
      out,
      /^rejected signature-mismatch \(401\) The signature in X-PainChek-WH-Signature is not the HMAC of this body/,
    );
    assert.match(out, /To find the cause, run hookseal explain with the same arguments\./);
    const { out: json } = run(["verify", tampered, ...TRUST, "--json"]);
    assert.deepEqual(
      [JSON.parse(json).ok, JSON.parse(json).code, JSON.parse(json).status],
      [false, "signature-mismatch", 401],
    );
  });

  it("reports an unsigned delivery as unsigned, and only with --unsigned", () => {
    const { code, out } = run(["verify", xon, "--unsigned"]);
    assert.deepEqual([code, out.startsWith("unsigned calls.user.create")], [0, true]);
    assert.equal(run(["verify", xon]).code, 2);
    assert.equal(JSON.parse(run(["verify", xon, "--unsigned", "--json"]).out).type, "calls.user.create");
  });

  it("applies the time and the limits of its options", () => {
    assert.equal(run(["verify", good, ...TRUST, "--now", "2024-01-31T12:00:00Z"]).code, 0);
    const { code, out } = run(["verify", good, ...TRUST, "--max-bytes", "100"]);
    assert.deepEqual([code, out.includes("body-too-large (413)")], [1, true]);
  });

  it("accepts a definition file as the provider", () => {
    const definition = file(
      "github.json",
      JSON.stringify({
        id: "github",
        signature: { header: "X-Hub-Signature-256", format: "sha256={hex}", algorithms: ["sha256"] },
        envelope: { type: "header:X-GitHub-Event" },
        dedupe: ["header:X-GitHub-Delivery"],
        events: { ping: { schema: true } },
      }),
    );
    const own = ["--provider", definition, "--secret-env", "HOOK_SECRET"];
    const made = run(["sign", file("ping.json", '{"zen":1}'), ...own, "--as", "http"]).out;
    const with_ = file(
      "ping.http",
      made.replace("\r\n\r\n", "\r\nX-GitHub-Event: ping\r\nX-GitHub-Delivery: 1\r\n\r\n"),
    );
    assert.match(run(["verify", with_, ...own]).out, /^verified ping ping:1/);
  });
});

describe("inspect", () => {
  it("prints everything about one delivery, and a summary", () => {
    const { code, out } = run(["inspect", good, "--secret-env", "HOOK_SECRET"]);
    assert.equal(code, 0);
    assert.match(
      out,
      /^verified painchek · assessment_add\n {2}signature verified by sha256, secret 1 \(X-PainChek-WH-Signature\)\n/,
    );
    assert.match(out, /body {6}[\d,]+ bytes, SHA-256 [0-9a-f]{64}\n/);
    assert.match(out, /No issues\.\n$/);
  });

  it("prints one JSON value per delivery, verified or rejected", () => {
    for (const [path, verdict] of [
      [good, "verified"],
      [tampered, "rejected"],
    ] as const) {
      assert.equal(JSON.parse(run(["inspect", path, ...TRUST, "--json"]).out).report.verdict, verdict);
    }
    const two = run(["inspect", good, tampered, ...TRUST, "--json"])
      .out.trim()
      .split("\n");
    assert.equal(two.length, 3);
    assert.equal(JSON.parse(two[2] as string).summary.deliveries, 2);
  });

  it("shows the line, the column and a caret under the error", () => {
    const { code, out } = run(["inspect", broken, ...TRUST]);
    assert.equal(code, 1);
    const lines = out.split("\n");
    const at = lines.findIndex((line) => line.includes("json-syntax"));
    assert.match(lines[at] as string, /Trailing comma/);
    const [, frame, carets] = lines.slice(at, at + 3) as [string, string, string];
    assert.match(frame, /^ {4}2:50 \| …id": 5, "patient": "Mrs Zarathustra",\} \}$/);
    assert.equal(frame[carets.indexOf("^")], ",");
    assert.match(out, /1 error\n/);
  });

  it("redacts the values of a payload with --redact, and keeps the keys", () => {
    const wrong = signedAs(
      "wrong.http",
      '{"event":"assessment_add","data":{"uuid":"Mrs Zarathustra","patient":12345}}',
    );
    const open = run(["inspect", wrong, ...TRUST]).out;
    assert.match(open, /Mrs Zarathustra/);
    for (const path of [wrong, broken]) {
      const { out } = run(["inspect", path, ...TRUST, "--redact"]);
      assert.ok(!out.includes("Zarathustra") && !out.includes("12345"), out);
      assert.match(out, /"patient": ?["•]/);
    }
  });

  it("points at the right bytes after characters of every width, and in a line of any length", () => {
    const long = `{"event":"assessment_add","é":"${"日本😀".repeat(2000)}","data":{"uuid":"é😀日","patient":false}}`;
    const { out } = run(["inspect", signedAs("wide.http", long), ...TRUST]);
    const lines = out.split("\n");
    const at = lines.findIndex((line) => line.includes(" /data/patient "));
    const [frame, carets] = [lines[at + 1] as string, lines[at + 2] as string];
    assert.ok(frame.length < 140, frame);
    assert.match(frame, /"patient":false/);
    assert.equal(/\^+$/.exec(carets)?.[0].length, 5);
  });

  it("prints no control character of a delivery", () => {
    const evil = '{"event":"\\u001b[2J\\u202e","data":{"\\u001b]0;x\\u0007":"\x1b[31m"}}';
    const { out, err } = run(["inspect", signedAs("evil.http", evil), ...TRUST]);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be there
    assert.ok(!/[\x00-\x09\x0b-\x1f\x7f\u202e]/.test(out + err), JSON.stringify(out));
  });

  it("recovers a request without line breaks, and reports it", () => {
    const head =
      "POST /payload HTTP/1.1 X-PainChek-WH-Signature: sha1=7d38cdd689735b008b3c702edd92eea23791c5f6 ";
    const path = file(
      "seed.txt",
      `As in:\n${head}${text.decode(bytesOf("tests/vectors/seeds/painchek-as-printed.txt"))}`,
    );
    const { code, out } = run(["inspect", path, "--secret-env", "HOOK_SECRET"]);
    assert.equal(code, 1);
    for (const part of [
      "http-recovered",
      "2:1 | POST /payload",
      "signature-mismatch",
      'Missing comma after "device_id"',
      "input-ignored",
    ]) {
      assert.ok(out.includes(part), part);
    }
  });

  it("ends with a table for many deliveries", () => {
    const lines = [good, good, tampered].map((path) =>
      readFileSync(
        signedAs("row", text.decode(bytesOf("providers/painchek/samples/assessment_add.nrs.json")), "ndjson"),
        "utf8",
      ).replace(/$/, path === tampered ? "" : ""),
    );
    const bad = (lines[2] as string).replace("moderate", "mild");
    const archive = file(
      "many.ndjson",
      `${lines[0]}${lines[1]}${bad}{"headers":\n${readFileSync(xon, "utf8").replace(/\s+/g, "")}\n{"a":1}\n`,
    );
    const { code, out } = run(["inspect", archive, "--secret-env", "HOOK_SECRET"]);
    assert.equal(code, 1);
    assert.match(out, /many\.ndjson#3 signature-mismatch The signature in /);
    assert.match(out, /many\.ndjson#4:12 json-syntax/);
    assert.match(out, /^provider {2}event {14}verdict {5}cause {18}deliveries$/m);
    assert.match(out, /^painchek {2}assessment_add {5}verified +2$/m);
    assert.match(out, /^painchek {2}assessment_add {5}rejected {4}signature-mismatch {5}1$/m);
    assert.match(out, /^xon {7}calls\.user\.create {2}unsigned +1$/m);
    assert.match(out, /^6 deliveries: 2 verified, 1 unsigned, 2 rejected, 1 unreadable$/m);
    assert.match(out, /To find the cause, run hookseal explain with one of them\.\n$/);
    const json = run(["inspect", archive, "--secret-env", "HOOK_SECRET", "--json"])
      .out.trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    assert.equal(json.length, 7);
    assert.deepEqual(
      [json[0].report.verdict, json[3].issues[0].code, json[4].report.provider, json[5].provider],
      ["verified", "json-syntax", "xon", null],
    );
    const { rows, ...summary } = json[6].summary;
    assert.deepEqual(summary, {
      deliveries: 6,
      verified: 2,
      token: 0,
      unsigned: 1,
      rejected: 2,
      unreadable: 1,
      skipped: 0,
    });
    assert.equal(rows.length, 5);
  });

  it("reads several files, and skips requests without a body", () => {
    const har = file(
      "browser.har",
      JSON.stringify({ log: { entries: [{ request: { method: "GET", url: "https://h/", headers: [] } }] } }),
    );
    const { code, out } = run(["inspect", good, xon, har, "--secret-env", "HOOK_SECRET"]);
    assert.deepEqual(
      [code, /^2 deliveries: 1 verified, 1 unsigned\n1 request without a body skipped/m.test(out)],
      [0, true],
      out,
    );
    assert.match(run(["inspect", good, har, "--all", "--secret-env", "HOOK_SECRET"]).out, /1 rejected/);
  });
});

/** Prints to stderr, as the process exits, which verbs of the core were called. */
const CALLS = `data:text/javascript,${encodeURIComponent(`
  const { Instance } = WebAssembly;
  const calls = [];
  WebAssembly.Instance = function (module, imports) {
    const exports = { ...new Instance(module, imports).exports };
    for (const verb of ["verify", "failure", "inspect", "explain"]) {
      const call = exports["hook_" + verb];
      exports["hook_" + verb] = (...args) => (calls.push(verb), call(...args));
    }
    return { exports };
  };
  process.on("exit", () => process.stderr.write("calls " + calls.join(" ")));`)}`;

describe("one evaluation", () => {
  for (const [verdict, path] of [
    ["verified", good],
    ["rejected", tampered],
  ] as const) {
    it(`is enough to inspect a delivery that is ${verdict}`, () => {
      const { out, err } = run(["inspect", path, ...TRUST], { node: ["--import", CALLS] });
      assert.deepEqual([out.split(" ")[0], err], [verdict, "calls inspect"]);
    });
  }
});

describe("explain", () => {
  /** The signed sample with a changed body, such as one that a framework has parsed and serialized. */
  const rewritten = (name: string, change: (body: string) => string) => {
    const [head, body] = readFileSync(good, "utf8").split("\r\n\r\n") as [string, string];
    const other = change(body);
    return file(
      name,
      `${head.replace(/Content-Length: \d+/, `Content-Length: ${other.length}`)}\r\n\r\n${other}`,
    );
  };

  it("proves how the body was changed, shows where, and prints the fix of each framework once", () => {
    const path = rewritten("rewritten.http", (body) => JSON.stringify(JSON.parse(body)));
    const { code, out } = run(["explain", path, ...TRUST]);
    assert.equal(code, 1);
    assert.match(out, /^signature-mismatch The signature in X-PainChek-WH-Signature /);
    assert.match(
      out,
      /\nmatch body-indent-2 Body reformatted from two-space indentation\n {2}The signature matches the body indented by two spaces: /,
    );
    assert.match(out, /\nmatch body-newline-dropped /);
    assert.match(
      out,
      /\n {4}1:2 \| \{"event":"assessment_add",.*\n {8}\| {2}\^{20,}\n {2}fix Verify the raw request body/,
    );
    assert.equal(out.match(/\n {6}Express: app\.post\(path, express\.raw\(/g)?.length, 1);
    assert.match(out, /\(See above for the code in each framework\.\)/);
    assert.match(out, /\n[1-9][\d,]* combinations computed\.\n$/);
    assert.doesNotMatch(run(["explain", path, ...TRUST, "--redact"]).out, /assessment_add/);
    const json = JSON.parse(run(["explain", path, ...TRUST, "--json"]).out);
    assert.deepEqual(
      [json.ok, json.code, json.matches[0].code],
      [false, "signature-mismatch", "body-indent-2"],
    );
  });

  it("proves what is wrong with the secret, without printing it", () => {
    const path = file("secret-with-quotes", `"${SECRET}"`);
    const { code, out } = run(["explain", good, "--secret-file", path]);
    assert.equal(code, 1);
    assert.match(out, /\nmatch secret-quotes /);
  });

  it("reports that nothing matches, that the signature is valid, or that there is none", () => {
    const nothing = run(["explain", tampered, ...TRUST]);
    assert.equal(nothing.code, 1);
    assert.match(
      nothing.out,
      /\nobservation no-match No match\n {2}No match\. Tried [1-9]\d* body variants, /,
    );
    assert.doesNotMatch(nothing.out, /\nmatch /);
    const right = run(["explain", good, ...TRUST]);
    assert.deepEqual([right.code, right.err], [0, ""]);
    assert.match(
      right.out,
      /^The signature is valid\.\n\nobservation signature-valid [\s\S]*\n0 combinations computed\.\n$/,
    );
    const unsigned = run(["explain", xon, "--provider", "xon", "--unsigned"]);
    assert.equal(unsigned.code, 0);
    assert.match(
      unsigned.out,
      /^The delivery is unsigned: nothing to explain\.\n\nobservation provider-unsigned /,
    );
  });
});

describe("sign, new, schema, providers and compare", () => {
  it("prints headers, a command, a request or JSON", () => {
    const path = join(folder, "good.http.json");
    assert.match(
      run(["sign", path, ...TRUST, "--id", "7", "--webhook-id", "8"]).out,
      /^Content-Type: application\/json\nX-PainChek-Webhook-Id: 8\nX-PainChek-WH-Delivery-Id: 7\nX-PainChek-WH-Signature: sha256=[0-9a-f]{64}\n$/,
    );
    assert.match(
      run(["sign", path, ...TRUST, "--as", "curl", "--url", "http://h/x"]).out,
      /^curl 'http:\/\/h\/x' \\\n/,
    );
    assert.match(
      run(["sign", path, ...TRUST, "--as", "http", "--url", "http://h/x"]).out,
      /^POST \/x HTTP\/1\.1\r\nHost: h\r\n/,
    );
    const json = JSON.parse(run(["sign", path, ...TRUST, "--json"]).out);
    assert.equal(Buffer.from(json.bodyBase64, "base64").toString(), SAMPLE);
  });

  it("writes every sample byte for byte", () => {
    // A process for each sample, so only of providers with several revisions or event types, and one with any type.
    for (const provider of ["painchek", "xon", "slack", "stripe", "coinbase-commerce"]) {
      const list = run(["new", provider, "--list"]).out.trim().split("\n");
      const samples = samplesOf(provider);
      assert.equal(list.length, samples.length);
      for (const [index, { body, type }] of samples.entries()) {
        const words = (list[index] as string).split(" ");
        assert.equal(words[0], type);
        assert.equal(run(["new", provider, ...words]).out, text.decode(body));
      }
    }
    const { code, err } = run(["new", "painchek", "--out", "fresh.json"]);
    assert.deepEqual(
      [code, err],
      [0, `fresh.json written, ${readFileSync(join(folder, "fresh.json")).length} bytes.\n`],
    );
  });

  it("creates an event from data", () => {
    const data = file("call.json", '{"mobileNumber":"+447700900123"}');
    const { out } = run(["new", "xon", "calls.user.create", "--data", data, "--now", "1700000000000"]);
    const { event } = JSON.parse(out);
    assert.deepEqual(
      [event.type, event.mobileNumber, event.createdAt.slice(0, 10)],
      ["calls.user.create", "+447700900123", "2023-11-14"],
    );
  });

  it("names the handshake that a request is", () => {
    const body = JSON.stringify({ type: "url_verification", challenge: "<b>", token: "x" });
    const { headers } = webhook("slack", { secrets: [SECRET] }).sign(body);
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    for (const [text, expected] of [
      [body.replace("<b>", "abc"), undefined],
      [body, "url_verification: a receiver responds 403 handshake-refused"],
    ] as const) {
      const path = file("slack.http", Buffer.from(`POST / HTTP/1.1\r\n${lines.join("")}\r\n${text}`));
      const { out } = run(["inspect", path, "--provider", "slack", "--secret-env", "HOOK_SECRET"]);
      assert.equal(/^ {2}handshake (.*)$/m.exec(out)?.[1], expected, out);
    }
  });

  it("lists the providers", () => {
    assert.match(
      run(["providers"]).out,
      /^painchek +PainChek +X-PainChek-WH-Signature \(sha256, sha1\) +\{body\} +docs +assessment_add$/m,
    );
    assert.match(run(["providers"]).out, /^slack .* event_callback, url_verification, app_rate_limited/m);
    assert.match(run(["providers"]).out, /^github .*\(sha256\) +\{body\} +type, id +vector +any$/m);
    assert.match(run(["providers"]).out, /^xon .* none +everything /m);
    assert.match(run(["providers"]).out, /^checkout-com .* no +any$/m);
    // A token signs its own claims.
    assert.match(run(["providers", "plai"]).out, /^plaid .* Plaid-Verification \(ES256\) +its claims /m);
    assert.equal(JSON.parse(run(["providers", "plaid", "--json"]).out)[0].signedContent, undefined);
    assert.deepEqual(
      JSON.parse(run(["providers", "--json"]).out).map((one: { id: string; signs: boolean }) => [
        one.id,
        one.signs,
      ]),
      providers().map((id) => [id, !["docker-hub", "mollie-classic", "strava", "xon"].includes(id)]),
    );
    assert.deepEqual(
      JSON.parse(run(["providers", "--json"]).out)
        .filter((one: { uncovered?: string[] }) => one.uncovered?.length !== 0)
        .map((one: { id: string; uncovered?: string[] }) => [one.id, one.uncovered]),
      [
        ["adyen", ["id"]],
        ["attio", ["id"]],
        ["auth0", ["type", "id"]],
        ["azure-event-grid", ["type", "id"]],
        ["bitbucket", ["type", "id"]],
        ["buildkite", ["type", "id"]],
        ["cashfree", ["id"]],
        ["chargebee", ["type", "id"]],
        ["coinbase-cdp", ["type", "id"]],
        ["contentful", ["type", "id"]],
        ["crisp", ["id"]],
        ["discourse", ["type"]],
        ["docker-hub", undefined],
        ["figma", ["type", "id"]],
        ["flutterwave", ["type", "id"]],
        ["gitea", ["type", "id"]],
        ["github", ["type", "id"]],
        ["gitlab", ["type", "id"]],
        ["google-pubsub", ["type", "id"]],
        ["google-watch", ["type"]],
        ["greenhouse", ["id"]],
        ["help-scout", ["type"]],
        ["hook0", ["type", "id"]],
        ["hookdeck", ["id"]],
        ["jira", ["id"]],
        ["kick", ["type"]],
        ["lemonsqueezy", ["type"]],
        ["linear", ["id"]],
        ["mailchimp", ["type", "id"]],
        ["mailgun", ["type", "id"]],
        ["mercado-pago", ["type", "id"]],
        ["microsoft-graph", ["type", "id"]],
        ["modern-treasury", ["type"]],
        ["mollie-classic", undefined],
        ["monday", ["type", "id"]],
        ["okta", ["type", "id"]],
        ["paypal", ["type"]],
        ["postmark", ["type", "id"]],
        ["pulumi", ["type"]],
        ["qstash", ["id"]],
        ["razorpay", ["id"]],
        ["revenuecat", ["type", "id"]],
        ["sanity", ["type", "id"]],
        ["sentry", ["type", "id"]],
        ["shopify", ["type", "id"]],
        ["sparkpost", ["type", "id"]],
        ["strava", undefined],
        ["telegram", ["type", "id"]],
        ["twilio", ["id"]],
        ["wise", ["id"]],
        ["woocommerce", ["type", "id"]],
        ["xon", undefined],
        ["zendesk", ["id"]],
      ],
    );
  });

  it("lists the providers with a word in id, title or signature header", () => {
    const idsOf = (word: string) =>
      JSON.parse(run(["providers", word, "--json"]).out).map(({ id }: { id: string }) => id);
    assert.deepEqual(idsOf("Pay"), ["dodo-payments", "paypal", "paystack", "razorpay"]);
    assert.deepEqual(idsOf("surgery"), ["xon"]);
    assert.deepEqual(idsOf("x-hub-signature"), ["bitbucket", "github", "intercom", "jira", "meta"]);
    assert.deepEqual(idsOf("unheard-of"), []);
    const [row] = JSON.parse(run(["providers", "calendly", "--json"]).out);
    assert.deepEqual([row.signedContent, row.confirmed, row.uncovered], ["{timestamp}.{body}", "docs", []]);
    // A time that is signed and not checked.
    assert.equal(JSON.parse(run(["providers", "paypal", "--json"]).out)[0].tolerance, null);
    assert.match(run(["providers"]).out, /^paypal .*\{body:crc32\} \(time not checked\) /m);
    assert.match(run(["providers", "paypal"]).out, /the time is not checked/);
    const { code, err } = run(["providers", "unheard-of"]);
    assert.equal(code, 2);
    assert.match(err, /^error: No built-in provider has this word/);
  });

  it("names all providers that fit, if several do", () => {
    const request = file(
      "both.http",
      'POST / HTTP/1.1\r\nX-Hub-Signature: sha256=00\r\nX-Event-Key: repo:push\r\nX-Atlassian-Webhook-Identifier: 1\r\n\r\n{"webhookEvent":"comment_created"}',
    );
    const { code, err } = run(["verify", request]);
    assert.equal(code, 2);
    assert.match(err, /the delivery can be from bitbucket or jira\./);
  });

  it("prints contracts, and validates payloads against a contract or a schema file", () => {
    assert.ok(JSON.parse(run(["schema", "painchek"]).out).properties.event);
    const args = ["schema", "xon", "file-request.files.update", "--revision", "R7-R9", "--check"];
    const sample = bytesOf("providers/xon/samples/file-request.files.update.R9.json");
    const fine = run([...args, file("r9.json", sample)]);
    assert.deepEqual(
      [fine.code, fine.out.startsWith("valid r9.json") || fine.out.startsWith("valid /")],
      [0, true],
      fine.out,
    );
    const bad = run([
      ...args,
      file("r9-bad.json", text.decode(sample).replace(/"size": \d+/, '"size": "many"')),
    ]);
    assert.deepEqual(
      [bad.code, bad.out.startsWith("invalid"), bad.out.includes('"size": "many"')],
      [1, true, true],
    );
    const own = file("own.schema.json", '{"required":["id"]}');
    assert.equal(run(["schema", own, "--check", file("id.json", '{"id":1}')]).code, 0);
    const json = run(["schema", own, "--check", file("no-id.json", "{}"), "--json"]);
    assert.deepEqual([json.code, JSON.parse(json.out).issues[0].code], [1, "required"]);
  });

  it("compares two deliveries", () => {
    assert.deepEqual(run(["compare", good, signedAs("retry.http", SAMPLE)]), {
      code: 0,
      out: "The same event, unchanged.\n",
      err: "",
    });
    const { code, out } = run(["compare", good, tampered]);
    assert.equal(code, 1);
    assert.match(
      out,
      /^The same event, with a different payload\.\n {2}\/data\/data\/assessment\/is_editable\n {4}- false\n {4}\+ true\n$/,
    );
    assert.ok(!run(["compare", good, tampered, "--redact"]).out.includes("true"));
    assert.match(run(["compare", good, xon, "--provider", "painchek"]).out, /^Two different events\./);
    const json = JSON.parse(run(["compare", good, tampered, "--json"]).out);
    assert.deepEqual([json.same, json.sameEvent, json.changes.length], [false, true, 1]);
  });
});

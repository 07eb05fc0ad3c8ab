// The command's help, usage errors, exit codes, secrets and color. deliveries.test.ts has its reports about deliveries.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { webhook } from "../../src/index.ts";
import { bytesOf, jsonOf, SECRET } from "../support/fixtures.ts";
import { file, folder, run, TRUST, usageError } from "./command.ts";

const SAMPLE = bytesOf("providers/painchek/samples/assessment_add.painchek.json");
const body = file("body.json", SAMPLE);
const signed = file("signed.http", run(["sign", body, ...TRUST, "--as", "http"]).out);

const COMMANDS = [
  "inspect",
  "verify",
  "explain",
  "sign",
  "new",
  "send",
  "listen",
  "compare",
  "providers",
  "schema",
  "doctor",
];

describe("help", () => {
  it("lists every command, and has examples for each", () => {
    const { code, out } = run(["--help"]);
    assert.equal(code, 0);
    for (const name of COMMANDS) {
      assert.match(out, new RegExp(`^ {2}${name} `, "m"));
      const help = run([name, "--help"]);
      assert.equal(help.code, 0);
      assert.match(help.out, /Examples:\n {2}\$ (pbpaste \| )?hookseal /);
    }
    assert.match(out, /Exit codes: 0 valid, 1 rejected, 2 wrong usage/);
  });

  it("is printed without arguments, with the exit code of wrong usage", () => {
    const { code, out } = run([]);
    assert.deepEqual([code, out.startsWith("Usage: hookseal")], [2, true]);
  });

  it("says what an option does in this command", () => {
    const line = (name: string, option: string) =>
      new RegExp(`^ +${option} (?:<\\w+> )? *(.+(?:\\n {10,}.+)*)`, "m")
        .exec(run([name, "--help"]).out)?.[1]
        ?.replaceAll(/\s+/g, " ");
    for (const name of ["sign", "send"]) {
      assert.equal(line(name, "--now"), "sign at this time (default: now)");
      assert.match(`${line(name, "--unsigned")}`, /^make a delivery without a signature/);
    }
    assert.equal(line("verify", "--now"), "verify at this time (default: now)");
    assert.match(`${line("verify", "--unsigned")}`, /^accept deliveries without a signature/);
  });

  it("prints the version of the package", () => {
    assert.equal(run(["--version"]).out.trim(), jsonOf("pkg/package.json").version);
  });
});

describe("wrong usage", () => {
  it("repeats no argument, which may be a secret in the wrong place", () => {
    for (const words of [
      ["verify", body, "--max-bytes", SECRET],
      ["verify", body, "--tolerance", SECRET],
      ["verify", body, "--now", SECRET],
      ["verify", body, "--profile", SECRET],
      ["verify", body, "--format", SECRET],
      ["verify", body, "--provider", SECRET],
      ["verify", body, `--${SECRET}`],
      ["verify", body, `--frob=${SECRET}`],
      ["verify", body, SECRET],
      ["verify", SECRET],
      ["listen", SECRET],
      ["new", SECRET],
      ["new", "painchek", SECRET],
      ["schema", SECRET],
      ["schema", "painchek", SECRET],
      ["send", SECRET],
      [SECRET],
    ]) {
      const { code, out, err } = run(words);
      assert.equal(code, 2, words.join(" "));
      assert.ok(!`${out}${err}`.includes(SECRET), `${words.join(" ")}\n${err}`);
      assert.match(err, /^error: ./m);
    }
  });

  const cases: [string[], RegExp][] = [
    [["frobnicate"], /error: unknown command\n/],
    [["verfy"], /Did you mean verify\?/],
    [["verify", "--frob"], /error: unknown option\n/],
    [["verify", "a", "b"], /too many arguments/],
    [
      ["verify", body, "--format", "xml"],
      /Allowed choices are http, curl, command, har, record, ndjson, body/,
    ],
    [["verify", body, "--max-bytes", "x"], /Expected an integer from 1 to 268435456\./],
    [
      ["verify", body, "--now", "yesterday"],
      /Expected a time such as 2024-01-31T12:00:00Z, or milliseconds since 1970\./,
    ],
    [["listen", "99999", ...TRUST], /Expected an integer from 0 to 65535\./],
    [["verify", "nowhere.json"], /error: nowhere\.json cannot be read: no such file\./],
    [["verify", folder], /cannot be read: it is a folder\./],
    [
      ["verify", body, "-H", "nothing", ...TRUST],
      /Invalid value for --header: expected a name, a colon and a value\.\nExample: --header 'X-Signature/,
    ],
    [
      ["verify", body, "--provider", "unknown", "--secret-env", "HOOK_SECRET"],
      /The value of --provider is neither a built-in provider nor a readable file: no such file\.\nTo list the \d+ built-in providers: hookseal providers\. Or name a provider definition: --provider mine\.json/,
    ],
    [
      ["verify", body, "--provider", signed, "--secret-env", "HOOK_SECRET"],
      /The provider definition is not valid JSON\./,
    ],
    [
      ["verify", file("own.json", "{}"), "--provider", file("bad.json", '{"id": 5}')],
      /Invalid provider definition\./,
    ],
    [
      ["verify", file("other.json", '{"a":1}'), "--unsigned"],
      /Provider not detected: neither the headers nor the event type are those of a built-in provider\.\nPass --provider with one of the \d+ built-in providers \(hookseal providers lists them\), or with a definition: --provider mine\.json/,
    ],
    [
      ["verify", body],
      /No signing secret configured for PainChek\.\nUse --secret-env NAME .* or --secret-file FILE\. Or pass --unsigned\./,
    ],
    [
      ["verify", file("xon.json", '{"event":{"type":"calls.user.create"}}')],
      /X-on Surgery Connect does not sign its webhooks, so the sender cannot be authenticated\.\nPass --unsigned to accept unsigned deliveries\./,
    ],
    [["compare", "-", "-"], /Standard input can be only one of the two deliveries\./],
    [
      ["new", "xon"],
      /Missing argument: the event\.\nEvents: file-request\.files\.update, calls\.user\.create/,
    ],
    [["new", "xon", "ping"], /Unknown event of this provider\./],
    [["new", "xon", "calls.user.create", "--sample", "R9"], /Unknown sample of this event\./],
    [["new", "xon", "calls.user.create", "--data", signed], /The file of --data is not valid JSON\./],
    [["new", "painchek", "--out", body], /cannot be written: the file already exists\./],
    [["new", "xon", "calls.user.create", "--data", file("data.json", "{}")], /mobileNumber/],
    [["sign", file("empty.json", ""), "--format", "body", ...TRUST], /There is no body to sign\./],
    [
      ["sign", file("nul.bin", "a\0b"), "--format", "body", ...TRUST, "--as", "curl"],
      /The delivery cannot be exported as curl\.\nA command line cannot contain the NUL byte of this body\. Use --as http or --as ndjson\./,
    ],
    [["send", "nowhere", body, ...TRUST], /Invalid URL\.\nExample: http:\/\/localhost:3000\/webhook/],
    [["send", "ftp://h/", body, ...TRUST], /Unsupported URL: expected http or https\./],
    [
      ["send", "http://127.0.0.1:1/", "--event", "assessment_add"],
      /Missing option: --event needs --provider\./,
    ],
    [
      ["send", "http://127.0.0.1:1/", body, "--event", "assessment_add", ...TRUST],
      /Pass either a file or --event, not both\./,
    ],
    [
      ["send", "http://127.0.0.1:1/", "--event", "ping", ...TRUST],
      /Unknown sample\.\nList the samples: hookseal new painchek --list/,
    ],
    [["listen", "0", ...TRUST, "--host", "192.0.2.1"], /Cannot listen on port 0: EADDRNOTAVAIL\./],
    [["listen", "0", ...TRUST, "--save", join(body, "x")], /cannot be created: ENOTDIR\./],
    [
      ["schema", "xon", "file-request.files.update"],
      /This event has several revisions\.\nSelect one with --revision: R0, R7-R9, R1-R6/,
    ],
    [["schema", "xon", "file-request.files.update", "--revision", "R77"], /Unknown revision of this event\./],
    [["schema", "xon"], /Missing argument: the event\./],
    [
      ["schema", file("schema.json", '{"unevaluatedItems":true}'), "--check", body],
      /Invalid schema: .*unevaluatedItems/,
    ],
    [["schema", signed], /is not valid JSON\./],
    [
      ["inspect", file("nothing.txt", "good morning")],
      /Expected a delivery, got text in an unknown format\.[\s\S]*contains no complete delivery\.[\s\S]*If the input is a body alone, pass --format body\./,
    ],
    [
      ["verify", file("at.sh", "curl h -d @body.json"), ...TRUST],
      /body-not-included Expected the body in the command, got the name of a file\.[\s\S]*Pass the body with --body FILE\./,
    ],
    [
      ["verify", file("two.ndjson", '{"headers":{},"body":"1"}\n{"headers":{},"body":"2"}\n'), ...TRUST],
      /contains 2 deliveries; this command accepts one\.\nUse `inspect`: hookseal inspect/,
    ],
  ];
  for (const [args, message] of cases) {
    const words = args.map((word) => word.replace(`${folder}/`, "")).join(" ");
    it(`has an exit code of its own: ${words}`, () => assert.match(usageError(args), message));
  }

  it("is JSON with --json", () => {
    const { code, out } = run(["verify", join(folder, "at.sh"), ...TRUST, "--json"]);
    const error = JSON.parse(out);
    assert.deepEqual([code, error.issues[0].code], [2, "body-not-included"]);
    assert.match(error.error, /contains no complete delivery\.$/);
  });
});

describe("secrets", () => {
  it("are rejected as an argument, with the reason, and not printed", () => {
    for (const args of [["--secret", SECRET], [`--secret=${SECRET}`], ["--secrets", SECRET]]) {
      const err = usageError(["verify", signed, ...args]);
      assert.match(err, /Secrets are not accepted as arguments: they stay in the shell history/);
      assert.match(err, /Use --secret-env NAME/);
    }
  });

  it("are not printed if they are in the wrong option", () => {
    for (const args of [[`--secert=${SECRET}`], ["--secret-env", SECRET], ["--secret-file", SECRET]])
      usageError(["verify", signed, ...args]);
    assert.match(
      usageError(["verify", signed, "--secret-env", "NOT_SET_ANYWHERE"]),
      /The environment variable that --secret-env names is not set\./,
    );
    assert.match(usageError(["verify", signed, "--secret-env", "E"], { env: { E: "" } }), /names is empty\./);
    assert.match(
      usageError(["verify", signed, "--secret-file", "nowhere"]),
      /The file that --secret-file names cannot be read: no such file\./,
    );
    assert.match(
      usageError(["verify", signed, "--secret-file", file("none", "\n")]),
      /The file that --secret-file names is empty\./,
    );
    assert.match(
      usageError(["verify", signed, "--secret-file", file("long", "x".repeat(70_000))]),
      /the file is too large/,
    );
  });

  it("are reported as missing in the words of the core", () => {
    for (const [name, type] of [
      ["painchek", "assessment_add"],
      ["xon", "calls.user.create"],
    ] as const) {
      const path = file(`${name}.json`, JSON.stringify({ event: name === "xon" ? { type } : type }));
      const [message = ""] = usageError(["verify", path, "--provider", name]).split("\n");
      const words = message.replace(/^error: /, "");
      assert.throws(
        () => webhook(name),
        ({ code, message: text }) => code === "secret-missing" && text.startsWith(`${words} Pass `),
        words,
      );
    }
  });

  it("are read from files, with or without a line break, and several are a rotation", () => {
    for (const content of [SECRET, `${SECRET}\n`, `${SECRET}\r\n`]) {
      assert.equal(run(["verify", signed, "--secret-file", file("secret", content)]).code, 0);
    }
    const rotation = ["--secret-env", "OLD", "--secret-env", "HOOK_SECRET"];
    const { out } = run(["verify", signed, ...rotation, "--json"], { env: { OLD: "another" } });
    assert.equal(JSON.parse(out).signature.secret, 1);
  });

  it("are those of the schemes whose names they have, or of the first scheme", () => {
    const definition = file(
      "two-schemes.json",
      JSON.stringify({
        id: "mine",
        signature: [
          { name: "signature", header: "X-Mine", format: "{hex}", algorithms: ["sha256"] },
          { name: "token", kind: "token", header: "X-Token" },
        ],
        envelope: { type: "/type" },
        settings: { verifyToken: { description: "The token that the dashboard shows." } },
        events: { ping: { schema: true } },
      }),
    );
    const token = [
      "verify",
      file("ping.json", '{"type":"ping"}'),
      "-p",
      definition,
      "-H",
      "X-Token: letmein",
    ];
    const statusOf = (...args: string[]) =>
      JSON.parse(run([...token, ...args, "--json"], { env: { T: "letmein", E: "" } }).out).signature;
    assert.deepEqual(statusOf("--secret-env", "token=T").scheme, "token");
    const both = ["--secret-env", "HOOK_SECRET", "--secret-file", `token=${file("token.txt", "letmein\n")}`];
    assert.equal(statusOf(...both, "--setting-env", "verifyToken=T").status, "token");
    assert.match(
      usageError([...token, "--secret-env", "other=HOOK_SECRET"]),
      /mine has other signature schemes; expected the names signature, token\./,
    );
    assert.match(usageError([...token, "--secret-env", "token=E"], { env: { E: "" } }), /names is empty\./);
    assert.match(
      usageError([...token, "--secret-env", "token=T", "--setting-env", "verifyToken"], { env: { T: "t" } }),
      /Invalid value for --setting-env\.\nExpected the name of a setting/,
    );
  });

  it("are not in the signed request", () => {
    assert.ok(!readFileSync(signed, "utf8").includes(SECRET));
  });
});

describe("color", () => {
  const hasColor = (env: Record<string, string>) =>
    run(["verify", signed, ...TRUST], { env }).out.includes("\x1b[");
  it("is for terminals, or with FORCE_COLOR", () => {
    assert.equal(hasColor({}), false);
    assert.equal(hasColor({ FORCE_COLOR: "1" }), true);
    assert.equal(hasColor({ FORCE_COLOR: "0" }), false);
    assert.equal(hasColor({ FORCE_COLOR: "1", NO_COLOR: "1" }), false);
    assert.equal(hasColor({ FORCE_COLOR: "1", NO_COLOR: "" }), true);
  });
});

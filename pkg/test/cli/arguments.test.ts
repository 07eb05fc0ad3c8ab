// The command: help, usage, exit codes, secrets, colour. What it says of deliveries is in cli-deliveries.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { bytesOf, jsonOf, SECRET } from "../support/fixtures.ts";
import { file, folder, refused, run, TRUST } from "./command.ts";

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

  it("is what the command prints without arguments, as wrong usage", () => {
    const { code, out } = run([]);
    assert.deepEqual([code, out.startsWith("Usage: hookseal")], [2, true]);
  });

  it("says the version of the package", () => {
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
    [["verify", body, "--format", "xml"], /Allowed choices are http, curl, har, record, ndjson, body/],
    [["verify", body, "--max-bytes", "x"], /It is a whole number from 1 to 268435456\./],
    [
      ["verify", body, "--now", "yesterday"],
      /It is a time as in 2024-01-31T12:00:00Z, or milliseconds since 1970\./,
    ],
    [["listen", "99999", ...TRUST], /It is a whole number from 0 to 65535\./],
    [["verify", "nowhere.json"], /error: nowhere\.json cannot be read: there is no such file\./],
    [["verify", folder], /cannot be read: it is a folder\./],
    [
      ["verify", body, "-H", "nothing", ...TRUST],
      /A --header is a name, a colon and a value\.\nFor example: --header 'X-Signature/,
    ],
    [
      ["verify", body, "--provider", "nobody", "--secret-env", "HOOK_SECRET"],
      /What --provider names is no built-in provider, and cannot be read as a file: there is no such file\.\nBuilt in are github, .*, painchek, .*, zoom; your own is a JSON file\./,
    ],
    [
      ["verify", body, "--provider", signed, "--secret-env", "HOOK_SECRET"],
      /The provider definition is no JSON\./,
    ],
    [
      ["verify", file("own.json", "{}"), "--provider", file("bad.json", '{"id": 5}')],
      /Invalid provider definition\./,
    ],
    [
      ["verify", file("other.json", '{"a":1}'), "--unsigned"],
      /Neither its headers nor its event tell which provider sent this\.\nSay --provider with one of github, linear, .*, or name a definition: --provider mine\.json/,
    ],
    [
      ["verify", body],
      /PainChek signs its deliveries, and no secret was given\.\nUse --secret-env NAME .* or --secret-file FILE\. Or say --unsigned\./,
    ],
    [
      ["verify", file("xon.json", '{"event":{"type":"calls.user.create"}}')],
      /X-on Surgery Connect signs nothing: anybody who knows the URL can send such a delivery\.\nSay --unsigned if that is what you expect\./,
    ],
    [["compare", "-", "-"], /Standard input can be only one of the two\./],
    [["new", "xon"], /Which event\?\nIt has: file-request\.files\.update, calls\.user\.create/],
    [["new", "xon", "ping"], /The provider has no such event\./],
    [["new", "xon", "calls.user.create", "--sample", "R9"], /There is no such sample of this event\./],
    [["new", "xon", "calls.user.create", "--data", signed], /The data of --data is no JSON\./],
    [["new", "painchek", "--out", body], /cannot be written: it is there already\./],
    [["new", "xon", "calls.user.create", "--data", file("data.json", "{}")], /mobileNumber/],
    [["sign", file("empty.json", ""), "--format", "body", ...TRUST], /There is no body to sign\./],
    [
      ["sign", file("nul.bin", "a\0b"), "--format", "body", ...TRUST, "--as", "curl"],
      /This cannot be printed as curl\.\nA body with a NUL byte fits no command line: use --as http or --as ndjson\./,
    ],
    [["send", "nowhere", body, ...TRUST], /This is no URL\.\nFor example: http:\/\/localhost:3000\/webhook/],
    [["send", "ftp://h/", body, ...TRUST], /A delivery is sent by http or https\./],
    [["send", "http://127.0.0.1:1/", "--event", "assessment_add"], /A sample needs --provider\./],
    [
      ["send", "http://127.0.0.1:1/", body, "--event", "assessment_add", ...TRUST],
      /Either a file is sent, or a sample of --event\./,
    ],
    [
      ["send", "http://127.0.0.1:1/", "--event", "ping", ...TRUST],
      /There is no such sample\.\nSee what there is: hookseal new painchek --list/,
    ],
    [["listen", "0"], /A receiver needs --provider\./],
    [["listen", "0", ...TRUST, "--host", "192.0.2.1"], /Nothing listens on port 0: EADDRNOTAVAIL\./],
    [["listen", "0", ...TRUST, "--save", join(body, "x")], /cannot be made: ENOTDIR\./],
    [
      ["schema", "xon", "file-request.files.update"],
      /This event has several revisions\.\nSay one of them: --revision R0, R7-R9, R1-R6/,
    ],
    [["schema", "xon", "file-request.files.update", "--revision", "R77"], /There is no such revision\./],
    [["schema", "xon"], /Which event\?/],
    [
      ["schema", file("schema.json", '{"unevaluatedItems":true}'), "--check", body],
      /The schema cannot be used: .*unevaluatedItems/,
    ],
    [["schema", signed], /is no JSON\./],
    [
      ["inspect", file("nothing.txt", "good morning")],
      /Expected a delivery, got text in an unknown format\.[\s\S]*No delivery can be read from[\s\S]*If it is a body as it stands, say --format body\./,
    ],
    [
      ["verify", file("at.sh", "curl h -d @body.json"), ...TRUST],
      /body-not-included Expected the body in the command, got the name of a file\.[\s\S]*Give the body with --body FILE\./,
    ],
    [
      ["verify", file("two.ndjson", '{"headers":{},"body":"1"}\n{"headers":{},"body":"2"}\n'), ...TRUST],
      /holds 2 deliveries, and this command takes one\.\nLook at all of them with: hookseal inspect/,
    ],
  ];
  for (const [args, message] of cases) {
    const words = args.map((word) => word.replace(`${folder}/`, "")).join(" ");
    it(`is told apart from a rejection: ${words}`, () => assert.match(refused(args), message));
  }

  it("is JSON where that was asked for", () => {
    const { code, out } = run(["verify", join(folder, "at.sh"), ...TRUST, "--json"]);
    const answer = JSON.parse(out);
    assert.deepEqual([code, answer.issues[0].code], [2, "body-not-included"]);
    assert.match(answer.error, /^No delivery can be read from/);
  });
});

describe("secrets", () => {
  it("are refused as an argument, with the reason, and not printed", () => {
    for (const args of [["--secret", SECRET], [`--secret=${SECRET}`], ["--secrets", SECRET]]) {
      const err = refused(["verify", signed, ...args]);
      assert.match(err, /A secret on the command line is refused: it stays in the shell's history/);
      assert.match(err, /Use --secret-env NAME/);
    }
  });

  it("are not printed where they stand by mistake", () => {
    for (const args of [[`--secert=${SECRET}`], ["--secret-env", SECRET], ["--secret-file", SECRET]])
      refused(["verify", signed, ...args]);
    assert.match(
      refused(["verify", signed, "--secret-env", "NOT_SET_ANYWHERE"]),
      /The environment variable that --secret-env names is not set\./,
    );
    assert.match(refused(["verify", signed, "--secret-env", "E"], { env: { E: "" } }), /names is empty\./);
    assert.match(
      refused(["verify", signed, "--secret-file", "nowhere"]),
      /The file that --secret-file names cannot be read: there is no such file\./,
    );
    assert.match(
      refused(["verify", signed, "--secret-file", file("none", "\n")]),
      /The file that --secret-file names is empty\./,
    );
    assert.match(
      refused(["verify", signed, "--secret-file", file("long", "x".repeat(70_000))]),
      /it is too long for a secret/,
    );
  });

  it("come from files, with or without a line break, and several are a rotation", () => {
    for (const content of [SECRET, `${SECRET}\n`, `${SECRET}\r\n`]) {
      assert.equal(run(["verify", signed, "--secret-file", file("secret", content)]).code, 0);
    }
    const rotation = ["--secret-env", "OLD", "--secret-env", "HOOK_SECRET"];
    const { out } = run(["verify", signed, ...rotation, "--json"], { env: { OLD: "another" } });
    assert.equal(JSON.parse(out).signature.secret, 1);
  });

  it("are read by nobody's definition", () => {
    assert.ok(!readFileSync(signed, "utf8").includes(SECRET));
  });
});

describe("colour", () => {
  const coloured = (env: Record<string, string>) =>
    run(["verify", signed, ...TRUST], { env }).out.includes("\x1b[");
  it("is for terminals, or for those who ask for it", () => {
    assert.equal(coloured({}), false);
    assert.equal(coloured({ FORCE_COLOR: "1" }), true);
    assert.equal(coloured({ FORCE_COLOR: "0" }), false);
    assert.equal(coloured({ FORCE_COLOR: "1", NO_COLOR: "1" }), false);
    assert.equal(coloured({ FORCE_COLOR: "1", NO_COLOR: "" }), true);
  });
});

// `explain` on bodies that real serializers of JSON and of forms wrote again: exactly the causes of what was done.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { encode, parse } from "node:querystring";
import { describe, it } from "node:test";
import { proves } from "../support/explained.ts";

/** The output of another program, which the test suite installs. */
function printed(program: string, args: string[], input: string): string {
  const { stdout, stderr, status, error } = spawnSync(program, args, { input, encoding: "utf8" });
  if (status !== 0) throw new Error(`${program}: ${error ?? stderr}`);
  return stdout;
}

const ruby = (code: string, value: unknown) =>
  printed("ruby", ["-rjson", "-ruri", "-e", code], JSON.stringify(value));
const php = (code: string, value: unknown) => printed("php", ["-r", code], JSON.stringify(value));
const python = (code: string, value: unknown) =>
  printed(
    "python3",
    ["-c", `import json, sys, urllib.parse as u; v = json.load(sys.stdin); ${code}`],
    JSON.stringify(value),
  );

/** A body that Node parsed and serialized again. */
const again = (body: string) => JSON.stringify(JSON.parse(body));

describe("JSON that Node parsed and serialized again", () => {
  it("is proved with the escapes that PHP wrote", () => {
    // .NET's escapes include the plus sign, PHP's do not.
    const value = { a: "<b> & 'c' \"d\" + e", e: "x" };
    const tag = 'echo json_encode(json_decode(file_get_contents("php://stdin")), %);';
    for (const flags of [
      "JSON_HEX_TAG",
      "JSON_HEX_AMP",
      "JSON_HEX_APOS",
      "JSON_HEX_QUOT",
      "JSON_HEX_TAG | JSON_HEX_AMP",
      "JSON_HEX_TAG | JSON_HEX_AMP | JSON_HEX_APOS | JSON_HEX_QUOT",
    ]) {
      const signed = php(tag.replace("%", flags), value);
      proves(signed, again(signed), "body-html-escaped");
    }
    const symfony = php(tag.replace("%", "15"), { a: "<é>", b: "c/d" });
    proves(symfony, again(symfony), "body-unicode-escaped", "body-html-escaped", "body-slashes-escaped");
    const separators = php(tag.replace("%", "JSON_UNESCAPED_UNICODE"), { a: "é\u2028" });
    proves(separators, again(separators), "body-html-escaped");
  });

  it("is proved with the escapes of PHP or .NET if both wrote the same", () => {
    const value = { a: "<b> & 'c' \"d\"" };
    const flags = "JSON_HEX_TAG | JSON_HEX_AMP | JSON_HEX_APOS | JSON_HEX_QUOT";
    const signed = php(`echo json_encode(json_decode(file_get_contents("php://stdin")), ${flags});`, value);
    const { matches } = proves(signed, again(signed), "body-dotnet-escaped");
    assert.deepEqual(matches[0]?.alternatives, ["body-html-escaped"]);
  });

  it("is proved with the escape of U+007F that Python wrote, and PHP did not", () => {
    const value = { a: "\u007f é" };
    const signed = python('print(json.dumps(v, separators=(",", ":")), end="")', value);
    proves(signed, again(signed), "body-unicode-escaped");
    const other = php('echo json_encode(json_decode(file_get_contents("php://stdin")));', value);
    proves(other, again(other), "body-unicode-escaped");
  });

  it("is proved with the white space that Ruby, Perl's style and Python wrote", () => {
    const value = { a: [], b: {}, c: [1, { d: 2 }], e: "f" };
    const signed = ruby("print JSON.pretty_generate(JSON.parse(STDIN.read))", value);
    // Newer versions of Ruby's generator write empty containers as all others do.
    proves(signed, again(signed), /\[\n\n/.test(signed) ? "body-ruby-style" : "body-indent-2");
    for (const args of [
      'separators=(",", ": ")',
      'separators=(", ", ":")',
      "indent=1",
      "indent=0",
      "indent=3",
    ]) {
      const body = python(`print(json.dumps(v, ${args}), end="")`, value);
      proves(body, again(body), "body-white-space");
    }
  });

  it("is proved with the numbers that Python, PHP and Ruby wrote", () => {
    const body = '{"a":1e-7,"b":0.00001,"c":7,"d":"e"}';
    const signed = python('print(json.dumps(v, separators=(",", ":")), end="")', JSON.parse(body));
    proves(signed, again(signed), "body-numbers-rewritten");
    const floats = php('echo json_encode(json_decode(file_get_contents("php://stdin")));', { a: 1e-7, b: 7 });
    proves(floats, again(floats), "body-numbers-rewritten");
    const other = ruby("print JSON.generate(JSON.parse(STDIN.read))", { a: 1e-7, b: 1e22, c: 7 });
    proves(other, again(other), "body-numbers-rewritten");
    proves('{"price":10.50,"count":3}', '{"price":10.5,"count":3}', "body-numbers-rewritten");
    proves('{"price":7.00,"count":3}', '{"price":7,"count":3}', "body-numbers-rewritten");
  });

  it("is proved with the place of integer-like keys, which JSON.parse moves", () => {
    for (const signed of [
      '{"name":"x","10":1,"2":2}',
      '{"10":1,"2":2,"name":"x"}',
      '{"name":"x","7":1,"other":{"b":1,"0":2}}',
    ]) {
      proves(signed, again(signed), "body-keys-moved");
    }
  });
});

describe("a form that was parsed and encoded again", () => {
  const fields = { token: "x", command: "/weather", text: "a b *bold* ~tilde '(!)'", name: "Zoë", empty: "" };
  const signed: Record<string, string> = {
    querystring: encode(fields),
    URLSearchParams: new URLSearchParams(fields).toString(),
    http_build_query: php(
      'echo http_build_query(json_decode(file_get_contents("php://stdin"), true));',
      fields,
    ),
    "http_build_query, RFC 3986": php(
      'echo http_build_query(json_decode(file_get_contents("php://stdin"), true), "", "&", PHP_QUERY_RFC3986);',
      fields,
    ),
    urlencode: python('print(u.urlencode(v), end="")', fields),
    "urlencode with quote": python('print(u.urlencode(v, quote_via=u.quote), end="")', fields),
    encode_www_form: ruby("print URI.encode_www_form(JSON.parse(STDIN.read))", fields),
  };

  for (const [name, body] of Object.entries(signed)) {
    it(`is proved if it was signed as ${name} writes it`, () => {
      for (const received of new Set(Object.values(signed))) {
        if (received !== body) proves(body, received, "body-form-reencoded");
      }
    });

    it(`is proved if it was signed as ${name} writes it, and parsed into JSON`, () => {
      proves(body, JSON.stringify(parse(body)), "body-form-parsed");
      proves(
        body,
        JSON.stringify(Object.fromEntries(new URLSearchParams(body)), null, 2),
        "body-form-parsed",
      );
    });
  }

  it("is proved with its lists and nested names", () => {
    const nested = php('echo http_build_query(json_decode(file_get_contents("php://stdin"), true));', {
      a: ["x", "y"],
      b: { c: "d" },
    });
    proves(nested, '{"a":["x","y"],"b":{"c":"d"}}', "body-form-parsed");
    proves("a=x&a=y", JSON.stringify(parse("a=x&a=y")), "body-form-parsed");
  });
});

describe("a body that was signed in an encoding without its characters", () => {
  const text = '{"tier":"gold 🏆 é"}';

  it("is proved for each way to write a question mark", () => {
    proves('{"tier":"gold ?? ?"}', text, "body-question-marks-signed");
    const signed = python('sys.stdout.buffer.write(v.encode("ascii", "replace"))', text);
    proves(signed, text, "body-question-marks-signed");
  });
});

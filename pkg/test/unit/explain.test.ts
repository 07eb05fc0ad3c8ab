// `explain` on deliveries that other languages' serializers, a body parser or a gateway changed.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { inspect } from "node:util";
import express from "express";
import fc from "fast-check";
import { type CauseCode, type Explanation, painchek, xon } from "../../src/index.ts";
import { codes, event, explain, header, hook, proves, signature } from "../support/explained.ts";
import { errorOf, oracle, SECRET, samplesOf, seeded, text, utf8 } from "../support/fixtures.ts";

/** The output of another program, which the test suite installs. */
function printed(program: string, args: string[], input: string): Uint8Array {
  const { stdout, stderr, status, error } = spawnSync(program, args, { input });
  assert.equal(
    status,
    0,
    `${program}: ${error ?? stderr}. It is needed, and \`cargo xtask test\` installs it.`,
  );
  return new Uint8Array(stdout);
}

/** The event, serialized by Python's json.dumps. */
const python = (args: string, value: unknown = event) =>
  printed(
    "python3",
    [
      "-c",
      `import json, sys; sys.stdout.buffer.write(json.dumps(json.load(sys.stdin.buffer)${args}).encode("utf-8"))`,
    ],
    JSON.stringify(value),
  );

/** The event, serialized by PHP's json_encode. */
const php = (flags: string, value: unknown = event) =>
  printed(
    "php",
    ["-r", `echo json_encode(json_decode(file_get_contents("php://stdin"))${flags});`],
    JSON.stringify(value),
  );

/** A body that Node parsed and serialized again. */
const again = (body: Uint8Array) => JSON.stringify(JSON.parse(text.decode(body)));

describe("a body that Node parsed and serialized again", () => {
  for (const [args, ...expected] of [
    ["", "body-python-style", "body-unicode-escaped"],
    [", ensure_ascii=False", "body-python-style"],
    [", separators=(',', ':')", "body-unicode-escaped"],
    [", indent=2, ensure_ascii=False", "body-indent-2"],
    [", indent=4", "body-indent-4", "body-unicode-escaped"],
    [", indent='\\t', ensure_ascii=False", "body-indent-tab"],
  ] as [string, ...CauseCode[]][]) {
    it(`is proved if Python signed json.dumps(event${args})`, () => {
      const signed = python(args);
      proves(signed, again(signed), ...expected);
    });
  }

  for (const [flags, ...expected] of [
    ["", "body-unicode-escaped", "body-slashes-escaped"],
    [", JSON_UNESCAPED_UNICODE", "body-slashes-escaped"],
    [", JSON_UNESCAPED_SLASHES", "body-unicode-escaped"],
    [", JSON_PRETTY_PRINT | JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES", "body-indent-4"],
    [", JSON_PRETTY_PRINT", "body-indent-4", "body-unicode-escaped", "body-slashes-escaped"],
  ] as [string, ...CauseCode[]][]) {
    it(`is proved if PHP signed json_encode($event${flags})`, () => {
      const signed = php(flags);
      proves(signed, again(signed), ...expected);
    });
  }

  it("is proved if Node signed it with JSON.stringify and white space", () => {
    for (const [space, code] of [
      [2, "body-indent-2"],
      [4, "body-indent-4"],
      ["\t", "body-indent-tab"],
    ] as const) {
      const signed = utf8.encode(JSON.stringify(event, null, space));
      proves(signed, again(signed), code);
      proves(JSON.stringify(event), signed, "body-compact");
    }
  });

  it("is proved if Python signed sorted keys, and sent another text", () => {
    proves(
      python(", separators=(',', ':'), sort_keys=True"),
      JSON.stringify(event),
      "body-unicode-escaped",
      "body-keys-sorted",
    );
    const all = ["body-python-style", "body-unicode-escaped", "body-keys-sorted"] as const;
    proves(python(", sort_keys=True"), JSON.stringify(event), ...all);
  });

  it("is proved if Python signed floats that JavaScript formats differently", () => {
    const signed = printed(
      "python3",
      ["-c", 'import json; print(json.dumps({"a": 1, "score": 7.0, "more": [{"score": 10.0}]}), end="")'],
      "",
    );
    assert.equal(text.decode(signed), '{"a": 1, "score": 7.0, "more": [{"score": 10.0}]}');
    proves(signed, again(signed), "body-python-style", "body-numbers-rewritten");
  });

  it("is proved if Node signed it, and Python or PHP serialized it again", () => {
    const signed = JSON.stringify(event);
    proves(signed, python(""), "body-compact", "body-unicode-unescaped");
    proves(signed, php(""), "body-unicode-unescaped", "body-slashes-unescaped");
  });

  it("is proved for every sample", () => {
    for (const { name, body } of samplesOf("painchek")) {
      const { matches } = explain({ [header]: signature(body) }, again(body));
      assert.ok(matches.length > 0 && matches.every(({ code }) => code.startsWith("body-")), name);
    }
  });
});

describe("the signed body", () => {
  it("is part of the explanation, and is not printed with it", () => {
    const sent = python("");
    const delivery = { headers: { [header]: signature(sent) }, body: JSON.stringify(event) };
    const found = hook.explain(delivery);
    assert.deepEqual(found.signedBody, sent);
    assert.deepEqual(Object.keys(found).sort(), ["matches", "observations", "tried"]);
    for (const printed of [JSON.stringify(found), inspect(found, { depth: 9 }), `${Object.entries(found)}`])
      assert.doesNotMatch(printed, /signed_?(body|length)|Zoë|\b123, 34\b/i);
    const tampered = { ...delivery, headers: { [header]: signature("x") } };
    assert.equal(hook.explain(tampered).signedBody, undefined);
  });

  it("is returned byte for byte for a match, as a copy", () => {
    const sent = python("");
    const received = JSON.stringify(JSON.parse(new TextDecoder().decode(sent)));
    const delivery = { headers: { [header]: signature(sent) }, body: received };
    const found = hook.signedBody(delivery);
    assert.deepEqual(found, sent);
    hook.explain({ headers: {}, body: received });
    assert.deepEqual(found, sent);
  });

  it("is the received one if the signature is valid, and unknown without a match", () => {
    const body = new TextEncoder().encode("{}");
    assert.deepEqual(hook.signedBody({ headers: { [header]: signature(body) }, body }), body);
    assert.equal(hook.signedBody({ headers: { [header]: `sha256=${"0".repeat(64)}` }, body }), undefined);
    assert.equal(hook.signedBody({ headers: {}, body }), undefined);
    assert.equal(xon({ unsigned: "allow" }).signedBody({ headers: {}, body }), undefined);
  });
});

describe("a body after a real Express", () => {
  let url = "";
  let stop: () => void;
  const explanations: Explanation[] = [];

  before(async () => {
    const app = express();
    app.post("/json", express.json(), (request, response) => {
      // The usual mistake: the parser consumed the bytes, so the object is serialized again.
      explanations.push(hook.explain({ headers: request.headers, body: JSON.stringify(request.body) }));
      response.sendStatus(204);
    });
    app.post("/form", express.urlencoded(), (request, response) => {
      explanations.push(hook.explain({ headers: request.headers, body: request.body.payload }));
      response.sendStatus(204);
    });
    app.post("/late", express.json(), (request, response) => {
      // The parser has read the stream, so no bytes are left.
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      const done = () => {
        explanations.push(hook.explain({ headers: request.headers, body: Buffer.concat(chunks) }));
        response.sendStatus(204);
      };
      if (request.readableEnded) done();
      else request.on("end", done);
    });
    app.post("/raw", express.raw({ type: "*/*" }), (request, response) => {
      explanations.push(hook.explain({ headers: request.headersDistinct, body: request.body }));
      response.sendStatus(204);
    });
    const server = app.listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    stop = () => server.close();
  });
  after(() => stop());

  async function sent(path: string, body: Uint8Array, type = "application/json"): Promise<Explanation> {
    const headers = { [header]: signature(body), "Content-Type": type, Connection: "close" };
    const { status } = await fetch(url + path, { method: "POST", headers, body: Buffer.from(body) });
    assert.equal(status, 204);
    return explanations.pop() as Explanation;
  }

  it("is proved to be serialized again after express.json()", async () => {
    const { matches, observations } = await sent("/json", python(""));
    assert.deepEqual(codes(matches), ["body-python-style", "body-unicode-escaped"]);
    const express = matches[0]?.frameworks.find(({ name }) => name === "Express");
    assert.match(express?.code ?? "", /express\.raw\(\{ type: "\*\/\*" \}\), handler\);/);
    // Content-Length is the length of the sent body.
    assert.deepEqual(codes(observations), ["body-shorter-than-declared"]);
  });

  it("is proved to be taken out of a form by express.urlencoded()", async () => {
    const form = new URLSearchParams({ payload: JSON.stringify(event) });
    const body = utf8.encode(form.toString());
    const { matches } = await sent("/form", body, "application/x-www-form-urlencoded");
    assert.deepEqual(codes(matches), ["body-form-extracted"]);
  });

  it("is reported as consumed if a parser has read the stream", async () => {
    const { matches, observations } = await sent("/late", python(""));
    assert.deepEqual(codes(matches), []);
    assert.deepEqual(codes(observations), ["body-empty", "body-shorter-than-declared", "no-match"]);
  });

  it("is verified after express.raw()", async () => {
    const { matches, observations } = await sent("/raw", python(""));
    assert.deepEqual([codes(matches), codes(observations)], [[], ["signature-valid"]]);
  });
});

describe("a body that was decoded or encoded on its way", () => {
  const body = utf8.encode(JSON.stringify(event));
  const plain = JSON.stringify({ event: "assessment_add", data: { name: "Zoë" } });

  it("is proved to be decoded or encoded as Latin-1", () => {
    const buffer = Buffer.from(plain);
    proves(buffer, buffer.toString("latin1"), "body-latin1-decoded");
    proves(buffer, Buffer.from(plain, "latin1"), "body-latin1-encoded");
  });

  it("is proved to be decoded as Windows-1252", () => {
    const euro = utf8.encode('{"price":"5 €"}');
    const reading = "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read().decode('cp1252').encode())";
    proves(euro, printed("python3", ["-c", reading], text.decode(euro)), "body-windows-1252-decoded");
  });

  it("is proved to be the base64 of a Lambda event, not decoded", () => {
    const gateway = { body: Buffer.from(body).toString("base64"), isBase64Encoded: true };
    const { matches } = proves(body, gateway.body, "body-base64");
    const lambda = matches[0]?.frameworks ?? [];
    assert.deepEqual(
      lambda.map(({ name }) => name),
      ["AWS Lambda (Node.js)", "AWS Lambda (Python)"],
    );
    assert.match(lambda[0]?.code ?? "", /event\.isBase64Encoded \? "base64" : "utf8"/);
  });

  it("is proved to be URL encoded, or a form, or taken out of one", () => {
    proves(body, encodeURIComponent(text.decode(body)), "body-url-encoded");
    proves(encodeURIComponent(text.decode(body)), body, "body-url-decoded");
    const form = new URLSearchParams({ payload: text.decode(body) }).toString();
    proves(form, new URLSearchParams(form).get("payload") as string, "body-form-extracted");
    proves(body, form, "body-form");
  });

  it("is proved to be serialized twice, or parsed twice", () => {
    const twice = JSON.stringify(text.decode(body));
    proves(body, twice, "body-json-string");
    proves(twice, JSON.parse(twice), "body-json-unwrapped");
  });

  it("is proved to have lost its byte order mark in response.text()", async () => {
    const marked = Uint8Array.of(0xef, 0xbb, 0xbf, ...body);
    proves(marked, await new Response(marked).text(), "body-bom-dropped");
    proves(body, `\ufeff${text.decode(body)}`, "body-bom-added");
  });

  it("is reported as lost if it was decoded chunk by chunk", () => {
    const cut = Buffer.from(plain).indexOf("ë") + 1;
    const decoded =
      Buffer.from(plain).subarray(0, cut).toString() + Buffer.from(plain).subarray(cut).toString();
    const { matches, observations } = explain({ [header]: signature(plain) }, decoded);
    assert.deepEqual(
      [codes(matches), codes(observations)],
      [[], ["body-replacement-characters", "no-match"]],
    );
  });

  it("is proved to have gained or lost its line end in a file", () => {
    const folder = mkdtempSync(join(tmpdir(), "hookseal-"));
    try {
      const path = join(folder, "body.json");
      writeFileSync(path, `${plain}\n`);
      proves(plain, readFileSync(path), "body-newline-added");
      proves(readFileSync(path), readFileSync(path, "utf8").trim(), "body-newline-dropped");
      // Windows line ends.
      const lines = JSON.stringify(event, null, 2);
      proves(lines, lines.replaceAll("\n", "\r\n"), "body-lf-to-crlf");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("is proved to be truncated in its last brackets, or to have old bytes at its end", () => {
    proves(body, body.subarray(0, -2), "body-truncated");
    const reused = new Uint8Array(body.length + 16);
    reused.set(body);
    proves(body, reused, "body-trailing-data");
    const headers = { [header]: signature(body), "Content-Length": String(body.length) };
    const { observations } = explain(headers, body.subarray(0, 20));
    assert.deepEqual(codes(observations), ["body-shorter-than-declared", "body-not-json", "no-match"]);
  });
});

describe("explain", () => {
  const body = JSON.stringify(event);

  it("shows no secret and no expected signature for any mistake", () => {
    const right = oracle("sha256", SECRET, body);
    const base64 = Buffer.from(right, "hex").toString("base64");
    for (const value of [
      signature("x"),
      `sha256=${right.slice(0, 40)}`,
      right.toUpperCase(),
      base64,
      "sha256=x",
    ]) {
      for (const secret of [SECRET, `"${SECRET}"`, `whsec_${SECRET}`]) {
        const found = explain(
          { [header]: value, Authorization: SECRET },
          body,
          painchek({ secrets: [secret] }),
        );
        const output = JSON.stringify(found) + inspect(found, { depth: 9, showHidden: true });
        for (const hidden of [SECRET, right, base64, "Zoë"]) assert.ok(!output.includes(hidden), output);
      }
    }
  });

  it("reports that nothing matches", () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.json(),
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        (secret, body, tag) => {
          fc.pre(secret.trim() !== "" && body !== "");
          const headers = { [header]: `sha256=${Buffer.from(tag).toString("hex")}` };
          const { matches, observations } = explain(headers, body, painchek({ secrets: [secret] }));
          assert.deepEqual(matches, []);
          assert.ok(codes(observations).includes("no-match"), inspect(observations));
        },
      ),
      { ...seeded, numRuns: 60 },
    );
  });

  it("computes at most `maxCombinations` combinations", () => {
    const headers = { [header]: signature("x") };
    for (const maxCombinations of [0, 10, 100]) {
      const { tried, observations } = hook.explain({ headers, body }, { maxCombinations });
      assert.ok(tried <= maxCombinations, `${tried}`);
      assert.deepEqual(codes(observations), [
        "body-json-stringify-output",
        "no-match",
        "search-limit-reached",
      ]);
    }
    // @ts-expect-error: a number of combinations is a number
    const wrong = () => hook.explain({ headers, body }, { maxCombinations: "10" });
    assert.equal(errorOf(wrong).code, "option-invalid");
  });

  it("rejects a parsed body, with the line to change", () => {
    // @ts-expect-error: an object is no raw body
    assert.equal(errorOf(() => hook.explain({ headers: {}, body: event })).code, "body-not-raw");
  });

  it("has no match for a provider without signatures", () => {
    const { matches, observations, tried } = explain({}, body, xon({ unsigned: "allow" }));
    assert.deepEqual([codes(matches), codes(observations), tried], [[], ["provider-unsigned"], 0]);
  });

  it("is named in the hint of a mismatch", () => {
    const { issues } = hook.inspect({ headers: { [header]: signature("x") }, body });
    const mismatch = issues.find(({ code }) => code === "signature-mismatch");
    assert.match(mismatch?.hint ?? "", /Run `hookseal explain`\.$/);
  });
});

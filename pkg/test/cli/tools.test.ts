// `providers ID`, `providers --new`, `doctor`, `schema --check`, `new --data` and the ids of `send --event`.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { painchek, providerDefinition, providers, webhook } from "../../src/index.ts";
import { bytesOf, SECRET } from "../support/fixtures.ts";
import { file, folder, run, start, TRUST, usageError } from "./command.ts";

describe("providers ID", () => {
  it("shows signed content, headers, a sample and the link of one provider", () => {
    const { code, out } = run(["providers", "stripe"]);
    assert.equal(code, 0);
    assert.match(out, /^Stripe stripe\n {2}documentation {3}https:\/\/docs\.stripe\.com\//);
    assert.match(out, /signature {7}Stripe-Signature: t=\{timestamp\},v1=\{hex\}\n/);
    assert.match(out, /signed content {2}\{timestamp\}\.\{body\}\n/);
    assert.match(out, /confirmed by {4}the provider's own library\n/);
    assert.match(out, /A sample: hookseal new stripe charge\.succeeded\n\{\n/);
    assert.match(run(["providers", "standard-webhooks"]).out, /header: id {6}webhook-id\n/);
    assert.match(run(["providers", "xon"]).out, /signature {7}none: the sender cannot be authenticated\n/);
    assert.match(run(["providers", "plaid"]).out, /signed content {2}its claims\n/);
  });

  it("shows every provider", () => {
    for (const id of ["twilio", "buildkite", "painchek", "discord", "microsoft-graph"]) {
      if (providerDefinition(id) === undefined) continue;
      const { code, out, err } = run(["providers", id]);
      assert.deepEqual([code, err], [0, ""], id);
      assert.doesNotMatch(out, /undefined|\[object/, id);
    }
  });
});

describe("providers", () => {
  it("prints one line for each provider, none too long for a table", () => {
    const { code, out } = run(["providers"]);
    const [head = "", ...rows] = out.trimEnd().split("\n");
    assert.equal(code, 0);
    assert.deepEqual(
      rows.map((row) => row.split(" ")[0]),
      providers(),
    );
    const width = head.indexOf("events");
    assert.ok(width > 0 && width <= 260, `${width} characters before the last column`);
    assert.match(out, /^aws-sns .*Message\\n\{\/Message/m);
  });

  it("prints a line break of a signed content as \\n", () => {
    const { out } = run(["providers", "aws-sns"]);
    assert.match(out, /signed content {2}Message\\n\{\/Message\.\.\.\}\\nMessageId\\n/);
    assert.doesNotMatch(out, /\ufffd/);
  });
});

describe("providers --new", () => {
  it("prints a definition that verifies at once, with the commands that show it", () => {
    const { code, out, err } = run(["providers", "acme-shop", "--new"]);
    assert.equal(code, 0);
    const path = file("acme-shop.json", out);
    const steps = err.split("\n").filter((line) => line.startsWith("  "));
    assert.equal(steps.length, 5);
    const env = { ACME_SHOP_SECRET: "a secret" };
    // The steps as printed, without a shell.
    file("data.json", '{"total":3}');
    assert.match(
      err,
      /echo '\{"total":3\}' > data\.json && hookseal new acme-shop\.json order\.paid --data data\.json --out event\.json/,
    );
    const body = run(["new", path, "order.paid", "--data", join(folder, "data.json")]).out;
    const event = file("event.json", body);
    const options = ["-p", path, "--secret-env", "ACME_SHOP_SECRET"];
    const signed = run(["sign", event, ...options, "--as", "http"], { env }).out;
    const verified = run(["verify", file("acme.http", signed), ...options], { env });
    assert.match(verified.out, /^verified order\.paid order\.paid:/);
    assert.equal(
      run(["verify", file("forged.http", signed.replace('"total":3', '"total":4')), ...options], { env })
        .code,
      1,
    );
    assert.equal(webhook(JSON.parse(out), { secrets: ["x"] }).provider, "acme-shop");
    assert.match(usageError(["providers", "stripe", "--new"]), /not that of a built-in one/);
    assert.match(usageError(["providers", "Not An Id", "--new"]), /lower-case letters/);
  });
});

describe("doctor", () => {
  it("checks what the package needs", () => {
    const { code, out } = run(["doctor"]);
    assert.equal(code, 0, out);
    for (const name of ["runtime", "package", "modules", "signatures", "time", "files", "network"])
      assert.match(out, new RegExp(`^ok {3}${name} `, "m"));
    assert.match(out, /hookseal runs here\.\n$/);
    const { ok, checks } = JSON.parse(run(["doctor", "--json"]).out);
    assert.deepEqual([ok, checks.length], [true, 7]);
  });

  it("says why it does not run without WebAssembly", () => {
    const { code, out } = run(["doctor"], { node: ["--jitless"] });
    assert.equal(code, 1);
    assert.match(out, /^fail runtime .*without WebAssembly\n +Remove --jitless /m);
    assert.match(out, /hookseal does not run here as it should\./);
  });
});

describe("schema --check", () => {
  const sample = (name: string) => file(name, bytesOf(`providers/xon/samples/${name}`));

  it("finds the event and the revision of the payload", () => {
    const { code, out } = run(["schema", "xon", "--check", sample("file-request.files.update.R9.json")]);
    assert.equal(code, 0, out);
    assert.match(out, /^valid \S+ by file-request\.files\.update, revision R7-R9\n/);
    const named = run([
      "schema",
      "xon",
      "file-request.files.update",
      "--check",
      sample("file-request.files.update.R9.json"),
      "--json",
    ]);
    const { ok, revision, event } = JSON.parse(named.out);
    assert.deepEqual([ok, revision, event], [true, "R7-R9", undefined]);
  });

  it("validates against the revision of the options, and asks for one without a payload", () => {
    const { code } = run([
      "schema",
      "xon",
      "file-request.files.update",
      "--revision",
      "R7-R9",
      "--check",
      sample("file-request.files.update.R9.json"),
    ]);
    assert.equal(code, 0);
    assert.match(usageError(["schema", "xon", "file-request.files.update"]), /several revisions/);
  });
});

it("new --data names every missing property, and the key of the definition that would write it", () => {
  const definition = file(
    "keys.json",
    JSON.stringify({
      id: "keys",
      envelope: { type: "/type" },
      events: { ping: { schema: { type: "object", required: ["id", "sent_at", "colour"], properties: {} } } },
    }),
  );
  const message = usageError(["new", definition, "ping", "--data", file("empty.json", "{}")]);
  assert.match(
    message,
    /Missing required property "id"\.\n {2}Add "id" to the file of --data\. Or add the key to the definition: "envelope": \{ "id": "\/id" \}\n/,
  );
  assert.match(message, /"envelope": \{ "createdAt": "\/sent_at" \}\n/);
  assert.match(message, /Add "colour" to the file of --data\.\n/);
  const below = usageError(["new", "painchek", "assessment_add", "--data", file("empty.json", "{}")]);
  assert.match(
    below,
    /\/data: Missing required property "uuid"\.\n\/data: Missing required property "patient"\./,
  );
});

describe("send", () => {
  const hook = painchek({ secrets: [SECRET] });
  const got: { headers: NodeJS.Dict<string | string[]>; id: string; body: string }[] = [];
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts);
    got.push({
      headers: request.headers,
      id: hook.check({ headers: request.headers, body }).ok
        ? hook.verify({ headers: request.headers, body }).id
        : "",
      body: body.toString(),
    });
    response.end();
  });
  let url = "";
  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  after(() => server.close());
  const send = async (...args: string[]) => {
    const { ended } = await start(["send", url, ...args], /\n/);
    const { code, out } = await ended;
    assert.equal(code, 0, out);
    return got.at(-1) as (typeof got)[number];
  };

  it("sends the headers of -H, which replace signed ones", async () => {
    const body = file(
      "wire.json",
      readFileSync(new URL("../../../providers/painchek/samples/assessment_add.nrs.json", import.meta.url)),
    );
    const first = await send(
      body,
      ...TRUST,
      "-H",
      "X-Trace: 7",
      "-H",
      "Content-Type: application/json; charset=utf-8",
    );
    assert.deepEqual(
      [first.headers["x-trace"], first.headers["content-type"]],
      ["7", "application/json; charset=utf-8"],
    );
    assert.notEqual(first.id, "");
    const event = await send(...TRUST, "--event", "assessment_add", "-H", "X-Trace: 8");
    assert.equal(event.headers["x-trace"], "8");
  });

  it("--event has new ids each time, and the sample's own with --same-id", async () => {
    const event = [...TRUST, "--event", "assessment_add"];
    const [first, second] = [await send(...event), await send(...event)];
    assert.match(first.id, /^assessment_add:[0-9a-f-]{36}$/);
    assert.notEqual(first.id, second.id);
    const [third, fourth] = [await send(...event, "--same-id"), await send(...event, "--same-id")];
    assert.equal(third.id, fourth.id);
    assert.deepEqual(Object.keys(JSON.parse(first.body).data), Object.keys(JSON.parse(third.body).data));
  });
});

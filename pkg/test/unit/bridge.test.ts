// The bridge to the core: digests, messages about options, and statuses have one source.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { hmac, painchek, type VerifyOptions, type WebhookOptions, webhook, xon } from "../../src/index.ts";
import { bytesOf, errorOf, oracle, SECRET } from "../support/fixtures.ts";

const hook = painchek({ secrets: [SECRET] });
const sample = bytesOf("providers/painchek/samples/assessment_add.nrs.json");
/** SHA-256 by an implementation that is not the core's. */
const sha256 = async (bytes: Uint8Array) =>
  Buffer.from(await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>)).toString("hex");

describe("the digest of a body", () => {
  const open = xon({ unsigned: "allow" });
  const utf8 = `{"event":{"id":"é😀","type":"other"}}`;
  const bodies: [name: string, body: Uint8Array | string][] = [
    ["ASCII in bytes", sample],
    ["ASCII in a string", new TextDecoder().decode(sample)],
    ["UTF-8 in bytes", new TextEncoder().encode(utf8)],
    ["UTF-8 in a string", utf8],
    ["20 KB", `{"event":{"type":"other","text":"${"x".repeat(20_000)}"}}`],
  ];

  it("is the same, computed with the verification or when it is read later", async () => {
    for (const [name, body] of bodies) {
      const verbs = body === sample || name.startsWith("ASCII") ? hook : open;
      const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
      const delivery = {
        body,
        headers: { "x-painchek-wh-signature": `sha256=${oracle("sha256", SECRET, bytes)}` },
      };
      const expected = await sha256(bytes);
      const [early, late] = [
        verbs.verify(delivery, { digest: true }),
        verbs.verify(delivery, { digest: false }),
      ];
      // Calls in between overwrite the scratch buffer.
      hmac.sign("sha256", "key", "x".repeat(50_000));
      assert.deepEqual([early.digest, late.digest], [expected, expected], name);
      assert.deepEqual(early, late, name);
      assert.equal(verbs.inspect(delivery, { digest: true }).digest, expected, name);
    }
  });

  it("does not change type, id and time if the core computes it", () => {
    // Without Node's crypto, the core's own hash writes to the memory of the result's texts.
    const program = `
      import { Buffer } from "node:buffer";
      const { createHash } = process.getBuiltinModule("node:crypto");
      process.getBuiltinModule = undefined;
      const { painchek } = await import("../../src/index.ts");
      const hook = painchek({ secrets: [${JSON.stringify(SECRET)}] });
      const body = Buffer.from(${JSON.stringify(Buffer.from(sample).toString("base64"))}, "base64");
      const delivery = hook.sign(body);
      const [early, late] = [hook.verify(delivery, { digest: true }), hook.verify(delivery)];
      console.log(JSON.stringify([early, late, createHash("sha256").update(body).digest("hex")]));`;
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ["--import", "tsx", "--input-type=module", "--eval", program],
      { cwd: new URL(".", import.meta.url), encoding: "utf8" },
    );
    assert.notEqual(stdout, "", stderr);
    const [early, late, expected] = JSON.parse(stdout);
    assert.equal(early.digest, expected);
    assert.deepEqual(early, late);
    assert.equal(early.type, "assessment_add");
  });
});

describe("an invalid value of an option", () => {
  const sentences: [option: string, value: unknown, expected: string][] = [
    ["profile", "stern", '"lenient" or "strict"'],
    ["profile", 1, '"lenient" or "strict"'],
    ["maxBytes", -1, "a number of bytes, 0 or more"],
    ["maxBytes", "1", "a number of bytes, 0 or more"],
    ["tolerance", Number.NaN, "a number of seconds, 0 or more"],
  ];
  const ofWebhooks: typeof sentences = [
    ["unsigned", "yes", '"allow" or "refuse"'],
    ["unsigned", true, '"allow" or "refuse"'],
    ["algorithms", "sha256", 'a list of "sha1", "sha256" and "sha512"'],
    ["secrets", 5, "a string, a list of strings, or an object with a list for each signature scheme"],
    [
      "secrets",
      [SECRET, {}],
      "a string, a list of strings, or an object with a list for each signature scheme",
    ],
  ];
  const ofCalls: typeof sentences = [
    ["now", "today", "a Date, or a number of milliseconds"],
    ["digest", 1, "true or false"],
  ];
  const delivery = { headers: {}, body: "{}" };
  const message = (option: string, expected: string) =>
    `Invalid value for option \`${option}\`: expected ${expected}.`;

  it("has the core's message, for a webhook and for a call", () => {
    for (const [option, value, expected] of [...sentences, ...ofWebhooks]) {
      const error = errorOf(() => painchek({ secrets: [SECRET], [option]: value } as WebhookOptions));
      assert.deepEqual(
        [error.code, error.message, error.status],
        ["option-invalid", message(option, expected), 500],
      );
    }
    for (const [option, value, expected] of [...sentences, ...ofCalls]) {
      for (const verb of ["verify", "check", "inspect", "explain"] as const) {
        const error = errorOf(() => hook[verb](delivery, { [option]: value } as VerifyOptions));
        assert.deepEqual([error.code, error.message], ["option-invalid", message(option, expected)], verb);
      }
    }
    for (const option of ["id", "webhookId", "type", "url"]) {
      const error = errorOf(() => hook.sign("{}", { [option]: 5 }));
      assert.deepEqual([error.code, error.message], ["option-invalid", message(option, "a string")]);
    }
  });

  it("has the core's message for a URL and a method, too", () => {
    for (const name of ["url", "method"]) {
      const error = errorOf(() => hook.verify({ ...delivery, [name]: new URL("https://h/") } as never));
      assert.deepEqual(
        [error.code, error.message],
        ["option-invalid", `Expected \`${name}\` of the delivery as a string, got a value of type object.`],
      );
    }
  });
});

describe("the status of an error", () => {
  it("is that of its code, for errors of the core and of TypeScript", () => {
    /** The page generated from the core's table. */
    const page = readFileSync(new URL("../../../docs/codes.md", import.meta.url), "utf8");
    const errors = [
      errorOf(() => hook.create("assessment_add", (() => {}) as never)),
      errorOf(() => hook.create("assessment_add", {} as never)),
      errorOf(() => hook.verify({ headers: {}, body: {} as never })),
      errorOf(() => hmac.sign("sha256", "", "message")),
      errorOf(() => webhook((() => {}) as never)),
      errorOf(() => webhook("unknown" as string)),
      errorOf(() => webhook("xon", { unknown: 1 } as never)),
    ];
    for (const { code, status, message } of errors)
      assert.match(page, new RegExp(`^\\| \`${code}\` \\| ${status} \\|`, "m"), message);
  });
});

// Secrets, expected signatures and values of a payload are in no error, report or log.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { format, inspect } from "node:util";
import { type Delivery, painchek, SchemaError, webhook } from "../../src/index.ts";
import { bytesOf, oracle, SECRET, text } from "../support/fixtures.ts";

const header = "X-PainChek-WH-Signature";
const assessment = text.decode(bytesOf("providers/painchek/samples/assessment_add.painchek.json"));
const VALUE = "Zarathustra-of-the-payload";

/** Every representation that a logger could print of a value. */
function shown(thing: unknown): string {
  const parts = [inspect(thing, { depth: 9, showHidden: true }), String(thing), JSON.stringify(thing)];
  if (thing instanceof Error) parts.push(thing.message, thing.stack ?? "", JSON.stringify({ ...thing }));
  return parts.join("\n");
}

function hides(thing: unknown, ...words: string[]): void {
  const all = shown(thing);
  for (const word of words) assert.ok(!all.includes(word), `${word} shows in ${all}`);
}

/** An HMAC in all its encodings. */
function spellings(hex: string): string[] {
  const bytes = Buffer.from(hex, "hex");
  return [
    hex,
    hex.toUpperCase(),
    bytes.toString("base64"),
    bytes.toString("base64url"),
    [...bytes].join(","),
  ];
}

const bodies = [
  assessment,
  assessment.replace('"event": "assessment_add"', `"event": "${VALUE}"`),
  assessment.replace('"patient_first_name": "Test"', `"patient_first_name": 5, "${"x"}": "${VALUE}"`),
  ...[/"uuid": "[^"]+"/, /"created_at": "[^"]+"/, /"mode": "[^"]+"/, /"json_version": "[^"]+"/].map((field) =>
    assessment.replace(field, (found) => `${found.split(":")[0]}: "${VALUE}"`),
  ),
  assessment.replace(/"pain_score": \d+/, `"pain_score": "${VALUE}"`),
  assessment.replace(/"update_stamp": \d+/, '"update_stamp": -918273645546372819'),
  `{"event":"assessment_add","data":"${VALUE}"}`,
  `{"event":"assessment_add" "data":"${VALUE}"}`,
  `{"event":"${VALUE}`,
  `{"event":'${VALUE}'}`,
  `["${VALUE}"]`,
  `${VALUE}`,
  `{"event":"assessment_add","data":{"uuid":"${VALUE}","uuid":"${VALUE}"}}`,
];

describe("an error or a report", () => {
  const webhooks = [
    painchek({ secrets: ["another", SECRET] }),
    painchek({ secrets: [SECRET], profile: "strict" }),
  ];

  it("contains no secret and no expected signature", () => {
    let rejected = 0;
    for (const hook of webhooks) {
      for (const body of bodies) {
        const right = ["sha1", "sha256"].flatMap((algorithm) => spellings(oracle(algorithm, SECRET, body)));
        for (const value of [
          undefined,
          "",
          "sha256=",
          `sha256=${"0".repeat(64)}`,
          `sha1=${"0".repeat(40)}`,
          "nonsense",
        ]) {
          const delivery: Delivery = { headers: { [header]: value }, body };
          const result = hook.check(delivery);
          assert.ok(!result.ok, "accepted");
          rejected += 1;
          hides(result.error, SECRET, ...right);
          hides(hook.inspect(delivery), SECRET, ...right);
        }
      }
    }
    assert.ok(rejected > 100, `${rejected} rejected`);
  });

  it("contains no value of a payload, not even of a signed one", () => {
    let rejected = 0;
    for (const hook of webhooks) {
      for (const body of bodies) {
        const delivery: Delivery = {
          headers: { [header]: `sha256=${oracle("sha256", SECRET, body)}` },
          body,
        };
        const result = hook.check(delivery);
        if (!result.ok) {
          rejected += 1;
          hides(result.error, VALUE, "918273645546372819");
        }
        hides(hook.inspect(delivery).issues, VALUE, "918273645546372819");
      }
    }
    assert.ok(rejected > 15, `${rejected} rejected`);
  });

  it("contains nothing of an invalid secret or its definition", () => {
    const definition = {
      id: "own",
      signature: { header: "x-sig", format: "{hex}", algorithms: ["sha256"], secret: "whsec_{base64}" },
      envelope: { type: "/type" },
      events: {},
    };
    for (const secret of [SECRET, `whsec_${SECRET}!`, `whsec_`, `WHSEC_${SECRET}`]) {
      const make = () => webhook(definition as never, { secrets: [secret] });
      assert.throws(make, (error) => {
        hides(error, SECRET);
        assert.match((error as { code: string }).code, /^secret-(invalid|missing)$/);
        return true;
      });
    }
    for (const options of [
      { tolerance: SECRET },
      { profile: SECRET },
      { unsigned: SECRET },
      { maxBytes: SECRET },
      { secrets: { SECRET } },
      { algorithms: SECRET },
    ]) {
      assert.throws(
        () => painchek({ secrets: [SECRET], ...options } as never),
        (error) => {
          hides(error, SECRET);
          return true;
        },
      );
    }
  });
});

describe("an object made from a secret", () => {
  const hook = painchek({ secrets: [SECRET] });

  it("does not contain the secret", () => hides(hook, SECRET));

  it("has only the sent signature", () => {
    const signed = hook.sign(assessment);
    hides({ ...signed, body: text.decode(signed.body) }, SECRET);
  });
});

describe("an accepted delivery in a log", () => {
  const hook = painchek({ secrets: [SECRET] });
  const body = assessment.replace('"patient_first_name": "Test"', `"patient_first_name": "${VALUE}"`);

  it("contains no payload when it is printed, because getters create its values", () => {
    assert.ok(body.includes(VALUE), "the sample has changed");
    const verified = hook.verify(hook.sign(body));
    const logged = inspect(verified, { depth: 9 });
    assert.ok(!logged.includes(VALUE), logged);
    assert.ok(!logged.includes(SECRET), logged);
    assert.ok(logged.includes(verified.id), "what it is shows");
    // Reading the values does not change that.
    assert.ok(JSON.stringify(verified.event).includes(VALUE), "the event");
    assert.ok(!inspect(verified, { depth: 9 }).includes(VALUE), "the event, once read");
  });
});

describe("the raw body of an accepted delivery", () => {
  const hook = painchek({ secrets: [SECRET] });
  const body = assessment.replace('"patient_first_name": "Test"', `"patient_first_name": "${VALUE}"`);

  it("is in no log and no copy of the delivery, read or not", () => {
    const verified = hook.verify(hook.sign(body));
    const bytes = [...Buffer.from(VALUE)].join(", ");
    for (const isRead of [false, true]) {
      if (isRead) assert.equal(Buffer.from(verified.body).toString(), body);
      const logged = [
        inspect(verified, { depth: 9 }),
        inspect(verified, { depth: 9, showHidden: true, maxArrayLength: null, maxStringLength: null }),
        String(verified),
        format("%o %O %s", verified, verified, verified),
      ].join("\n");
      assert.ok(!logged.includes(VALUE) && !logged.includes(bytes), logged);
      assert.ok(!logged.includes("Uint8Array"), logged);
      for (const copy of [
        { ...verified },
        structuredClone(verified),
        JSON.parse(JSON.stringify(verified)),
        Object.fromEntries(Object.entries(verified)),
      ])
        assert.ok(!("body" in copy), "a copy");
    }
  });
});

describe("an error about a schema", () => {
  it("is a SchemaError with the location in the schema", () => {
    const error = new SchemaError({ keyword: "type", pointer: "/type", message: "wrong" });
    assert.match(shown(error), /SchemaError: wrong/);
  });
});

// The command `types`: what it writes, and its errors. pkg/test/packaging/typescript.test.ts compiles it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { file, folder, run, usageError } from "./command.ts";

const schema = {
  description: 'An order\nthat was paid */ by "card".',
  type: "object",
  required: ["order", "kind"],
  properties: {
    kind: { const: "order.paid" },
    order: {
      type: "object",
      required: ["total"],
      properties: {
        total: { type: "integer", description: "The total." },
        "e-mail": { type: ["string", "null"] },
        lines: { type: "array", items: { $ref: "#/$defs/line" } },
        state: { enum: ["open", "paid"] },
        note: { enum: ["a"], "x-lenient": { enum: "warning" } },
      },
    },
  },
  $defs: {
    line: { type: "object", properties: { parts: { type: "array", items: { $ref: "#/$defs/line" } } } },
  },
};
const DEFINITION = {
  id: "acme-shop",
  envelope: { type: "/kind", data: "/order" },
  events: {
    "order.paid": { schema },
    "*": {
      revisions: [
        { name: "new", when: "/a", schema: {} },
        { name: "old", schema: true },
      ],
    },
  },
};

describe("hookseal types", () => {
  it("writes a type for each event, revision and named schema", () => {
    const { code, out } = run(["types", file("acme.json", JSON.stringify(DEFINITION))]);
    assert.equal(code, 0);
    assert.equal(
      out,
      `// Written by \`hookseal types\`. Write it again when the definition changes.
import type { EventInfo } from "hookseal";

export type AcmeShopOrderPaidLine = {
  parts?: AcmeShopOrderPaidLine[];
};

/** An order that was paid *\\/ by "card". */
export type AcmeShopOrderPaidBody = {
  kind: "order.paid";
  order: {
    /** The total. */
    total: number;
    "e-mail"?: string | null;
    lines?: AcmeShopOrderPaidLine[];
    state?: "open" | "paid";
    note?: unknown;
  };
};

export type AcmeShopOrderPaid = AcmeShopOrderPaidBody & EventInfo<AcmeShopOrderPaidBody["order"]>;

export type AcmeShopOtherNewBody = unknown;

export type AcmeShopOtherNew = AcmeShopOtherNewBody & EventInfo<object, "new">;

export type AcmeShopOtherOldBody = unknown;

export type AcmeShopOtherOld = AcmeShopOtherOldBody & EventInfo<object, "old">;

export interface AcmeShopEvents {
  "order.paid": AcmeShopOrderPaid;
  [type: string]: AcmeShopOrderPaid | AcmeShopOtherNew | AcmeShopOtherOld;
}

export type AcmeShopEvent = AcmeShopEvents[keyof AcmeShopEvents];
`,
    );
  });

  it("writes to a file, with the events of the provider that a definition extends", () => {
    const path = file("mine.json", JSON.stringify({ id: "mine", extends: "xon" }));
    const { code, err } = run(["types", path, "--out", "mine.events.d.ts"]);
    assert.equal(code, 0, err);
    assert.match(err, /^mine\.events\.d\.ts written, \d+ bytes\./);
    const text = readFileSync(join(folder, "mine.events.d.ts"), "utf8");
    assert.match(text, /"calls\.user\.create": MineCallsUserCreate;/);
    assert.match(
      text,
      /EventInfo<CreateData<MineCallsUserCreateBody\["event"\], "type" \| "id" \| "createdAt">>/,
    );
  });

  it("types the items of deliveries with several events", () => {
    const items = {
      id: "1batch",
      envelope: { items: "/events", item: { type: "/type" } },
      batch: { schema: { type: "object", properties: { account: { type: "string" } } } },
      events: { read: { schema: { type: "object", properties: { reader: { type: "string" } } } } },
    };
    const { out } = run(["types", file("batch.json", JSON.stringify(items))]);
    assert.match(out, /export interface Provider1batchItems \{\n {2}read: Provider1batchRead;\n\}/);
    assert.match(
      out,
      /export type Provider1batchEvents = BatchEvents<Provider1batchItems, \{\n {2}account\?: string;\n\}>;/,
    );
  });

  it("names what is wrong", () => {
    const definition = file("right.json", JSON.stringify(DEFINITION));
    assert.match(usageError(["types", "none.json"]), /none\.json cannot be read/);
    assert.match(usageError(["types", definition, "--out", definition]), /is the definition itself/);
    assert.match(usageError(["types", definition, "--out", "types.json"]), /does not end with \.ts/);
    const wrong = file(
      "wrong.json",
      JSON.stringify({ ...DEFINITION, events: { a: { schema: { type: "text" } } } }),
    );
    assert.match(usageError(["types", wrong]), /\/events\/a\/schema\/type/);
  });
});

// Importing and exporting deliveries, and detecting their provider, through the bridge.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  detectProvider,
  exportDelivery,
  type ImportItem,
  importDeliveries,
  importStream,
  painchek,
  providerDefinition,
  providers,
  webhook,
} from "../../src/index.ts";
import { bytesOf, codes, errorOf, SECRET, seeded, text, utf8 } from "../support/fixtures.ts";

const ODD = Uint8Array.from([0xef, 0xbb, 0xbf, 0x7b, 0x0d, 0x0a, 0xff, 0xfe, 0x7d, 0x0d, 0x0a]);
const joined = (...parts: (string | Uint8Array)[]) =>
  new Uint8Array(Buffer.concat(parts.map((part) => (typeof part === "string" ? utf8.encode(part) : part))));

async function items(chunks: Uint8Array[], options = {}): Promise<ImportItem[]> {
  const all: ImportItem[] = [];
  for await (const item of importStream(chunks, options)) all.push(item);
  return all;
}

describe("importing", () => {
  it("keeps every byte of a body, and every header", () => {
    const { format, deliveries, issues } = importDeliveries(
      joined("POST /a HTTP/1.1\r\nHost: h\r\nX: é\r\n\r\n", ODD),
    );
    assert.deepEqual(
      { format, deliveries, issues },
      {
        format: "http",
        deliveries: [
          {
            headers: [
              ["Host", "h"],
              ["X", "é"],
            ],
            body: ODD,
            url: "https://h/a",
            method: "POST",
          },
        ],
        issues: [],
      },
    );
  });

  it("accepts strings and any container of bytes", () => {
    const source = `{"headers":{},"body":"é"}`;
    const bytes = utf8.encode(source);
    for (const one of [source, bytes, bytes.buffer, new DataView(bytes.buffer)]) {
      assert.equal(text.decode(importDeliveries(one).deliveries[0]?.body), "é");
    }
    assert.equal(errorOf(() => importDeliveries({} as never)).code, "body-not-raw");
  });

  it("returns deliveries that every verb accepts: the seed's request is evaluated", () => {
    const head =
      "POST /payload HTTP/1.1 X-PainChek-WH-Signature: sha1=7d38cdd689735b008b3c702edd92eea23791c5f6 ";
    const { deliveries, issues } = importDeliveries(
      joined(head, bytesOf("tests/vectors/seeds/painchek-as-printed.txt")),
    );
    assert.deepEqual(codes(issues), ["http-recovered"]);
    assert.ok(deliveries[0]);
    assert.equal(detectProvider(deliveries[0]), "painchek");
    const report = painchek({ secrets: [SECRET] }).inspect(deliveries[0]);
    assert.deepEqual(codes(report.issues), ["signature-mismatch", "json-syntax"]);
  });

  it("accepts the format as an option, and rejects an unknown one", () => {
    assert.deepEqual(
      importDeliveries("curl h", { format: "body" }).deliveries[0]?.body,
      utf8.encode("curl h"),
    );
    assert.equal(importDeliveries("{}", { format: "curl" }).issues[0]?.code, "curl-syntax");
    const error = errorOf(() => importDeliveries("{}", { format: "xml" as never }));
    assert.deepEqual(
      [error.code, error.message],
      [
        "option-invalid",
        "Invalid value for option `format`: expected one of http, curl, command, har, record, ndjson, body.",
      ],
    );
  });

  it("reports text in an unknown format, and throws nothing", () => {
    assert.deepEqual(codes(importDeliveries("good morning").issues), ["import-format-unknown"]);
    assert.equal(importDeliveries("good morning").format, undefined);
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 60 }),
        fc.constantFrom("", "curl ", "POST / HTTP/1.1\n", '{"log":{"entries":['),
        (bytes, start) => {
          assert.ok(Array.isArray(importDeliveries(joined(start, bytes)).issues));
        },
      ),
      seeded,
    );
  });

  it("returns several deliveries with their bodies", () => {
    const { deliveries } = importDeliveries(
      joined('{"headers":{},"body":"one"}\n', '{"headers":{},"bodyBase64":"/w=="}\n', '{"b":3}\n'),
    );
    assert.deepEqual(
      deliveries.map(({ body }) => [...body]),
      [[111, 110, 101], [255], [...utf8.encode('{"b":3}')]],
    );
  });
});

describe("importing a stream", () => {
  const archive = utf8.encode(
    '{"log":{"entries":[{"request":{"postData":{"text":"é1"}}},\n5,{"request":{"postData":{"text":"2"}}}]}}',
  );

  it("has the result of the whole text, for any chunks", async () => {
    for (const size of [1, 5, 1000]) {
      const chunks = [];
      for (let at = 0; at < archive.length; at += size) chunks.push(archive.slice(at, at + size));
      const all = await items(chunks);
      assert.deepEqual(
        all.map(({ format, delivery }) => [format, delivery && text.decode(delivery.body)]),
        [
          ["har", "é1"],
          ["har", undefined],
          ["har", "2"],
        ],
      );
      assert.deepEqual(
        all[1]?.issues.map(({ code, pointer, span }) => [code, pointer, span.line]),
        [["required", "/log/entries/1", 2]],
      );
    }
  });

  it("omits an entry over the limit", async () => {
    const all = await items([archive], { maxBytes: 40, format: "har" });
    assert.deepEqual(
      all.flatMap(({ issues }) => codes(issues)),
      ["required"],
    );
    for (const maxBytes of [Number.NaN, -1, "40", null]) {
      await assert.rejects(items([archive], { maxBytes }), { code: "option-invalid" });
    }
    const small = await items([utf8.encode(`{"headers":{},"body":"${"x".repeat(99)}"}`)], { maxBytes: 40 });
    assert.deepEqual(
      small.flatMap(({ issues }) => codes(issues)),
      ["input-too-large"],
    );
  });

  it("can be stopped early, and passes on an error of its source", async () => {
    for await (const item of importStream([archive])) {
      assert.equal(item.format, "har");
      break;
    }
    // biome-ignore lint/correctness/useYield: the source fails before its first chunk
    async function* broken(): AsyncGenerator<Uint8Array> {
      throw new Error("unplugged");
    }
    await assert.rejects(async () => {
      for await (const _ of importStream(broken()));
    }, /unplugged/);
  });
});

describe("exporting", () => {
  it("writes text that is imported with the same headers and bytes", () => {
    const signed = painchek({ secrets: [SECRET] }).sign(ODD);
    for (const [exported, imported] of [
      ["http", "http"],
      ["curl", "curl"],
      ["ndjson", "record"],
    ] as const) {
      const bytes = exportDelivery(signed, exported);
      assert.ok(bytes);
      const { deliveries, format } = importDeliveries(bytes);
      assert.deepEqual([format, deliveries[0]?.body], [imported, ODD]);
      const signature = deliveries[0]?.headers.find(([name]) => name === "X-PainChek-WH-Signature");
      assert.equal(signature?.[1], signed.headers["X-PainChek-WH-Signature"]);
    }
  });

  it("returns undefined if the format cannot represent the delivery", () => {
    assert.equal(exportDelivery({ headers: {}, body: "a\0b" }, "curl"), undefined);
    assert.equal(exportDelivery({ headers: { "a b": "c" }, body: "" }, "http"), undefined);
    for (const format of ["xml", "har", "", undefined, null, 5, {}]) {
      const error = errorOf(() => exportDelivery({ headers: {}, body: "" }, format as never));
      assert.deepEqual(
        [error.code, error.message],
        ["option-invalid", "Invalid value for option `format`: expected one of http, curl, ndjson."],
      );
    }
    for (const delivery of [undefined, null, 5, "GET / HTTP/1.1"] as never[]) {
      for (const call of [() => exportDelivery(delivery, "http"), () => detectProvider(delivery)]) {
        const error = errorOf(call);
        assert.equal(error.code, "option-invalid");
        assert.match(
          error.message,
          /^Expected a delivery \{ headers, body \}, got (undefined|null|number|string)\.$/,
        );
      }
    }
  });
});

describe("importing a stream of texts", () => {
  it("accepts the strings of a stream that has an encoding", async () => {
    const deliveries = [];
    const texts = [
      '{"headers":{},"body":"\u00e9"}\n',
      '{"headers":{},"body":"{}"}\n',
    ] as unknown as Uint8Array[];
    for await (const { delivery } of importStream(texts, { format: "ndjson" }))
      deliveries.push(delivery?.body);
    assert.deepEqual(deliveries, [new TextEncoder().encode("\u00e9"), new TextEncoder().encode("{}")]);
    await assert.rejects(importStream([7 as never]).next(), { code: "body-not-raw" });
  });
});

describe("the catalog", () => {
  it("lists the ids if an unknown one is passed", () => {
    for (const id of [undefined, null, 5, {}, [], Symbol("id")]) {
      const error = errorOf(() => providerDefinition(id as never));
      assert.equal(error.code, "option-invalid");
      assert.match(error.message, /^Expected the id of a built-in provider\. There are: .*painchek/);
    }
    assert.equal(providerDefinition("unknown"), undefined);
  });

  it("lists the built-in providers with their definitions", () => {
    assert.ok(["painchek", "xon", "github", "stripe"].every((id) => providers().includes(id)));
    for (const id of providers()) {
      const definition = providerDefinition(id);
      assert.ok(definition);
      assert.equal(definition.id, id);
      assert.equal(webhook(definition, { unsigned: "allow" }).provider, id);
    }
    assert.equal(providerDefinition("unknown"), undefined);
  });

  it("detects a provider by its headers or its event", () => {
    assert.equal(detectProvider({ headers: { "x-painchek-webhook-id": "1" }, body: "" }), "painchek");
    assert.equal(detectProvider({ headers: {}, body: '{"event":{"type":"calls.user.delete"}}' }), "xon");
    assert.equal(detectProvider({ headers: {}, body: '{"event":"assessment_add","data":{}}' }), "painchek");
    assert.equal(detectProvider({ headers: {}, body: "{" }), undefined);
    assert.equal(detectProvider({ headers: { "x-shopify-topic": "orders/create" }, body: "{}" }), "shopify");
    // A proxy may add a header of another provider: the provider with most of the headers is detected.
    const headers = {
      "x-github-delivery": "1",
      "x-slack-signature": "v0=00",
      "x-slack-request-timestamp": "1",
    };
    assert.equal(detectProvider({ headers, body: "{}" }), "slack");
  });
});

/** Link state survives in a fragment, and no fragment does harm. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { type LinkState, MAX_FRAGMENT_CHARS, pack, unpack } from "../../src/state/fragment.ts";

const STATE: LinkState = {
  provider: "auto",
  headerText: "",
  body: "",
  profile: "lenient",
  asOf: "",
  tolerance: "",
  mode: "inspect",
};
const CUSTOM = { definition: "{}", schemas: [["a", "{}"] as [string, string]], sample: "" };

const packed = (value: unknown) =>
  `1.${deflateRawSync(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url")}`;

test("link state survives, bytes that are not UTF-8 included", async () => {
  const state: LinkState = {
    ...STATE,
    provider: "custom",
    headerText: "POST https://receiver.example/x\nX-Name: value",
    body: '{"note":"caf\udce9 \u202e🙂"}',
    profile: "strict",
    asOf: "2026-11-25T02:23:41Z",
    tolerance: "60",
    custom: CUSTOM,
  };
  const fragment = await pack(state);
  assert.match(fragment, /^1\.[\w-]+$/);
  assert.deepEqual(await unpack(fragment), { ...state, example: undefined });
});

test("a long payload is packed in pieces", async () => {
  const body = Array.from({ length: 20_000 }, (_, n) => (n * 2_654_435_761).toString(36)).join("");
  const fragment = await pack({ ...STATE, body });
  assert.equal((await unpack(fragment)).body, body);
});

test("only known fields of a link are accepted", async () => {
  const state = await unpack(
    packed({ ...STATE, secret: "chosen by a stranger", constructor: 1, custom: { ...CUSTOM, x: 1 } }),
  );
  assert.deepEqual(Object.keys(state).sort(), [...Object.keys(STATE), "custom", "example"].sort());
  assert.deepEqual(state.custom, CUSTOM);
});

test("a fragment that cannot be opened is rejected with a reason", async (t) => {
  const good = packed(STATE);
  const cases: [name: string, fragment: string, reason: RegExp][] = [
    ["a word", "results", /Invalid link/],
    ["no content", "1.", /Invalid link/],
    ["no base64url", "1.%%%%", /Invalid link/],
    ["no deflate", "1.AAAAAAAA", /Invalid link/],
    ["truncated", good.slice(0, -9), /Invalid link/],
    ["no JSON", packed("{"), /Invalid link/],
    ["no object", packed([]), /Invalid link/],
    ["null", packed(null), /Invalid link/],
    ["a missing field", packed({ ...STATE, headerText: undefined }), /Invalid link/],
    ["a field of another type", packed({ ...STATE, body: ["x"] }), /Invalid link/],
    ["an unknown profile", packed({ ...STATE, profile: "none" }), /Invalid link/],
    ["an example that is no string", packed({ ...STATE, example: {} }), /Invalid link/],
    [
      "a schema without a text",
      packed({ ...STATE, custom: { ...CUSTOM, schemas: [["a"]] } }),
      /Invalid link/,
    ],
    [
      "a finding with a text in place of a code",
      packed({ ...STATE, finding: { kicker: "a", headline: "b", causes: ["Call this number"] } }),
      /Invalid link/,
    ],
    [
      "a long finding",
      packed({ ...STATE, finding: { kicker: "a", headline: "b".repeat(121), causes: [] } }),
      /Invalid link/,
    ],
    ["an older version", `0.${good.slice(2)}`, /Invalid link/],
    ["a newer version", `2.${good.slice(2)}`, /newer version/],
    ["a much newer version", "99999.x", /newer version/],
    ["a decompression bomb", packed(`{"body":"${"a".repeat(50_000_000)}"}`), /too large/],
    ["a very long fragment", `1.${"A".repeat(MAX_FRAGMENT_CHARS)}`, /too large/],
  ];
  for (const [name, fragment, reason] of cases)
    await t.test(name, () => assert.rejects(unpack(fragment), { message: reason }));
});

test("the content is deflated JSON, without a field for a secret", async () => {
  const fragment = await pack(STATE);
  const json = inflateRawSync(Buffer.from(fragment.slice(2), "base64url")).toString();
  assert.deepEqual(JSON.parse(json), STATE);
});

/** Comparisons, with the locations of changes in both texts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { PageDelivery } from "../../src/engine/protocol.ts";
import { handlers } from "./page.ts";

const compare = (sides: [PageDelivery, PageDelivery], provider = "auto") =>
  handlers.compare({ sides, provider });
const pair = (id: string) => handlers.makePair({ id });
const body = (text: string): PageDelivery => ({ headers: [], text });

test("every example pair is what its title says", () => {
  const results = ["same", "changed", "rewritten", "other"].map((id) => {
    const { same, sameEvent, sameBytes } = compare(pair(id));
    return [id, same, sameEvent, sameBytes];
  });
  assert.deepEqual(results, [
    ["same", true, true, true],
    ["changed", false, true, false],
    ["rewritten", true, true, false],
    ["other", false, false, false],
  ]);
});

test("a change has its kind, both values and both locations", () => {
  const sides = pair("changed");
  const { changes } = compare(sides);
  const shown = changes.map(({ pointer, kind, before, after, locations }) => [
    pointer.split("/").at(-1),
    kind,
    before,
    after,
    ...locations.map(({ from, to }, side) => sides[side]?.text.slice(from, to)),
  ]);
  assert.deepEqual(shown, [
    ["pain_score", "changed", "0", "9", "0", "9"],
    ["comment", "changed", "null", '"added later"', "null", '"added later"'],
    ["update_stamp", "removed", "265901", undefined, '"update_stamp": 265901', "{"],
    ["user_position", "added", undefined, '"nurse"', "{", '"user_position": "nurse"'],
  ]);
  assert.equal(changes[0]?.locations[0].line, changes[0]?.locations[1].line);
});

test("headers that differ have the role that the provider gives them", () => {
  assert.deepEqual(
    compare(pair("changed")).headers.map(({ name, role }) => [name, role]),
    [["X-PainChek-WH-Signature", "signature"]],
  );
  const [first, second] = pair("same");
  const headers = compare([
    { ...first, headers: [...first.headers, ["X-A", "1"], ["x-a", "2"]] },
    { ...second, headers: [...second.headers, ["X-A", "1, 2"], ["X-B", "3"]] },
  ]).headers;
  assert.deepEqual(headers, [{ name: "X-B", after: "3" }]);
});

test("a body that is not JSON has its error, and no changes", () => {
  const [first, second] = pair("same");
  const { parseErrors, changes, same } = compare([first, { ...second, text: `x${second.text}` }]);
  assert.equal(parseErrors[0], undefined);
  assert.match(parseErrors[1] ?? "", /^line 1, column 1: /);
  assert.deepEqual(changes, []);
  assert.equal(same, false);
});

test("deliveries of an unknown provider are compared after it was selected", () => {
  const sides: [PageDelivery, PageDelivery] = [body('{"a":1}'), body('{"a":2}')];
  assert.equal(compare(sides).provider, undefined);
  const { provider, changes } = compare(sides, "xon");
  assert.equal(provider?.isDetected, false);
  assert.equal(changes.length, 1);
});

test("the last of duplicate keys is located, and escaped keys are found", () => {
  const text = (value: number) => `{"event":"x","event":"y","a/b~":${value},"list":[{"":${value}}]}`;
  const { changes } = compare([body(text(1)), body(text(2))], "xon");
  assert.deepEqual(
    changes.map(({ pointer, locations }) => [pointer, text(1).slice(locations[0].from, locations[0].to)]),
    [
      ["/a~1b~0", "1"],
      ["/list/0/", "1"],
    ],
  );
});

test("values are shown as the bodies have them, digit by digit", () => {
  const text = (big: string, escaped: string, long: string) =>
    `{"event":"x","big":${big},"decimal":1.${big},"escape":"${escaped}","long":"${"x".repeat(400)}${long}"}`;
  const { changes } = compare(
    [body(text("1152921506151679042", String.raw`\u00e9`, "A")), body(text("1152921506151679043", "è", "B"))],
    "xon",
  );
  const shown = Object.fromEntries(changes.map(({ pointer, before, after }) => [pointer, [before, after]]));
  assert.deepEqual(shown, {
    "/big": ["1152921506151679042", "1152921506151679043"],
    "/decimal": ["1.1152921506151679042", "1.1152921506151679043"],
    "/escape": [String.raw`"\u00e9"`, '"è"'],
    "/long": [`…${"x".repeat(40)}A"`, `…${"x".repeat(40)}B"`],
  });
});

test("each side is checked with the secret of its provider", () => {
  const { delivery, secret } = handlers.makeExample({ id: "painchek" });
  const changed = { ...delivery, text: delivery.text.replace('"pain_score": 0', '"pain_score": 9') };
  const sides: [PageDelivery, PageDelivery] = [delivery, changed];
  const states = (secrets: Record<string, { secret: string; encoding: "provider" }>) =>
    handlers.compare({ sides, provider: "auto", secrets }).checks.map(({ state, note }) => [state, note]);
  assert.deepEqual(states({}), [
    ["unchecked", "signature not checked"],
    ["unchecked", "signature not checked"],
  ]);
  const [first, second] = states({ painchek: { secret, encoding: "provider" } });
  assert.deepEqual(first, ["accepted", "verified"]);
  assert.equal(second?.[0], "rejected");
});

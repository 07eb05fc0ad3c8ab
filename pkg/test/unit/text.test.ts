// Modules as texts.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import binaryen from "binaryen";
import fc from "fast-check";
import { encode } from "../../scripts/text.mjs";
import "../../src/generated/text/core.js";
import "../../src/generated/text/full.js";
import { decode, moduleOfText } from "../../src/text.ts";

const source = (name: string) => readFileSync(new URL(`../../src/${name}`, import.meta.url));

describe("the text of a module", () => {
  it("is equal to the bytes of the module, and hardly longer", () => {
    for (const name of ["core", "full"] as const) {
      const bytes = source(`generated/${name}.wasm`);
      assert.ok(bytes.equals(moduleOfText(name)));
      const text = source(`generated/text/${name}.js`);
      assert.ok(text.length < bytes.length * 1.12, `${text.length} for ${bytes.length}`);
    }
  });

  it("has only characters that no bundler and no page changes", () => {
    const text = encode(Uint8Array.from({ length: 256 }, (_, index) => index));
    assert.match(text, /^[ -~]+$/);
    assert.doesNotMatch(text, /["'`\\$<]/);
  });

  it("holds any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100_000, size: "max" }), (bytes) => {
        assert.deepEqual(decode(encode(bytes)), bytes);
      }),
      { numRuns: 50 },
    );
  });

  it("is decoded by the program of text.wat", () => {
    const [, program] = /const DECODER =([^;]*);/.exec(source("text.ts").toString()) ?? [];
    const hex = [...(program as string).matchAll(/"([\da-f]+)"/g)].map(([, digits]) => digits).join("");
    const module = binaryen.parseText(source("text.wat").toString());
    module.setFeatures(binaryen.Features.MVP);
    assert.equal(module.validate(), 1);
    assert.equal(hex, Buffer.from(module.emitBinary()).toString("hex"));
  });
});

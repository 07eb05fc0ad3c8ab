// Instantiation of the core, and bytes in the scratch buffer.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, it } from "node:test";
import { fromBase64 } from "../../src/base64.ts";
import { core, init, readBytes, reserve, writeBytes, writeText } from "../../src/core.ts";
import { compileSchema } from "../../src/index.ts";

describe("the core", () => {
  it("is available at the first call, without `await`", () => {
    assert.deepEqual(compileSchema(true).check("{}"), []);
  });

  it("is kept when init is called later", async () => {
    const before = core();
    const schema = compileSchema({ type: "array" });
    await init();
    await init(new Uint8Array([1, 2, 3]));
    assert.equal(core(), before);
    assert.deepEqual(schema.check("[1]"), []);
  });

  it("is instantiated from a module that another realm compiled", () => {
    // In a process of its own, since the core is instantiated once. A module that is treated as bytes throws a TypeError.
    const program = `
      import { readFileSync } from "node:fs";
      import { runInNewContext } from "node:vm";
      import { compileSchema, init } from "../../src/slim.ts";
      const bytes = readFileSync("../../src/generated/core.wasm");
      await init(await runInNewContext("WebAssembly").compile(bytes));
      console.log(JSON.stringify(compileSchema(true).check("{}")));`;
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ["--import", "tsx", "--input-type=module", "--eval", program],
      { cwd: new URL(".", import.meta.url), encoding: "utf8" },
    );
    assert.equal(stdout, "[]\n", stderr);
  });

  it("keeps bytes intact while its memory grows", () => {
    const bytes = new Uint8Array(3_000_000).map((_, index) => index % 251);
    writeBytes(bytes.subarray(0, 10));
    writeBytes(bytes);
    assert.deepEqual(readBytes(bytes.length), bytes);
  });

  it("keeps the bytes before an offset", () => {
    reserve(5);
    writeBytes(new Uint8Array([91]));
    assert.equal(writeText("1,2]", 1), 4);
    assert.deepEqual(readBytes(5), new TextEncoder().encode("[1,2]"));
  });

  it("writes strings as UTF-8, with U+FFFD for a lone surrogate", () => {
    for (const text of ["", "ascii", "é漢𝄞", "\ud800", "\udc00x"]) {
      const expected = new TextEncoder().encode(text);
      assert.equal(writeText(text), expected.length);
      assert.deepEqual(readBytes(expected.length), expected);
    }
  });
});

describe("fromBase64", () => {
  const agrees = () => {
    for (let length = 0; length < 300; length++) {
      const bytes = Uint8Array.from({ length }, (_, index) => (index * 7 + length) % 256);
      const text = btoa(String.fromCharCode(...bytes));
      assert.deepEqual(new Uint8Array(fromBase64(text)), bytes);
    }
  };

  it("decodes every length and byte as the platform does", agrees);

  it("decodes every length and byte with atob alone", () => {
    const { Buffer } = globalThis;
    const way = Uint8Array as { fromBase64?: unknown };
    const native = way.fromBase64;
    try {
      way.fromBase64 = undefined;
      // @ts-expect-error: a runtime that is not Node
      globalThis.Buffer = undefined;
      agrees();
    } finally {
      globalThis.Buffer = Buffer;
      if (native === undefined) delete way.fromBase64;
      else way.fromBase64 = native;
    }
  });
});

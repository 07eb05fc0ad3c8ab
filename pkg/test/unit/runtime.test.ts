// Runtimes without some features: the package uses another one, or throws an error that says what to do.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";

const dist = (path: string) => fileURLToPath(new URL(`../../dist/${path}`, import.meta.url));
const CALL = `
  const hook = painchek({ secrets: ["a secret of the subscription"] });
  const id = "5e0c6b3a-91d2-4c7f-8a46-000000000001";
  console.log(hook.check(hook.create("assessment_add", { uuid: id, patient: id })).ok);`;

/** The output of a program in a process of its own, after a feature was removed and before any import. */
function outputOf(prelude: string, { format = "esm", flags = [] as string[], call = CALL } = {}): string {
  const program =
    format === "cjs"
      ? `${prelude}; const { painchek } = require(${JSON.stringify(dist("cjs/index.js"))}); ${call}`
      : `${prelude}; const { painchek } = await import(${JSON.stringify(dist("esm/index.js"))}); ${call}`;
  const type = format === "cjs" ? "commonjs" : "module";
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [...flags, `--input-type=${type}`, "--eval", program],
    { encoding: "utf8" },
  );
  return stdout + stderr;
}

const CODE_FORBIDDEN = [
  "WebAssembly.Module(): Refused to compile or instantiate WebAssembly module because neither 'wasm-eval' nor 'unsafe-eval' is an allowed source of script in the following Content Security Policy directive: \"script-src 'self'\"",
  "call to WebAssembly.Module() blocked by CSP",
  "WebAssembly.Module(): Wasm code generation disallowed by embedder",
  "Refused to create a WebAssembly object because 'unsafe-eval' or 'wasm-unsafe-eval' is not an allowed source of script",
];

for (const format of ["esm", "cjs"]) {
  describe(`the package as ${format}`, () => {
    it("reports missing WebAssembly", () => {
      const text = outputOf("", { format, flags: ["--jitless"] });
      assert.match(
        text,
        /Error: This runtime has no WebAssembly, which hookseal needs\. .*--jitless.*React Native/,
      );
    });

    it("reports an old version of Node", () => {
      const prelude = `Object.defineProperty(process, "versions", { value: { node: "18.20.8" } })`;
      assert.match(
        outputOf(prelude, { format }),
        /Error: hookseal needs Node\.js 20 or later, and this is Node\.js 18\.20\.8\. Update Node\.js\./,
      );
      const bun = `Object.defineProperty(process, "versions", { value: { node: "18.20.8", bun: "1.0.0" } })`;
      assert.equal(outputOf(bun, { format }), "true\n");
      // As in the edge runtime of Next.js, whose \`process\` throws.
      const edge = `Object.defineProperty(process, "versions", { get() { throw new Error("not here") } })`;
      assert.equal(outputOf(edge, { format }), "true\n");
    });

    it("reports forbidden code generation, and how to permit it", () => {
      // WebKit does so when a module is instantiated.
      for (const [index, reason] of CODE_FORBIDDEN.entries()) {
        const forbidden = index === CODE_FORBIDDEN.length - 1 ? "Instance" : "Module";
        const prelude = `WebAssembly.${forbidden} = function () { throw new WebAssembly.CompileError(${JSON.stringify(reason)}) }`;
        const text = outputOf(prelude, { format });
        assert.match(text, /does not let hookseal compile WebAssembly/);
        assert.match(text, /'wasm-unsafe-eval'.*Workers.*`workerd`.*hookseal\/slim/);
      }
    });

    it("reports a runtime that is too old for the core", () => {
      const prelude = `WebAssembly.Module = function () { throw new WebAssembly.CompileError("invalid value type") }`;
      assert.match(outputOf(prelude, { format }), /hookseal's core was not compiled\. .*Safari 16\.4/);
    });

    it("uses Node's WebCrypto and TextDecoder if the globals are hidden", () => {
      const prelude =
        "delete globalThis.crypto; delete globalThis.TextEncoder; delete globalThis.TextDecoder";
      const hides = `const known = process.getBuiltinModule !== undefined; ${prelude}`;
      assert.equal(outputOf(hides, { format }), "true\n");
    });

    it("reports missing WebCrypto or TextDecoder", () => {
      const alone = "Object.defineProperty(process, 'getBuiltinModule', { value: undefined })";
      assert.match(
        outputOf(`delete globalThis.crypto; ${alone}`, { format }),
        /hookseal needs crypto\.getRandomValues/,
      );
      assert.match(
        outputOf(`delete globalThis.TextEncoder; ${alone}`, { format }),
        /hookseal needs TextEncoder and TextDecoder, .*Jest/,
      );
    });
  });
}

describe("a receiver", () => {
  it("uses Node's WebCrypto if the global is hidden, and does not need randomUUID", () => {
    for (const prelude of ["delete globalThis.crypto", "delete Object.getPrototypeOf(crypto).randomUUID"]) {
      const call = `
        const { receiver } = await import(${JSON.stringify(dist("esm/fetch.js"))});
        const hook = painchek({ secrets: ["a secret of the subscription"] });
        const id = "5e0c6b3a-91d2-4c7f-8a46-000000000001";
        const { headers, body } = hook.create("assessment_add", { uuid: id, patient: id });
        const request = new Request("https://h/", { method: "POST", headers, body });
        console.log((await receiver(hook, () => {})(request)).status);`;
      assert.equal(outputOf(prelude, { call }), "200\n");
    }
  });
});

describe("init", () => {
  it("reports bytes that are not a module", () => {
    const call = "";
    const prelude = `
      const { init } = await import(${JSON.stringify(dist("esm/slim.js"))});
      await init(new Uint8Array([1, 2, 3])).catch(({ message }) => console.log(message))`;
    assert.match(
      outputOf(prelude, { call }),
      /hookseal's core was not compiled\. Either the bytes are not those/,
    );
  });
});

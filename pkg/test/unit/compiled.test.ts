// Compiled providers in the package: the results of their definitions, without the compiler, and refused when they do not fit.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import process from "node:process";
import { describe, it } from "node:test";
import {
  type CompiledProvider,
  compileProvider,
  HooksealError,
  type ProviderDefinition,
  providerDefinition,
  providers,
  webhook,
} from "../../src/index.ts";
import { errorOf, samplesOf } from "../support/fixtures.ts";

const MINE: ProviderDefinition = {
  id: "mine",
  envelope: { type: "/type" },
  events: { ping: { schema: { required: ["id"], properties: { id: { pattern: "^[a-z]+$" } } } } },
};
const unsigned = { unsigned: "allow" } as const;

describe("the light module", () => {
  it("has no compiler and no built-in provider", () => {
    const [light, full] = ["core.wasm", "full.wasm"].map((name) =>
      readFileSync(new URL(`../../dist/${name}`, import.meta.url), "latin1"),
    );
    for (const sentence of [
      "Cannot compile the regular expression", // schemas
      "needs more than", // patterns
      'has neither "schema" nor', // definitions
      "Ambiguous signed content", // signature schemes
      '"lookalikes":', // the text of a built-in definition
      "X-Shopify-Hmac-SHA256", // a compiled provider
    ]) {
      assert.ok(full?.includes(sentence), `full.wasm lacks ${sentence}`);
      assert.ok(!light?.includes(sentence), `core.wasm has ${sentence}`);
    }
  });
});

describe("a compiled provider", () => {
  it("reports what its definition reports, for every sample of every provider", () => {
    let count = 0;
    for (const id of providers()) {
      const definition = providerDefinition(id) as ProviderDefinition;
      const compiled = compileProvider(definition);
      assert.equal(compiled.id, id);
      for (const { type, body } of samplesOf(id)) {
        for (const profile of ["lenient", "strict"] as const) {
          const [expected, result, builtIn] = [definition, compiled, id].map((provider) =>
            webhook(provider as ProviderDefinition, { ...unsigned, profile }).inspect({
              headers: { "X-GitHub-Event": type, "X-Shopify-Topic": type },
              body,
            }),
          );
          assert.deepEqual(result, expected);
          assert.deepEqual(builtIn, expected);
          count++;
        }
      }
    }
    assert.ok(count > 60, `${count} reports`);
  });

  it("is plain data that JSON keeps", () => {
    const compiled: CompiledProvider = JSON.parse(JSON.stringify(compileProvider(MINE)));
    assert.deepEqual(Object.keys(compiled), ["hookseal", "id", "compiled"]);
    const hook = webhook(compiled, unsigned);
    assert.equal(hook.provider, "mine");
    assert.equal(hook.check({ headers: {}, body: '{"type":"ping","id":"a"}' }).ok, true);
    assert.equal(hook.check({ headers: {}, body: '{"type":"ping","id":"1"}' }).ok, false);
  });

  it("has no definition", () => {
    const error = errorOf(() => webhook(compileProvider(MINE), unsigned).definition);
    assert.equal(error.code, "definition-invalid");
    assert.equal(error.message, "A compiled provider does not contain its definition.");
  });

  it("is refused when it is cut or changed, or when it is of another version", () => {
    const { compiled, ...rest } = compileProvider(MINE);
    for (let at = 0; at < compiled.length; at++) {
      const other = compiled[at] === "a" ? "b" : "a";
      const changed = compiled.slice(0, at) + other + compiled.slice(at + 1);
      const error = errorOf(() => webhook({ ...rest, compiled: changed }, unsigned));
      assert.equal(error.code, "definition-invalid", `character ${at}`);
    }
    for (const text of [compiled.slice(0, -8), compiled.slice(0, 12), `${compiled}AAAA`, `${compiled}~`]) {
      const error = errorOf(() => webhook({ ...rest, compiled: text }, unsigned));
      assert.match(error.message, /Compile the definition again with this version: `hookseal compile`\./);
    }
    assert.equal(errorOf(() => webhook({ ...rest, compiled: "" }, unsigned)).code, "definition-invalid");
  });

  it("names every mistake when a definition is compiled", () => {
    const error = errorOf(() => compileProvider({ ...MINE, events: { ping: {} } } as ProviderDefinition));
    assert.ok(error instanceof HooksealError);
    assert.equal(error.code, "definition-invalid");
    assert.equal(error.issues[0]?.pointer, "/events/ping");
  });

  it('needs no full module, except for the format "regex"', () => {
    const withFormat = (format: string) =>
      compileProvider({
        ...MINE,
        events: { ping: { schema: { properties: { id: { type: "string", format } } } } },
      });
    const program = (provider: unknown) => `
      Object.defineProperty(process, "getBuiltinModule", { value: undefined });
      const { webhook } = await import(${JSON.stringify(new URL("../../dist/esm/index.js", import.meta.url).href)});
      try {
        const hook = webhook(${JSON.stringify(provider)}, { unsigned: "allow" });
        console.log(hook.check({ headers: {}, body: '{"type":"ping","id":"a@example.com"}' }).ok);
      } catch (error) {
        console.log(error.code);
      }`;
    const outputOf = (provider: unknown) =>
      spawnSync(process.execPath, ["--input-type=module", "-e", program(provider)], {
        encoding: "utf8",
      }).stdout.trim();
    assert.equal(outputOf(compileProvider(MINE)), "false");
    assert.equal(outputOf(withFormat("email")), "true");
    assert.equal(outputOf(withFormat("regex")), "full-missing");
    assert.equal(outputOf(MINE), "full-missing");
    const hook = webhook(withFormat("regex"), unsigned);
    assert.equal(hook.check({ headers: {}, body: '{"type":"ping","id":"("}' }).ok, false);
    assert.equal(hook.check({ headers: {}, body: '{"type":"ping","id":"a|b"}' }).ok, true);
  });
});

// Calls that need the module `full`: when it takes the place of `core`, and what outlives that.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";

/** Functions of every program: deliveries, and how many instances of which module were made. */
const PRELUDE = `
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
const instances = [];
const { Instance } = WebAssembly;
WebAssembly.Instance = function (module, imports) {
  const names = WebAssembly.Module.exports(module).map(({ name }) => name);
  if (names.includes("hook_verify")) instances.push(names.includes("hook_explain") ? "full" : "core");
  return new Instance(module, imports);
};
const read = (name) => readFileSync("../../src/generated/" + name);
const secrets = ["a secret of these tests only"];
const data = { uuid: crypto.randomUUID(), patient: crypto.randomUUID() };
const DEFINITION = {
  id: "own",
  signature: { header: "X-Signature", format: "{hex}", algorithms: ["sha256"] },
  envelope: { type: "/type" },
  events: { any: { schema: true } },
};
const json = (bytes) => JSON.parse(new TextDecoder().decode(bytes));
`;

/** Runs a program in a process of its own, since a process has one core. */
function run(program: string, ...flags: string[]): void {
  const { status, stderr } = spawnSync(
    process.execPath,
    ["--import", "tsx", ...flags, "--input-type=module", "--eval", PRELUDE + program],
    { cwd: new URL(".", import.meta.url), encoding: "utf8" },
  );
  assert.equal(status, 0, stderr);
}

const exportsOf = (name: string) =>
  WebAssembly.Module.exports(
    new WebAssembly.Module(readFileSync(new URL(`../../src/generated/${name}.wasm`, import.meta.url))),
  ).map((item) => item.name);

describe("the modules", () => {
  it("are two, of which `full` has all of `core`", () => {
    const [core, full] = [exportsOf("core"), exportsOf("full")];
    assert.deepEqual(
      core.filter((name) => !full.includes(name)),
      [],
    );
    for (const name of ["hook_explain", "importstream_new", "import_text", "export_delivery"])
      assert.ok(full.includes(name) && !core.includes(name), name);
    for (const name of ["schemahandle_new", "detectorhandle_new", "provider_definition"])
      assert.ok(full.includes(name) && !core.includes(name), name);
  });
});

describe("the module `core`", () => {
  it("serves everything that verifies, reports, signs and compares", () => {
    run(`
      const { hmac, painchek, providers } = await import("../../src/index.ts");
      const hook = painchek({ secrets });
      const delivery = hook.create("assessment_add", data);
      assert.deepEqual(hook.verify(delivery).event, json(delivery.body));
      assert.equal(hook.inspect(delivery).verdict, "verified");
      assert.equal(hook.check({ ...delivery, body: "{}" }).ok, false);
      assert.equal(hook.compare(delivery, delivery).same, true);
      assert.equal(hook.check(hook.sign(delivery.body)).ok, true);
      assert.ok(providers().includes("xon"));
      assert.equal(hmac.sign("sha256", "key", "message").length, 32);
      assert.deepEqual(instances, ["core"]);
    `);
  });
});

/** A call that needs `full`, by its name. */
const CALLS = {
  explain: "hook.explain(delivery).matches",
  signedBody: "hook.signedBody(delivery)",
  importDeliveries: 'api.importDeliveries("POST / HTTP/1.1\\r\\n\\r\\n{}").deliveries',
  importStream: 'await api.importStream([new TextEncoder().encode("POST / HTTP/1.1\\r\\n\\r\\n{}")]).next()',
  diagnose: "api.diagnose(delivery)",
  exportDelivery: 'api.exportDelivery(delivery, "curl")',
  compileSchema: "api.compileSchema(true)",
  "webhook(definition)": "api.webhook(DEFINITION, { secrets })",
  detectProvider: "api.detectProvider(delivery)",
  providerDefinition: 'api.providerDefinition("painchek")',
  definition: "hook.definition",
};

describe("the module `full`", () => {
  it("takes the place of `core` at the first call that needs it, and keeps it", () => {
    for (const call of Object.values(CALLS)) {
      run(`
        const api = await import("../../src/index.ts");
        const hook = api.painchek({ secrets });
        const delivery = hook.create("assessment_add", data);
        assert.deepEqual(instances, ["core"]);
        assert.ok(${call});
        assert.deepEqual(instances, ["core", "full"]);
        assert.ok(${call});
        assert.equal(hook.check(delivery).ok, true);
        assert.equal(hook.check({ ...delivery, body: "{}" }).ok, false);
        assert.deepEqual(instances, ["core", "full"]);
      `);
    }
  });

  it("is the only one where the first call needs it", () => {
    run(`
      const { importDeliveries, painchek } = await import("../../src/index.ts");
      assert.equal(importDeliveries("POST / HTTP/1.1\\r\\n\\r\\n{}").deliveries.length, 1);
      painchek({ secrets }).create("assessment_add", data);
      assert.deepEqual(instances, ["full"]);
    `);
  });

  it("changes no result of a call before", () => {
    run(`
      const { painchek } = await import("../../src/index.ts");
      const hook = painchek({ secrets });
      const delivery = hook.create("assessment_add", { ...data, unheard_of: 1 });
      const changed = { ...delivery, body: '{"event_type":"assessment_add"}' };
      const [expected, before] = [hook.verify(delivery), hook.check(changed)];
      assert.ok(expected.issues.length > 0 && before.error.issues.length > 0);
      const [verified, rejected] = [hook.verify(delivery), hook.check(changed)];
      const digest = hook.verify(delivery, { digest: true });
      const alone = hook.verify(delivery);
      hook.explain(changed);
      assert.deepEqual(instances, ["core", "full"]);
      assert.deepEqual(alone.event, json(delivery.body));
      assert.deepEqual(verified.event, json(delivery.body));
      assert.deepEqual(verified.issues, expected.issues);
      assert.equal(verified.digest, digest.digest);
      assert.deepEqual(verified.body, new Uint8Array(delivery.body));
      assert.deepEqual(verified, hook.verify(delivery));
      assert.deepEqual(rejected.error.issues, before.error.issues);
    `);
  });

  it("keeps a running import through every other call", () => {
    run(`
      const api = await import("../../src/index.ts");
      const hook = api.painchek({ secrets });
      const delivery = hook.create("assessment_add", data);
      const line = new TextEncoder().encode('{"headers":{},"body":"{}"}\\n');
      let seen = 0;
      for await (const item of api.importStream([line, line, line], { format: "ndjson" })) {
        assert.ok(item.delivery);
        seen += 1;
        ${Object.values(CALLS).join(";\n")}
      }
      assert.equal(seen, 3);
      assert.deepEqual(instances, ["core", "full"]);
    `);
  });

  it("is loaded before it is needed by `initFull`, which takes no other module", () => {
    run(`
      const { init, initFull, painchek } = await import("../../src/slim.ts");
      await init(read("core.wasm"));
      const hook = painchek({ secrets });
      const verified = hook.verify(hook.create("assessment_add", data));
      await assert.rejects(initFull(read("core.wasm")), /full\\.wasm/);
      assert.equal(hook.check(hook.create("assessment_add", data)).ok, true);
      const source = Promise.resolve(new Response(read("full.wasm")));
      await Promise.all([initFull(source), initFull(read("full.wasm"))]);
      assert.deepEqual(instances, ["core", "full"]);
      assert.equal(verified.event.data.uuid, data.uuid);
      hook.explain({ headers: {}, body: "{}" });
      await init(read("core.wasm"));
      assert.deepEqual(instances, ["core", "full"]);
    `);
  });

  it("is there at once where `init` gets it", () => {
    run(`
      const { init, painchek } = await import("../../src/slim.ts");
      await init(read("full.wasm"));
      painchek({ secrets }).explain({ headers: {}, body: "{}" });
      assert.deepEqual(instances, ["full"]);
    `);
  });

  it("is restarted after a trap", () => {
    run(`
      const { detectProvider, hmac, initFull, painchek } = await import("../../src/index.ts");
      const { limited } = await import("../support/limited.ts");
      const hook = painchek({ secrets });
      const delivery = hook.create("assessment_add", data);
      // 8 MiB of memory.
      await initFull(limited(read("full.wasm"), 128));
      assert.equal(detectProvider(delivery), "painchek");
      assert.throws(() => hmac.sign("sha256", "key", new Uint8Array(12 << 20)), { code: "out-of-memory" });
      assert.equal(detectProvider(delivery), "painchek");
      assert.equal(hook.check(delivery).ok, true);
      hook.explain(delivery);
      assert.deepEqual(instances, ["core", "full", "full"]);
    `);
  });
});

describe("without the module `full`", () => {
  // Without this function a program reads no file, as in a worker.
  const WITHOUT = "delete process.getBuiltinModule; process.getBuiltinModule = undefined;";

  it("names the line to add, and goes on", () => {
    for (const call of Object.values(CALLS)) {
      run(`
        ${WITHOUT}
        const api = await import("../../src/index.ts");
        const hook = api.painchek({ secrets });
        const delivery = hook.create("assessment_add", data);
        const verified = hook.verify(delivery);
        await assert.rejects(async () => ${call}, (error) => {
          assert.ok(error instanceof api.HooksealError);
          assert.deepEqual([error.code, error.status], ["full-missing", 500]);
          assert.match(error.message, /\`import "hookseal\\/full"\`/);
          return true;
        });
        assert.deepEqual(verified.event, json(delivery.body));
        assert.equal(hook.check(delivery).ok, true);
        assert.deepEqual(instances, ["core"]);
      `);
    }
  });

  it("goes on if the module is damaged, or a file of another version", () => {
    run(`
      ${WITHOUT}
      const { painchek } = await import("../../src/index.ts");
      const { setFullLoader } = await import("../../src/modules.ts");
      const hook = painchek({ secrets });
      const delivery = hook.create("assessment_add", data);
      setFullLoader(() => new Uint8Array([1, 2, 3]));
      assert.throws(() => hook.explain(delivery), /not compiled/);
      assert.equal(hook.check(delivery).ok, true);
      // A module that compiles, and cannot be instantiated.
      setFullLoader(() => Uint8Array.from([0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 2, 7, 1, 1, 97, 1, 98, 0, 0]));
      assert.throws(() => hook.explain(delivery), TypeError);
      assert.equal(hook.check(delivery).ok, true);
      setFullLoader(() => read("full.wasm"));
      hook.explain(delivery);
      assert.deepEqual(instances, ["core", "core", "full"]);
    `);
  });

  it("is found by `hookseal/full`", () => {
    run(`
      ${WITHOUT}
      await import("../../src/full.ts");
      const { painchek } = await import("../../src/index.ts");
      assert.deepEqual(instances, []);
      const hook = painchek({ secrets });
      hook.explain({ headers: {}, body: "{}" });
      assert.deepEqual(instances, ["core", "full"]);
    `);
  });
});

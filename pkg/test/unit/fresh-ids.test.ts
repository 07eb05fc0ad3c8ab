// New ids of samples: an id keeps its form, and the sample its contract.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { withFreshIds } from "../../src/cli/fresh-ids.ts";
import { providerDefinition, providers, webhook } from "../../src/index.ts";

const root = fileURLToPath(new URL("../../../providers/", import.meta.url));

describe("a sample with new ids", () => {
  it("is accepted wherever the sample is, for every provider", () => {
    let changed = 0;
    for (const id of providers()) {
      const hook = webhook(id, { unsigned: "allow" });
      const definition = providerDefinition(id) as NonNullable<ReturnType<typeof providerDefinition>>;
      const folder = join(root, id, "samples");
      for (const name of readdirSync(folder)) {
        const text = readFileSync(join(folder, name), "utf8");
        const fresh = withFreshIds(text, definition, hook);
        const errors = (body: string) =>
          hook
            .inspect({ headers: {}, body })
            .issues.filter(({ severity, stage }) => severity === "error" && stage !== "signature").length;
        assert.ok(errors(fresh) <= errors(text), `${id} ${name}`);
        assert.equal(fresh.length, text.length, `${id} ${name}`);
        if (fresh !== text) changed += 1;
      }
    }
    assert.ok(changed > 60, `${changed} samples have an id in the body`);
  });

  it("keeps the form of each id, and repeats it where the payload does", () => {
    const definition = {
      id: "x",
      envelope: { type: "/type", id: "/id" },
      dedupe: ["pointer:/n"],
      events: { "*": { schema: true } },
    };
    const hook = webhook(definition, { unsigned: "allow" });
    const text = '{"type":"a","id":"evt_1Aa","again":"evt_1Aa","n":12345,"m":123456,"uuid":"12345"}';
    const fresh = JSON.parse(withFreshIds(text, definition, hook));
    assert.match(fresh.id, /^evt_\d[A-F][a-f]$|^evt_\d[A-Z][a-z]$/);
    assert.equal(fresh.again, fresh.id);
    assert.ok(fresh.n >= 10000 && fresh.n <= 99999 && Number.isInteger(fresh.n));
    assert.deepEqual([fresh.m, fresh.uuid], [123456, "12345"]);
    assert.equal(withFreshIds("a=b", definition, hook), "a=b");
  });
});

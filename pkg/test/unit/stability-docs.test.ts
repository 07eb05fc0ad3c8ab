// docs/stability.md names every entry of the package and the minimum versions that the manifests have.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");
const page = read("docs/stability.md");

describe("the page on stability", () => {
  it("names every entry of the package, and no other", () => {
    const [, list = ""] = /^Entries: ([\s\S]*?)\.\n\n/m.exec(page) ?? [];
    const named = [...list.matchAll(/`hookseal([^`]*)`/g)].map(([, path]) => `.${path}`);
    assert.deepEqual(named.sort(), Object.keys(JSON.parse(read("pkg/package.json")).exports).sort());
  });

  it("has the minimum versions of the manifests", () => {
    const [, node, typescript, rust] =
      /Node\.js (\d+), TypeScript ([\d.]+) and Rust ([\d.]+)\./.exec(page) ?? [];
    assert.equal(JSON.parse(read("pkg/package.json")).engines.node, `>=${node}`);
    const oldest = JSON.parse(read("package.json")).devDependencies.typescript50;
    assert.ok(oldest.startsWith(`npm:typescript@${typescript}.`), oldest);
    assert.equal(/^rust-version = "(.*)"$/m.exec(read("Cargo.toml"))?.[1], rust);
  });
});

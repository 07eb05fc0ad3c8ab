// docs/security.md: every promise names an existing test.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const page = readFileSync(join(root, "docs/security.md"), "utf8");

/** Parses the tables of promises: each row has a promise and its tests. */
function promises(text: string): { promise: string; tests: { file: string; name: string }[] }[] {
  const rows = text.split("\n").filter((line) => /^\| (?!promise \|)/.test(line));
  return rows.map((row) => {
    const [, promise = "", kept = ""] = row.split(/(?<!\\)\|/);
    const tests = [...kept.matchAll(/`([^`]+)`: \*([^*]+)\*/g)].map(([, file = "", name = ""]) => ({
      file,
      name: name.replaceAll("\\|", "|"),
    }));
    return { promise: promise.trim(), tests };
  });
}

/** Whether a file has a test of this name. */
function has(file: string, name: string): boolean {
  const path = join(root, file);
  if (!existsSync(path)) return false;
  const text = readFileSync(path, "utf8");
  if (file.endsWith(".rs")) {
    // Tests of proptest are in a macro and have arguments. Their attribute is the same.
    return new RegExp(`#\\[test\\]\\s+fn ${name}\\(`).test(text);
  }
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`\\b(?:it|test)\\(\\s*(["'\`])${escaped}\\1`).test(text);
}

describe("the page about security", () => {
  const rows = promises(page);

  it("names only existing tests", () => {
    assert.ok(rows.length > 25, `${rows.length} promises`);
    const missing = rows.flatMap(({ promise, tests }) =>
      tests.length === 0
        ? [`${promise}: no test`]
        : tests.filter(({ file, name }) => !has(file, name)).map(({ file, name }) => `${file}: ${name}`),
    );
    assert.deepEqual(missing, []);
  });

  it("is checked by this test", () => {
    assert.equal(has("pkg/test/unit/security.test.ts", "is checked by this test"), true);
    assert.equal(has("pkg/test/unit/security.test.ts", "is checked by"), false);
    assert.equal(has("pkg/test/unit/nothing.test.ts", "is checked by this test"), false);
    assert.equal(has("tests/json.rs", "nesting_is_limited"), false);
    const [row] = promises("| promise | kept by |\n|---|---|\n| A. | `a.rs`: *b*; `c.ts`: *d e* |\n");
    assert.deepEqual(row, {
      promise: "A.",
      tests: [
        { file: "a.rs", name: "b" },
        { file: "c.ts", name: "d e" },
      ],
    });
  });
});

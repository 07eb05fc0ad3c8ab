// Links of the pages lead to files and headings that exist, and those of the published README do not depend on this folder.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { publishedReadme } from "../../scripts/readme.mjs";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const read = (path: string) => readFileSync(join(root, path), "utf8");

/** The anchors that GitHub derives from headings. */
function anchors(text: string): string[] {
  return [...text.replace(/^```[\s\S]*?^```/gm, "").matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    (heading as string)
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replace(/\s/g, "-"),
  );
}

describe("a page", () => {
  const pages = [
    ...["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "www/README.md"],
    ...["docs", "docs/providers"].flatMap((folder) =>
      readdirSync(join(root, folder))
        .filter((name) => name.endsWith(".md"))
        .map((name) => `${folder}/${name}`),
    ),
  ];

  it("links to files and headings that exist", () => {
    const broken: string[] = [];
    for (const page of pages) {
      const links = [/\]\((?!https?:)([^)\s]+)\)/g, / src(?:set)?="(?!https?:)([^"]+)"/g];
      for (const [, link] of links.flatMap((pattern) => [...read(page).matchAll(pattern)])) {
        const [path = "", anchor] = (link as string).split("#");
        const target = path === "" ? page : join(dirname(page), path);
        const isFile = existsSync(join(root, target));
        if (!isFile || (anchor !== undefined && !anchors(read(target)).includes(anchor)))
          broken.push(`${page}: ${link}`);
      }
    }
    assert.deepEqual(broken, []);
  });
});

describe("the published README", () => {
  const text = "[a](docs/a.md#b) and [c](https://h/) and [d](#d)";

  it("has links to the repository, if there is one", () => {
    const expected = "[a](https://host/r/blob/HEAD/docs/a.md#b) and [c](https://h/) and [d](#d)";
    assert.equal(publishedReadme(text, "https://host/r"), expected);
  });

  it("has the text of relative links, if there is no repository", () => {
    assert.equal(publishedReadme(text, undefined), "a and [c](https://h/) and [d](#d)");
  });
});

// Links of the pages lead to files and headings that exist. Those of the published README, which npm and crates.io show, lead to the
// same files in the repository. Addresses of other sites are only checked by their syntax: a test uses no network.
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

/** The addresses in links and images of a page, without those in code. */
function links(text: string): string[] {
  const prose = text.replace(/^```[\s\S]*?^```/gm, "").replace(/`[^`\n]*`/g, "`");
  return [/\]\(([^)\s]+)\)/g, / (?:src|srcset|href)="([^"]+)"/g].flatMap((pattern) =>
    [...prose.matchAll(pattern)].map(([, link]) => link as string),
  );
}

/** Whether a relative link leads to a file, and a heading of it. */
function leads(page: string, link: string): boolean {
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? page : join(dirname(page), path);
  return existsSync(join(root, target)) && (anchor === undefined || anchors(read(target)).includes(anchor));
}

/** Whether an address has TLS and a host, except on the reader's own machine. */
function isWhole(link: string): boolean {
  if (!URL.canParse(link) || /[<>"\s]/.test(link)) return false;
  const { protocol, hostname } = new URL(link);
  return hostname === "localhost" || (protocol === "https:" && /^([\w-]+\.)+[a-z]{2,}$/.test(hostname));
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
    const broken = pages.flatMap((page) =>
      links(read(page))
        .filter((link) => !/^https?:/.test(link) && !leads(page, link))
        .map((link) => `${page}: ${link}`),
    );
    assert.deepEqual(broken, []);
  });

  it("links to addresses that are whole", () => {
    const addresses = pages.flatMap((page) => links(read(page)).filter((link) => /^https?:/.test(link)));
    assert.ok(addresses.length > 100, `${addresses.length}`);
    assert.deepEqual(
      addresses.filter((link) => !isWhole(link)),
      [],
    );
    for (const link of ["https:", "https://h", "https://h..org/", "http://example.org/", "https://a.org/<b>"])
      assert.equal(isWhole(link), false, link);
  });

  it("with a dead link is found", () => {
    const text = '[a](docs/none.md) <img src="none.svg"> [b](README.md#none) [c](#install) [d](README.md)';
    const dead = links(text).filter((link) => !leads("README.md", link));
    assert.deepEqual(dead.sort(), ["README.md#none", "docs/none.md", "none.svg"]);
  });
});

describe("the published README", () => {
  const text = "[a](docs/a.md#b) and [c](https://h/) and [d](#d)";

  it("has links to the repository, if there is one", () => {
    const expected = "[a](https://host/r/blob/HEAD/docs/a.md#b) and [c](https://h/) and [d](#d)";
    assert.equal(publishedReadme(text, "https://host/r"), expected);
  });

  it("leads to files and headings of the repository that Cargo.toml names", () => {
    const [, repository = ""] = /^repository = "(https:.*)"$/m.exec(read("Cargo.toml")) ?? [];
    const manifest = JSON.parse(read("pkg/package.json"));
    assert.equal(manifest.repository.url, `git+${repository}.git`);
    const start = `${repository}/blob/HEAD/`;
    const published = links(publishedReadme(read("README.md"), repository));
    const inRepository = published.filter((link) => link.startsWith(start));
    assert.ok(inRepository.length > 20, `${inRepository.length}`);
    for (const link of published) {
      if (link.startsWith(repository)) assert.ok(link.startsWith(start), link);
      const path = link.startsWith(start) ? link.slice(start.length) : link;
      assert.ok(/^https:/.test(path) ? isWhole(path) : leads("README.md", path), link);
      assert.match(link, /^(https:|#)/);
    }
    for (const link of [manifest.homepage, manifest.bugs]) assert.ok(isWhole(link), link);
  });

  it("has the text of relative links, if there is no repository", () => {
    assert.equal(publishedReadme(text, undefined), "a and [c](https://h/) and [d](#d)");
  });
});

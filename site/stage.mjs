// Writes the pages of the repository to a folder in the layout of the site: those of docs/ at its root, next to README.md and others.
// Links between pages stay links. Links to files that are no page lead to the repository, or are their text if it has no address.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Pages at the root of the repository, and their files in the site. */
const ROOT_PAGES = {
  "README.md": "index.md",
  "ARCHITECTURE.md": "architecture.md",
  "CHANGELOG.md": "changelog.md",
  "CONTRIBUTING.md": "contributing.md",
  "SECURITY.md": "vulnerabilities.md",
};

/** The pages of providers in a light site. */
const LIGHT_PROVIDERS = ["painchek.md", "xon.md", "stripe.md", "github.md"];

/**
 * Each page of the repository with its file in the site.
 * @returns {Map<string, string>}
 */
export function pages(isLight = false) {
  const markdown = (/** @type {string} */ folder) =>
    readdirSync(join(root, folder)).filter((name) => name.endsWith(".md"));
  return new Map([
    ...Object.entries(ROOT_PAGES),
    ...markdown("docs").map((name) => /** @type {[string, string]} */ ([`docs/${name}`, name])),
    ...markdown("docs/providers")
      .filter((name) => !isLight || LIGHT_PROVIDERS.includes(name))
      .map((name) => /** @type {[string, string]} */ ([`docs/providers/${name}`, `providers/${name}`])),
  ]);
}

/**
 * A page with the links that it has in the site.
 * @param {string} text
 * @param {string} from its file in the repository
 * @param {Map<string, string>} map of all pages
 * @param {string | undefined} repository the address of the repository, without a slash at the end
 */
export function relink(text, from, map, repository) {
  const own = map.get(from) ?? "";
  // Fenced code is not changed.
  return text
    .split(/(^```[\s\S]*?^```$)/m)
    .map((part) => (part.startsWith("```") ? part : relinkText(part)))
    .join("");

  /** @param {string} part */
  function relinkText(part) {
    return part
      .replace(/\[((?:[^[\]]|\[[^\]]*\])*)\]\((?![a-z]+:|#)([^)\s]+)\)/g, (_, label, link) => {
        const [path, anchor] = link.split("#");
        const target = posix.join(posix.dirname(from), path);
        const page = map.get(target);
        if (page === undefined) {
          return repository === undefined ? label : `[${label}](${repository}/blob/HEAD/${target})`;
        }
        const relative = posix.relative(posix.dirname(own), page);
        return `[${label}](./${relative}${anchor === undefined ? "" : `#${anchor}`})`;
      })
      .replace(
        // The site has a switch for its colors, which a media query does not follow.
        /<picture>\s*<source [^>]*srcset="([^"]+)">\s*<img alt="([^"]*)" src="([^"]+)">\s*<\/picture>/g,
        (_, dark, alt, light) =>
          `<img class="light-only" alt="${alt}" src="./${light}"><img class="dark-only" alt="${alt}" src="./${dark}">`,
      );
  }
}

/** The address of the repository, as in the package; undefined while the owner is a placeholder. */
function repositoryAddress() {
  const { repository } = JSON.parse(readFileSync(join(root, "pkg/package.json"), "utf8"));
  const url = repository?.url?.replace(/^git\+/, "").replace(/\.git$/, "");
  return url?.includes("/OWNER/") ? undefined : url;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const out = /** @type {string} */ (process.argv[2]);
  rmSync(out, { recursive: true, force: true });
  const map = pages(process.argv.includes("--light"));
  const repository = repositoryAddress();
  for (const [from, to] of map) {
    const file = join(out, to);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(
      file,
      relink(
        readFileSync(join(root, from), "utf8").replace(/^```rust,ignore$/gm, "```rust"),
        from,
        map,
        repository,
      ),
    );
  }
  cpSync(join(root, "docs/charts"), join(out, "charts"), { recursive: true });
  mkdirSync(join(out, "public"));
  cpSync(join(root, "www/public/icon.svg"), join(out, "public/icon.svg"));
}

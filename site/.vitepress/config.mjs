// The documentation as a site: its navigation, search without a server, and a policy that permits its own files only.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { transformerStyleToClass } from "@shikijs/transformers";
import { defineConfig } from "vitepress";

const source = /** @type {string} */ (process.env.HOOKSEAL_SITE_SOURCE);
const outDir = /** @type {string} */ (process.env.HOOKSEAL_SITE_OUT);

/** Colors of code as classes: the policy does not permit `style` attributes. */
const toClass = transformerStyleToClass({ classPrefix: "s" });

/** The modules of the package by the folders of their pages. A light site has none. */
const modules = existsSync(join(source, "api"))
  ? readdirSync(join(source, "api"), { recursive: true, encoding: "utf8" })
      .map((name) => name.replaceAll("\\", "/"))
      .filter((name) => name.endsWith("/index.md"))
      .map((name) => name.replace("/index.md", ""))
      .sort()
  : [];
const hasApi = modules.length > 0;

/**
 * A page for the index of the search, which needs no colors.
 * @param {string} text
 * @param {object} env
 * @param {import("vitepress").MarkdownRenderer} md
 */
const withoutColors = (text, env, md) => md.render(text.replace(/^```\w+/gm, "```txt"), env);

/** @param {[text: string, link: string][]} items */
const list = (items) => items.map(([text, link]) => ({ text, link }));

export default defineConfig({
  title: "Hookseal",
  description: "Receive, verify, validate and send webhooks",
  lang: "en",
  srcDir: source,
  outDir,
  cacheDir: join(source, "..", "site-cache"),
  // Relative links in the pages are checked by the build.
  ignoreDeadLinks: false,
  lastUpdated: false,
  metaChunk: true,
  // The switch of colors would add a `style` element.
  appearance: { disableTransition: false },
  router: { prefetchLinks: false },
  head: [
    ["link", { rel: "icon", type: "image/svg+xml", href: "/icon.svg" }],
    ["link", { rel: "stylesheet", href: "/code.css" }],
  ],
  vite: {
    publicDir: join(source, "public"),
    build: { assetsInlineLimit: 0, modulePreload: { polyfill: false }, chunkSizeWarningLimit: 4000 },
  },
  markdown: {
    theme: { light: "github-light-high-contrast", dark: "github-dark-high-contrast" },
    codeTransformers: [toClass],
    languageAlias: { console: "shellsession", conf: "ini" },
    config(md) {
      // No text of a page is a template.
      const { text } = md.renderer.rules;
      md.renderer.rules.text = (...args) => text?.(...args).replaceAll("{{", "&#123;&#123;") ?? "";
      // Columns of numbers by a class: the policy permits no `style` attributes.
      for (const cell of ["th_open", "td_open"]) {
        md.renderer.rules[cell] = (tokens, index, options, _, self) => {
          const token = tokens[index];
          if (token?.attrGet("style") === "text-align:right") token.attrs = [["class", "number"]];
          // An empty heading is none.
          const close = tokens[index + 2];
          if (token?.type === "th_open" && close && tokens[index + 1]?.content === "")
            token.tag = close.tag = "td";
          return self.renderToken(tokens, index, options);
        };
      }
    },
    anchor: {
      // As GitHub does, so that links of the pages work there and here.
      slugify: (/** @type {string} */ text) =>
        text
          .trim()
          .toLowerCase()
          .replace(/[^\p{L}\p{N}\s_-]/gu, "")
          .replace(/\s/g, "-"),
    },
  },
  transformHtml(html) {
    const hashes = [...html.matchAll(/<script(?![^>]*\bsrc=)[^>]*>([\s\S]*?)<\/script>/g)].map(
      ([, code]) =>
        `'sha256-${createHash("sha256")
          .update(/** @type {string} */ (code))
          .digest("base64")}'`,
    );
    const policy = [
      "default-src 'none'",
      `script-src 'self' ${[...new Set(hashes)].join(" ")}`,
      "style-src 'self'",
      "img-src 'self' data:",
      "connect-src 'none'",
      "base-uri 'none'",
      "form-action 'none'",
    ].join("; ");
    // The theme sets these styles again by script, or has them in its style sheet.
    const unstyled = html.replace(/ style="(?:position:relative|--vp-vh:0px);"/g, "");
    return unstyled.replace(
      '<meta charset="utf-8">',
      `$&\n    <meta http-equiv="Content-Security-Policy" content="${policy}">\n    <meta name="referrer" content="no-referrer">`,
    );
  },
  buildEnd() {
    writeFileSync(join(outDir, "code.css"), toClass.getCSS());
  },
  themeConfig: {
    search: { provider: "local", options: { _render: withoutColors } },
    outline: { level: [2, 3] },
    docFooter: { prev: false, next: false },
    nav: [
      { text: "Quickstart", link: "/quickstart" },
      { text: "Receiving", link: "/receiving" },
      { text: "Providers", link: "/providers" },
      ...(hasApi ? [{ text: "API", link: "/api/" }] : []),
      { text: "Playground", link: "/playground/index.html", target: "_self" },
    ],
    sidebar: [
      {
        text: "Start",
        items: list([
          ["Overview", "/"],
          ["Quickstart", "/quickstart"],
          ["Questions", "/faq"],
          ["Migrating", "/migrating"],
        ]),
      },
      {
        text: "Guides",
        items: list([
          ["Receiving, with recipes", "/receiving"],
          ["Stores", "/stores"],
          ["Testing", "/testing"],
          ["TypeScript", "/typescript"],
          ["Rust", "/rust"],
          ["Sending", "/sending"],
          ["Command line", "/cli"],
          ["Where it runs", "/environments"],
        ]),
      },
      {
        text: "When it fails",
        items: list([
          ["Troubleshooting", "/troubleshooting"],
          ["Causes", "/causes"],
          ["Codes", "/codes"],
        ]),
      },
      {
        text: "Providers",
        items: list([
          ["Table of providers", "/providers"],
          ["Your own provider", "/new-provider"],
        ]),
      },
      ...(hasApi
        ? [
            {
              text: "API",
              items: [
                {
                  text: "TypeScript",
                  link: "/api/",
                  collapsed: true,
                  items: list(modules.map((name) => [name, `/api/${name}/`])),
                },
                { text: "Rust", link: "/rust/hookseal/index.html", target: "_self" },
              ],
            },
          ]
        : []),
      {
        text: "Project",
        items: list([
          ["Security", "/security"],
          ["Stability", "/stability"],
          ["Performance", "/performance"],
          ["Architecture", "/architecture"],
          ["Changelog", "/changelog"],
          ["Contributing", "/contributing"],
          ["Report a vulnerability", "/vulnerabilities"],
        ]),
      },
    ],
  },
});

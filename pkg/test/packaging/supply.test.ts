// The packed tarball: its third-party code is listed, and no file contains a path of the build machine.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import { build } from "esbuild";
import { command } from "../../scripts/command.mjs";
import { project, root, run } from "../support/project.ts";

describe("the package", () => {
  let folder: string;
  before(() => {
    folder = join(project("supply", {}), "node_modules/hookseal");
  });

  it("contains no folder of the machine that built it", () => {
    const { CARGO_HOME, RUSTUP_HOME, CARGO_TARGET_DIR } = process.env;
    const folders = [homedir(), root, CARGO_HOME, RUSTUP_HOME, CARGO_TARGET_DIR].filter(
      (path): path is string => path !== undefined && path.length > 3,
    );
    const places = [
      ...folders.map((path) => `${path}/`),
      "/registry/src/",
      ".cargo/",
      ".rustup/",
      "/home/",
      "/Users/",
      ":\\Users",
    ];
    const found: string[] = [];
    let files = 0;
    for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
      const path = join(folder, name);
      // Texts for readers may mention such folders.
      if (!statSync(path).isFile() || /\.(md|txt)$/.test(name)) continue;
      files += 1;
      // The address of a page of documentation.
      const bytes = readFileSync(path, "latin1").replaceAll("/docs/home/", "");
      // The inline module, too. Another test checks that it equals the module.
      for (const place of places) if (bytes.includes(place)) found.push(`${name}: ${place}`);
    }
    assert.ok(files > 50, `${files} files`);
    assert.deepEqual(found, []);
    // The module contains locations of panics, so a path could be in it.
    assert.ok(readFileSync(join(folder, "dist/core.wasm")).includes("/crates/"));
  });

  /** The entries of the notice: name and version, with the text of the license. */
  function notices(): Map<string, string> {
    const [list = "", ...parts] = readFileSync(join(folder, "THIRD-PARTY-NOTICES.txt"), "utf8").split(
      /^-{80}\n/m,
    );
    const texts = new Map<string, string>();
    for (const part of parts) {
      const [, owners = "", text = ""] = /^License of ([^\n]*):\n\n(.*)$/s.exec(part) ?? [];
      for (const owner of owners.split(", ")) if (list.includes(`\n${owner}\n    `)) texts.set(owner, text);
    }
    return texts;
  }

  it("lists every crate of the module with the text of its license", () => {
    const args = "tree --locked --edges normal --prefix none --target wasm32-unknown-unknown";
    const trees = [
      ["hookseal", "--features", "js-full"],
      ["hookseal-public-key", "--features", "all"],
    ].map((packages) => run("cargo", [...args.split(" "), "--package", ...packages], root));
    const tree = trees.join("\n");
    const crates = [...tree.matchAll(/^(\S+) v(\S+)/gm)].map(([, name, version]) => `${name} ${version}`);
    const outside = new Set(crates.filter((one) => !/^hookseal(-public-key)? /.test(one)));
    assert.ok(outside.size > 10, `${outside.size} crates`);
    const texts = notices();
    for (const one of [...outside, "The Rust standard library"]) {
      const text = texts.get(one) ?? "";
      assert.match(text, /Permission is hereby granted|Apache License|BSD|ISC|UNICODE/i, one);
      assert.ok(text.length > 400, one);
    }
    // Removed crates are not listed.
    const named = [...texts.keys()].filter((one) => !/^(The Rust standard library$|commander )/.test(one));
    assert.deepEqual(named.sort(), [...outside].sort());
  });

  it("lists every package that the command bundles", async () => {
    const { metafile } = await build({ ...command(root), write: false, metafile: true });
    const bundled = new Set(
      Object.keys(metafile?.inputs ?? {}).flatMap((path) => {
        const [, name] = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path) ?? [];
        return name === undefined ? [] : [name];
      }),
    );
    assert.ok(bundled.has("commander"));
    const texts = notices();
    for (const name of bundled) {
      const { version } = JSON.parse(readFileSync(join(root, "node_modules", name, "package.json"), "utf8"));
      assert.match(texts.get(`${name} ${version}`) ?? "", /Permission is hereby granted/, name);
    }
  });
});

//! Builds the documentation as a static site, from the pages of the repository, the declarations of the package and rustdoc.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cache::{CachedStep, files};
use crate::run::{Failure, cargo, node, progress, run, target};
use crate::{setup, www};

/// How much of the site is built.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Everything.
    Whole,
    /// What the suite checks: without the API, and with the pages of a few providers. Most of the time is for the others.
    Light,
}

const INPUTS: [&str; 17] = [
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "README.md",
    "SECURITY.md",
    "docs",
    "package-lock.json",
    "pkg/dist/cjs",
    "pkg/package.json",
    "site/.vitepress",
    "site/package.json",
    "site/stage.mjs",
    "site/tsconfig.json",
    "site/typedoc-names.mjs",
    "site/typedoc.json",
    "src",
    "www/dist",
];

/// The folder of the site.
pub fn folder(extent: Extent) -> PathBuf {
    target().join("xtask").join(if extent == Extent::Whole { "docs" } else { "docs-light" })
}

/// Builds the site with the playground.
pub fn build(extent: Extent) -> Result<(), Failure> {
    setup::ensure_npm_packages()?;
    www::build()?;
    let out = folder(extent);
    let name = if extent == Extent::Whole { "docs" } else { "docs-light" };
    CachedStep::new(name, &INPUTS, &[out.join("index.html"), out.join("playground/index.html")])?
        .run_if_stale(|| generate(extent, &out))
}

fn generate(extent: Extent, out: &Path) -> Result<(), Failure> {
    let source = target().join("xtask").join("site");
    let is_whole = extent == Extent::Whole;
    progress(&format!(
        "building the site: {}",
        if is_whole { "TypeDoc, rustdoc, VitePress" } else { "VitePress" }
    ));
    let mut stage = node("site/stage.mjs");
    stage.arg(&source);
    if !is_whole {
        stage.arg("--light");
    }
    run(&mut stage, "fix what the message names")?;
    if is_whole {
        let mut typedoc = node("site/node_modules/typedoc/bin/typedoc");
        typedoc.args(["--options", "site/typedoc.json", "--docsRoot"]).arg(&source);
        run(typedoc.arg("--out").arg(source.join("api")), "fix what TypeDoc reports")?;
        let mut doc = cargo();
        run(
            doc.args(["doc", "--locked", "--quiet", "--no-deps", "--package", "hookseal"]),
            "fix what rustdoc reports",
        )?;
    }
    let mut vitepress = node("node_modules/vitepress/bin/vitepress.js");
    vitepress.args(["build", "site"]).env("HOOKSEAL_SITE_SOURCE", &source).env("HOOKSEAL_SITE_OUT", out);
    run(&mut vitepress, "fix what VitePress reports, such as a dead link")?;
    copy(&crate::run::root().join("www/dist"), &out.join("playground"))?;
    if is_whole {
        copy(&target().join("doc"), &out.join("rust"))?;
    }
    Ok(())
}

/// Serves the built site on loopback until the process is stopped.
pub fn serve() -> Command {
    let mut serve = node("site/serve.mjs");
    serve.arg(folder(Extent::Whole));
    serve
}

fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    for file in files(from)? {
        let name = file.strip_prefix(from).unwrap_or(&file);
        let copied = to.join(name);
        if let Some(folder) = copied.parent() {
            fs::create_dir_all(folder).map_err(|error| Failure::file(folder, error))?;
        }
        fs::copy(&file, &copied).map_err(|error| Failure::file(&copied, error))?;
    }
    Ok(())
}

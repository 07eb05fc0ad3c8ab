//! Builds the playground into `www/dist`, checks its size, and serves it on this machine.

use std::path::Path;
use std::process::Command;

use crate::cache::CachedStep;
use crate::run::{Failure, node, progress, run, target};
use crate::{npm, wasm};

/// The command that serves the playground.
pub const PLAYGROUND_COMMAND: &str = "cargo xtask www";

/// Builds the package, and the page that uses it.
pub fn build() -> Result<(), Failure> {
    npm::build()?;
    wasm::build_for_page()?;
    CachedStep::new(
        "www",
        &[
            wasm::page_folder().as_path(),
            Path::new("www/src"),
            Path::new("www/build"),
            Path::new("www/public"),
            Path::new("www/index.html"),
            Path::new("www/vite.config.ts"),
            Path::new("www/package.json"),
            Path::new("package-lock.json"),
            Path::new("pkg/dist"),
            Path::new("providers"),
            Path::new("tests/vectors/seeds"),
        ],
        &["www/dist/index.html", "www/dist/sw.js"],
    )?
    .run_if_stale(|| {
        progress("building www/dist: vite");
        run(vite("build").args(["--logLevel", "warn"]), "fix what Vite reports")
    })
}

/// Checks the compressed size of a first load of the page.
pub fn check_size() -> Command {
    node("www/build/weight.mjs")
}

/// Serves the built page on loopback until the process is stopped.
pub fn serve() -> Command {
    vite("preview")
}

fn vite(command: &str) -> Command {
    let mut vite = node("node_modules/vite/bin/vite.js");
    vite.args([command, "www"]).env(wasm::PAGE_MODULE_ENV, target().join(wasm::PAGE_MODULE));
    vite
}

//! The playground: built by Vite into `www/dist`, weighed, and served on this machine.

use std::path::Path;
use std::process::Command;

use crate::cache::CachedStep;
use crate::run::{Failure, node, progress, run, target};
use crate::{npm, wasm};

/// What a person types to see it.
pub const OPEN: &str = "cargo xtask www";

/// The package, and the page that is made with it.
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
        run(vite("build").args(["--logLevel", "warn"]), "mend what Vite says")
    })
}

/// Weighs what a cold load of the page fetches.
pub fn weigh() -> Command {
    node("www/build/weight.mjs")
}

/// Serves the built page on loopback until it is stopped.
pub fn serve() -> Command {
    vite("preview")
}

fn vite(command: &str) -> Command {
    let mut vite = node("node_modules/vite/bin/vite.js");
    vite.args([command, "www"]).env(wasm::PAGE_MODULE_ENV, target().join(wasm::PAGE_MODULE));
    vite
}

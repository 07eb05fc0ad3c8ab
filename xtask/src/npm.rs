//! Builds the npm package: types generated from schemas and codes, then `pkg/dist`.

use crate::cache::CachedStep;
use crate::run::{Failure, node, progress, run};
use crate::{causes, codes, layout, manifest, notices, provider_pages, setup, wasm};

/// Builds the package and everything that it contains.
pub fn build() -> Result<(), Failure> {
    manifest::write()?;
    setup::ensure_npm_packages()?;
    wasm::build()?;
    types()?;
    notices::write()?;
    CachedStep::new(
        "dist",
        &[
            "pkg/src",
            "pkg/scripts",
            "www/live",
            "www/src/bytes.ts",
            "www/src/css/base.css",
            "www/src/css/body-views.css",
            "www/src/css/tokens.css",
            "www/src/engine/pointer.ts",
            "www/src/ui",
            "www/src/views/inspect",
            "www/public/icon.svg",
            "providers",
            "src/provider/definition.schema.json",
            "README.md",
            "pkg/package.json",
            "tsconfig.json",
            "pkg/tsconfig.json",
            "package-lock.json",
        ],
        &[
            "pkg/dist/esm/index.js",
            "pkg/dist/cjs/index.js",
            "pkg/dist/cli.cjs",
            "pkg/dist/console/console.js",
            "pkg/dist/esm/index.d.ts",
            "pkg/dist/definition.schema.json",
            "pkg/dist/core.wasm",
            "pkg/dist/full.wasm",
            "pkg/dist/public-key.wasm",
            "pkg/dist/ed25519.wasm",
            "pkg/dist/text/core.js",
            "pkg/dist/text/full.js",
            "pkg/README.md",
        ],
    )?
    .run_if_stale(|| {
        progress("building pkg/dist: esbuild and tsc");
        run(&mut node("pkg/scripts/build.mjs"), "fix what esbuild or tsc reports")
    })?;
    performance_page()
}

/// Generates the tables of `docs/performance.md` and its charts from what `cargo xtask bench --write` measured. They are
/// committed: the suite fails if they differ from what is generated.
fn performance_page() -> Result<(), Failure> {
    let (page, charts) = ("docs/performance.md", "docs/charts");
    let script = "bench/page.mjs";
    CachedStep::new(
        "performance",
        &["bench/result.json", script, "bench/chart.mjs", "bench/table.mjs", "bench/groups", page, charts],
        &[page, charts],
    )?
    .run_if_stale(|| run(&mut node(script), "fix what the message names"))
}

/// Generates TypeScript types (events from their schemas, provider definitions from the definition schema, codes of
/// issues and causes from the core), and the pages of codes, causes and providers.
pub fn types() -> Result<(), Failure> {
    codes::write()?;
    causes::write()?;
    provider_pages::write()?;
    layout::write()?;
    let events = format!("{}/events/index.ts", wasm::GENERATED);
    let definition = format!("{}/definition.ts", wasm::GENERATED);
    CachedStep::new(
        "types",
        &[
            "providers",
            "src/provider/definition.schema.json",
            "pkg/scripts/types.mjs",
            "pkg/scripts/relax.mjs",
            "package-lock.json",
        ],
        &[&events, &definition],
    )?
    .run_if_stale(|| {
        progress("generating TypeScript types from providers/");
        run(&mut node("pkg/scripts/types.mjs"), "fix the schema that the message names")
    })
}

//! The npm package: types derived from the contracts and the codes, then `pkg/dist`.

use crate::cache::CachedStep;
use crate::run::{Failure, node, progress, run};
use crate::{causes, codes, layout, notices, setup, wasm};

/// Everything the package needs, and the package.
pub fn build() -> Result<(), Failure> {
    setup::ensure_npm_packages()?;
    wasm::build()?;
    types()?;
    notices::write()?;
    CachedStep::new(
        "dist",
        &[
            "pkg/src",
            "pkg/scripts",
            "providers",
            "pkg/package.json",
            "tsconfig.json",
            "pkg/tsconfig.json",
            "package-lock.json",
        ],
        &[
            "pkg/dist/esm/index.js",
            "pkg/dist/cjs/index.js",
            "pkg/dist/cli.cjs",
            "pkg/dist/esm/index.d.ts",
            "pkg/dist/core.wasm",
        ],
    )?
    .run_if_stale(|| {
        progress("building pkg/dist: esbuild and tsc");
        run(&mut node("pkg/scripts/build.mjs"), "mend what esbuild or tsc says")
    })
}

/// The TypeScript types that are derived: events from the contracts, definitions from the schema of
/// definitions, codes of issues and causes and the layout of the bridge from the core. The pages of codes and causes are
/// made with them.
pub fn types() -> Result<(), Failure> {
    codes::write()?;
    causes::write()?;
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
        progress("deriving TypeScript types from providers/");
        run(&mut node("pkg/scripts/types.mjs"), "mend the contract that the message names")
    })
}

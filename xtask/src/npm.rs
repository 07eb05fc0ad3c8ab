//! The npm package: types derived from the contracts and the issue codes, then `pkg/dist`.

use std::fmt::Write;
use std::fs;

use crate::fresh::Step;
use crate::run::{Failure, must, node, progress, root};
use crate::{causes, notices, setup, wasm};

/// Everything the package needs, and the package.
pub fn build() -> Result<(), Failure> {
    setup::npm()?;
    wasm::build()?;
    types()?;
    notices::write()?;
    Step::new(
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
    .unless_done(|| {
        progress("building pkg/dist: esbuild and tsc");
        must(&mut node("pkg/scripts/build.mjs"), "mend what esbuild or tsc says")
    })
}

/// The TypeScript types that are derived: events from the contracts, definitions from the schema of
/// manifests, codes of issues and causes from the core. The page of causes is made with them.
pub fn types() -> Result<(), Failure> {
    write_codes()?;
    causes::write()?;
    let events = format!("{}/events/index.ts", wasm::GENERATED);
    let definition = format!("{}/definition.ts", wasm::GENERATED);
    Step::new(
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
    .unless_done(|| {
        progress("deriving TypeScript types from providers/");
        must(&mut node("pkg/scripts/types.mjs"), "mend the contract that the message names")
    })
}

/// Writes the table of issue codes as TypeScript, and only where it changed, so that nothing is built
/// anew for it.
fn write_codes() -> Result<(), Failure> {
    let folder = root().join(wasm::GENERATED);
    let path = folder.join("codes.ts");
    let text = codes();
    if fs::read_to_string(&path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    fs::create_dir_all(&folder).map_err(|error| Failure::file(&folder, error))?;
    fs::write(&path, text).map_err(|error| Failure::file(&path, error))
}

fn codes() -> String {
    let mut text = String::from(
        "// Made from the table of codes in src/issue.rs by `cargo xtask types`: change that.\n\n\
         /** Every code, with the HTTP status to answer when it is the reason for a rejection. */\n\
         export const STATUS = {\n",
    );
    for (code, status, meaning) in hookseal::Code::ALL {
        let _ = writeln!(text, "  /** {meaning} */\n  \"{code}\": {status},");
    }
    text.push_str(
        "} as const;\n\n/** A stable, kebab-case name for one kind of issue. */\n\
         export type IssueCode = keyof typeof STATUS;\n",
    );
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_code_of_the_core_has_a_status_in_typescript() {
        let text = super::codes();
        for (code, status, _) in hookseal::Code::ALL {
            assert!(text.contains(&format!("\n  \"{code}\": {status},\n")), "{code} is missing");
        }
    }
}

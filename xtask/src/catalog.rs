//! Writes the built-in providers for JavaScript, each as the text that `hookseal compile` writes.

use std::fmt::Write as _;
use std::fs;

use crate::run::{Failure, root};
use crate::wasm::GENERATED;

/// Writes `catalog.ts` if it changed.
pub fn write() -> Result<(), Failure> {
    let providers = hookseal::provider::compiled_texts()
        .map_err(|error| Failure::new(format!("a built-in provider does not compile: {error}")))?;
    let mut text = String::from("// Made by `cargo xtask build` from providers/.\n");
    for (id, compiled) in &providers {
        let _ = writeln!(text, "export const {}: string =\n  \"{compiled}\";", variable(id));
    }
    text.push_str(
        "\n/** The built-in providers by their ids, compiled. */\nexport const CATALOG: Readonly<Record<string, string>> = {\n",
    );
    for (id, _) in &providers {
        let _ = writeln!(text, "  \"{id}\": {},", variable(id));
    }
    text.push_str("};\n");
    let path = root().join(GENERATED).join("catalog.ts");
    if fs::read_to_string(&path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    fs::write(&path, text).map_err(|error| Failure::file(&path, error))
}

/// The name of the variable for a provider: `adyen-platform` is `adyenPlatform`.
fn variable(id: &str) -> String {
    let mut words = id.split('-');
    let mut name = words.next().unwrap_or_default().to_owned();
    for word in words {
        let (first, rest) = word.split_at(1);
        name.push_str(&first.to_ascii_uppercase());
        name.push_str(rest);
    }
    name
}

//! Checks that the crate and this tool use the same version of wasm-bindgen.

use std::fs;

use crate::run::{Failure, root};

/// Checks that the crate is compiled with the version of wasm-bindgen whose generator is linked into xtask.
pub fn check() -> Result<(), Failure> {
    let path = root().join("Cargo.lock");
    let lock = fs::read_to_string(&path).map_err(|error| Failure::file(&path, error))?;
    let library = locked(&lock, "wasm-bindgen");
    let generator = locked(&lock, "wasm-bindgen-cli-support");
    if library.is_some() && library == generator {
        return Ok(());
    }
    let shown = |version: Option<&str>| version.unwrap_or("(absent)").to_owned();
    Err(Failure::new(format!(
        "Cargo.lock has wasm-bindgen {} and wasm-bindgen-cli-support {}, but they must be equal \
         to work together",
        shown(library),
        shown(generator)
    ))
    .hint(
        "set wasm-bindgen in Cargo.toml and wasm-bindgen-cli-support in xtask/Cargo.toml to the same `=` version, \
         then run `cargo update -p wasm-bindgen -p wasm-bindgen-cli-support`",
    ))
}

/// The version of a package in the text of a Cargo.lock.
pub fn locked<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    lines.nth(1)?.strip_prefix("version = \"")?.strip_suffix('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_a_package_is_not_that_of_its_longer_namesake() {
        let lock = "[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"1.0.0\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.9\"\n";
        assert_eq!(locked(lock, "wasm-bindgen"), Some("0.2.9"));
        assert_eq!(locked(lock, "wasm"), None);
    }
}

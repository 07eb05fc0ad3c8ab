//! The crates in the WebAssembly modules: their source folders and licenses.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::run::{Failure, capture_stdout, cargo};

/// A third-party crate.
pub struct Crate {
    pub name: String,
    pub version: String,
    pub license: String,
    pub repository: String,
    pub folder: PathBuf,
}

/// Every crate that the modules are compiled from, and the macros that write code for it, in order of their names.
pub fn linked() -> Result<Vec<Crate>, Failure> {
    resolved(&[
        "--package=hookseal",
        "--package=hookseal-public-key",
        "--features=hookseal/js-full,hookseal-public-key/all",
        "--target=wasm32-unknown-unknown",
    ])
}

/// Every crate that the crate needs on some platform, with all features but those of the bridge to JavaScript.
pub fn required() -> Result<Vec<Crate>, Failure> {
    resolved(&["--package=hookseal", "--features=full,public-key", "--target=all"])
}

/// The crates that `cargo tree` lists with these arguments, without those of this project.
fn resolved(arguments: &[&str]) -> Result<Vec<Crate>, Failure> {
    let mut command = cargo();
    command.args(["tree", "--locked", "--edges=normal", "--prefix=none"]).args(arguments);
    let tree = capture_stdout(&mut command);
    let metadata =
        capture_stdout(cargo().args(["metadata", "--locked", "--all-features", "--format-version=1"]))
            .and_then(|text| serde_json::from_str::<Value>(&text).ok());
    let (Some(tree), Some(metadata)) = (tree, metadata) else {
        return Err(Failure::new("`cargo tree --locked` or `cargo metadata --locked` failed")
            .hint("run them, and fix what they report"));
    };
    named_in(&tree)
        .into_iter()
        .map(|(name, version)| {
            let packages = metadata["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
            let found = packages
                .iter()
                .find(|package| package["name"] == name && package["version"] == version)
                .ok_or_else(|| Failure::new(format!("cargo metadata has no {name} {version}")))?;
            let text = |key: &str| found[key].as_str().unwrap_or_default().to_owned();
            let manifest = PathBuf::from(text("manifest_path"));
            Ok(Crate {
                name: name.to_owned(),
                version: version.to_owned(),
                license: text("license"),
                repository: text("repository"),
                folder: manifest.parent().unwrap_or(&manifest).to_path_buf(),
            })
        })
        .collect()
}

/// Names and versions in the output of `cargo tree`. A line with a path is a crate of this project.
fn named_in(tree: &str) -> BTreeSet<(&str, &str)> {
    tree.lines()
        .filter(|line| !line.contains(" (/") && !line.contains(":\\"))
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            Some((words.next()?, words.next()?.strip_prefix('v')?))
        })
        .collect()
}

/// The parent folders of the crates: those of a registry or of vendored sources.
pub fn folders(crates: &[Crate]) -> BTreeSet<&Path> {
    crates.iter().filter_map(|one| one.folder.parent()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_names_each_crate_once_and_not_the_project_itself() {
        let tree = "hookseal v0.1.0 (/home/me/hookseal)\nserde v1.0.0\nserde v1.0.0 (*)\n\
                    serde_derive v1.0.0 (proc-macro)\n";
        assert_eq!(
            named_in(tree).into_iter().collect::<Vec<_>>(),
            [("serde", "1.0.0"), ("serde_derive", "1.0.0")]
        );
    }
}

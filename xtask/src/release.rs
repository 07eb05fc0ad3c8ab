//! `cargo xtask release`: checks and packs both packages into a folder of the target folder. It publishes nothing:
//! `.github/workflows/release.yml` does.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::cache::files;
use crate::manifest::{Manifest, PACKAGE, PLACEHOLDER};
use crate::run::{
    Failure, capture_stdout, cargo, node, npm_command, progress, relative_path, root, run, target,
};
use crate::{npm, reproduce, sbom, versions};

const LOCK: &str = "Cargo.lock";
const PACKAGE_LOCK: &str = "package-lock.json";
const CHANGELOG: &str = "CHANGELOG.md";
const SUMS: &str = "SHA256SUMS";

/// The tests of what is packed, among them those by publint and by attw.
const TESTS: [&str; 3] = [
    "pkg/test/packaging/package.test.ts",
    "pkg/test/packaging/dist.test.ts",
    "pkg/test/packaging/supply.test.ts",
];

/// How a release is made.
#[derive(Clone, Copy, Default)]
pub struct Options {
    /// Lists what is not ready, and continues.
    pub dry_run: bool,
    /// Omits the two clean builds, and compiles the packed crate no second time.
    pub quick: bool,
}

pub fn release(options: Options) -> Result<(), Failure> {
    let facts = Facts::read()?;
    if let Some(failure) = joined(&facts.mismatches()) {
        return Err(failure);
    }
    let pending = joined(&facts.pending());
    match pending {
        Some(failure) if !options.dry_run => return Err(failure),
        _ => {}
    }
    npm::build()?;
    let folder = target().join("xtask/release");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).map_err(|error| Failure::file(&folder, error))?;
    pack(&folder, options)?;
    write(&folder, "notes.md", facts.entry().unwrap_or("No entry in the changelog yet.\n"))?;
    let lock = &facts.cargo_lock;
    let name = |kind: &str| format!("hookseal-{}-{kind}.cdx.json", facts.manifest.version);
    write(&folder, &name("npm"), &format!("{:#}\n", sbom::of_npm_package(&facts.manifest, lock)?))?;
    write(&folder, &name("crate"), &format!("{:#}\n", sbom::of_crate(&facts.manifest, lock)?))?;
    let sums = sums(&folder)?;
    write(&folder, SUMS, &sums)?;
    if !options.quick {
        reproduce::run()?;
    }
    println!("\n{sums}\nin {}. Nothing was published.", relative_path(&folder));
    match pending {
        Some(failure) => println!("\nNot ready for a release:\n{failure}"),
        None if !options.dry_run && !options.quick => {
            println!("Next: git tag v{0} && git push origin v{0}", facts.manifest.version);
        }
        None => {}
    }
    Ok(())
}

/// Packs both packages, and tests what is packed.
fn pack(folder: &Path, options: Options) -> Result<(), Failure> {
    progress("testing what npm packs: publint, attw, files, weights, names, licenses");
    run(node("--import").args(["tsx", "--test"]).args(TESTS), "fix what the tests report")?;
    progress("packing the npm package and the crate");
    let mut pack = npm_command();
    pack.current_dir(root().join("pkg"));
    pack.args(["pack", "--ignore-scripts", "--loglevel=error", "--pack-destination"]).arg(folder);
    run(&mut pack, "fix what npm reports")?;
    let mut package = cargo();
    package.args(["package", "--locked", "--package", "hookseal"]);
    package.args(options.dry_run.then_some("--allow-dirty")).args(options.quick.then_some("--no-verify"));
    run(&mut package, "fix what cargo reports")?;
    let name = format!("hookseal-{}.crate", Manifest::read()?.version);
    let from = target().join("package").join(&name);
    fs::copy(&from, folder.join(name)).map_err(|error| Failure::file(&from, error))?;
    Ok(())
}

/// What the files of the project say about the release.
struct Facts {
    manifest: Manifest,
    package: String,
    package_lock: String,
    cargo_lock: String,
    changelog: String,
    /// The output of `git status --porcelain`; `None` outside of a clone.
    status: Option<String>,
}

impl Facts {
    fn read() -> Result<Self, Failure> {
        let read = |name: &str| {
            let path = root().join(name);
            fs::read_to_string(&path).map_err(|error| Failure::file(&path, error))
        };
        let version = |name: &str, pointer: &str| {
            let json = serde_json::from_str::<Value>(&read(name)?)
                .map_err(|error| Failure::new(format!("{name}: {error}")))?;
            Ok(json.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned())
        };
        let mut git = Command::new("git");
        git.current_dir(root()).args(["status", "--porcelain"]);
        Ok(Self {
            manifest: Manifest::read()?,
            package: version(PACKAGE, "/version")?,
            package_lock: version(PACKAGE_LOCK, "/packages/pkg/version")?,
            cargo_lock: read(LOCK)?,
            changelog: read(CHANGELOG)?,
            status: capture_stdout(&mut git),
        })
    }

    /// Versions that differ from that of Cargo.toml.
    fn mismatches(&self) -> Vec<Failure> {
        let expected = self.manifest.version.as_str();
        let locked = versions::locked(&self.cargo_lock, "hookseal").unwrap_or_default();
        [
            (PACKAGE, self.package.as_str(), format!("set `version` of {PACKAGE} to {expected}")),
            (PACKAGE_LOCK, &self.package_lock, "run `npm install --package-lock-only`".to_owned()),
            (LOCK, locked, "run `cargo update --workspace`".to_owned()),
        ]
        .into_iter()
        .filter(|(_, version, _)| *version != expected)
        .map(|(file, version, fix)| {
            Failure::new(format!("Cargo.toml has version {expected}, and {file} has \"{version}\"")).hint(fix)
        })
        .collect()
    }

    /// What is to be done before a release, and not before a dry run.
    fn pending(&self) -> Vec<Failure> {
        let Manifest { version, repository, .. } = &self.manifest;
        let mut all = Vec::new();
        if repository.contains(PLACEHOLDER) {
            all.push(
                Failure::new(format!("the repository is a placeholder: {repository}")).hint(
                    "set `repository` in [workspace.package] of Cargo.toml, and run `cargo xtask build`",
                ),
            );
        }
        if self.entry().is_none() {
            all.push(
                Failure::new(format!("{CHANGELOG} has no entry for version {version}")).hint(format!(
                    "write `## {version} - YYYY-MM-DD` above what is new, below `## Unreleased`"
                )),
            );
        }
        match self.status.as_deref() {
            Some("") => {}
            Some(_) => all.push(
                Failure::new("the working tree has changes")
                    .hint("commit them, or remove them: `git status`"),
            ),
            None => all.push(Failure::new("this is no clone of the repository").hint("release from a clone")),
        }
        all
    }

    /// The text of the version in the changelog.
    fn entry(&self) -> Option<&str> {
        let version = &self.manifest.version;
        self.changelog.split("\n## ").skip(1).find_map(|section| {
            let (title, text) = section.split_once('\n')?;
            let title = title.trim_start_matches('[').strip_prefix(version.as_str())?;
            let is_whole = title.starts_with([' ', ']']) || title.is_empty();
            (is_whole && !text.trim().is_empty()).then_some(text.trim_start())
        })
    }
}

fn joined(failures: &[Failure]) -> Option<Failure> {
    let lines: Vec<String> = failures.iter().map(ToString::to_string).collect();
    (!lines.is_empty()).then(|| Failure::new(lines.join("\n").trim_start_matches("error: ")))
}

fn write(folder: &Path, name: &str, text: &str) -> Result<(), Failure> {
    let path = folder.join(name);
    fs::write(&path, text).map_err(|error| Failure::file(&path, error))
}

/// The SHA-256 of each file, as `sha256sum --check` reads them.
fn sums(folder: &Path) -> Result<String, Failure> {
    let line = |path: PathBuf| {
        let bytes = fs::read(&path).map_err(|error| Failure::file(&path, error))?;
        let mut sum = String::new();
        for byte in Sha256::digest(bytes) {
            let _ = write!(sum, "{byte:02x}");
        }
        Ok(format!("{sum}  {}\n", path.file_name().unwrap_or_default().display()))
    };
    files(folder)?.into_iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The facts of a release that is ready.
    fn ready() -> Facts {
        Facts {
            manifest: Manifest {
                version: "1.2.0".to_owned(),
                author: "A".to_owned(),
                repository: "https://host/o/r".to_owned(),
            },
            package: "1.2.0".to_owned(),
            package_lock: "1.2.0".to_owned(),
            cargo_lock: "[[package]]\nname = \"hookseal\"\nversion = \"1.2.0\"\n".to_owned(),
            changelog:
                "# Changelog\n\n## Unreleased\n\n## 1.2.0 - 2026-01-31\n\n- New.\n\n## 1.1.0\n\n- Old.\n"
                    .to_owned(),
            status: Some(String::new()),
        }
    }

    /// The messages, each with its fix.
    fn messages(failures: &[Failure]) -> String {
        failures.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_release_that_is_ready_has_nothing_pending() {
        let facts = ready();
        assert_eq!(messages(&facts.mismatches()) + &messages(&facts.pending()), "");
        assert_eq!(facts.entry(), Some("- New.\n"));
    }

    #[test]
    fn every_version_that_differs_is_found() {
        for (change, file) in [
            ((|facts| facts.package = "1.1.0".to_owned()) as fn(&mut Facts), PACKAGE),
            (|facts| facts.package_lock = String::new(), PACKAGE_LOCK),
            (|facts| facts.cargo_lock = facts.cargo_lock.replace("1.2", "1.3"), LOCK),
        ] {
            let mut facts = ready();
            change(&mut facts);
            let found = facts.mismatches();
            assert_eq!(found.len(), 1, "{}", messages(&found));
            let text = messages(&found);
            assert!(text.contains(&format!("and {file} has \"")) && text.contains("fix: "), "{text}");
        }
    }

    #[test]
    fn a_missing_entry_of_the_changelog_is_found() {
        for changelog in
            ["", "\n## Unreleased\n\n- New.\n", "\n## 1.2.0\n\n## 1.1.0\n- Old.\n", "\n## 1.2.01\n- x\n"]
        {
            let facts = Facts { changelog: changelog.to_owned(), ..ready() };
            assert!(messages(&facts.pending()).contains("no entry for version 1.2.0"), "{changelog}");
        }
        let facts = Facts { changelog: "\n## [1.2.0]\n- x\n".to_owned(), ..ready() };
        assert_eq!(facts.entry(), Some("- x\n"));
    }

    #[test]
    fn a_placeholder_and_a_changed_working_tree_are_found() {
        let mut facts = Facts { status: Some(" M README.md".to_owned()), ..ready() };
        facts.manifest.repository = format!("https://host{PLACEHOLDER}r");
        let text = messages(&facts.pending());
        assert!(text.contains("is a placeholder") && text.contains("has changes"), "{text}");
        let joined = joined(&facts.pending()).expect("two").to_string();
        assert_eq!(joined.matches("error: ").count(), 2, "{joined}");
    }

    #[test]
    fn the_workflow_has_few_permissions_and_pinned_actions() {
        let path = root().join(".github/workflows/release.yml");
        let text = fs::read_to_string(path).expect("readable");
        assert!(text.contains("\npermissions: {}\n"));
        let actions: Vec<&str> =
            text.lines().filter_map(|line| line.split_once("uses: ")).map(|(_, action)| action).collect();
        assert!(actions.len() > 4, "{actions:?}");
        for action in actions {
            let version = action.split_once("@v").map_or("", |(_, version)| version);
            assert!(version.parse::<u32>().is_ok(), "{action}");
        }
        let rights: Vec<&str> =
            text.lines().filter(|line| line.ends_with(": write")).map(str::trim).collect();
        assert_eq!(rights, ["id-token: write", "id-token: write", "contents: write"]);
        assert!(!text.contains("secrets."));
        assert!(text.contains("cargo xtask release\n"));
    }
}

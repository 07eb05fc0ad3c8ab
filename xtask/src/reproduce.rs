//! `cargo xtask reproduce`: builds the package twice, in two folders with two cargo homes, and compares every byte.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cache::files;
use crate::notices::NOTICES;
use crate::run::{Failure, ROOT, capture_stdout, progress, relative_path, root, target};
use crate::{setup, wasm};

/// The compared folder: the built files that `npm pack` takes.
const DIST: &str = "pkg/dist";

/// Compares two clean builds.
pub fn run() -> Result<(), Failure> {
    setup::ensure_npm_packages()?;
    let folder = target().join("xtask/reproduce");
    let _ = fs::remove_dir_all(&folder);
    // Paths of different lengths, so that none has the same offset by chance.
    let first = built(&folder.join("one"), None)?;
    let second = built(&folder.join("another-folder/two"), None)?;
    let files = compared(&first, &second)?;
    let _ = fs::remove_dir_all(&folder);
    println!("The two builds are equal in all of their {files} files.");
    Ok(())
}

/// Builds a clean copy and compares it with the existing package. Of the modules only `core` is built again, by the same steps and
/// from the same sources as the others: that takes a fraction of the time of two clean builds (`cargo xtask reproduce`).
pub fn against_this() -> Result<(), Failure> {
    let folder = target().join("xtask/reproduce");
    let _ = fs::remove_dir_all(&folder);
    compared(&root(), &built(&folder.join("another-folder"), Some(&root().join(wasm::GENERATED)))?)?;
    let _ = fs::remove_dir_all(&folder);
    Ok(())
}

/// Copies the project into a folder, and builds the package there. `parts` has the modules that are not built again.
fn built(folder: &Path, parts: Option<&Path>) -> Result<PathBuf, Failure> {
    let copy = folder.join("hookseal");
    for name in sources()? {
        let (from, to) = (root().join(&name), copy.join(&name));
        let parent = to.parent().unwrap_or(&copy);
        fs::create_dir_all(parent).map_err(|error| Failure::file(parent, error))?;
        fs::copy(&from, &to).map_err(|error| Failure::file(&from, error))?;
    }
    let home = folder.join("cargo-home");
    fs::create_dir_all(&home).map_err(|error| Failure::file(&home, error))?;
    for (from, to) in [
        (cargo_home().join("registry"), home.join("registry")),
        (root().join("node_modules"), copy.join("node_modules")),
    ] {
        link(&from, &to).map_err(|error| Failure::file(&to, error))?;
    }
    progress(&format!("building in {}", relative_path(&copy)));
    let this = std::env::current_exe()
        .map_err(|error| Failure::new(format!("the path of xtask is unknown: {error}")))?;
    let mut build = Command::new(this);
    build.arg("build").current_dir(&copy).env(ROOT, &copy).env("CARGO_HOME", &home);
    // Variables that a caller may have set must not change the built bytes.
    build.env("CARGO_TARGET_DIR", folder.join("built")).env("RUSTFLAGS", "--cfg=of_the_caller");
    match parts {
        Some(parts) => build.env(wasm::PARTS_ENV, parts),
        None => build.env_remove(wasm::PARTS_ENV),
    };
    crate::run::run(&mut build, "fix what the build reports")?;
    Ok(copy)
}

/// The files that are part of the project, as they are now.
fn sources() -> Result<Vec<String>, Failure> {
    let mut git = Command::new("git");
    git.current_dir(root()).args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let names = capture_stdout(&mut git).ok_or_else(|| {
        Failure::new("git does not list the files of the project").hint("run it in a clone")
    })?;
    let names = names.split('\0').filter(|name| !name.is_empty() && root().join(name).is_file());
    Ok(names.map(str::to_owned).collect())
}

/// Returns the number of files if two builds are equal.
fn compared(first: &Path, second: &Path) -> Result<usize, Failure> {
    let [one, two] = [contents(first)?, contents(second)?];
    let names: BTreeSet<&String> = one.keys().chain(two.keys()).collect();
    let differing: Vec<&str> =
        names.into_iter().filter(|name| one.get(*name) != two.get(*name)).map(String::as_str).collect();
    if differing.is_empty() {
        return Ok(one.len());
    }
    Err(Failure::new(format!("two builds of the same sources differ: {}", differing.join(", ")))
        .hint(format!("compare {} and {}", relative_path(first), relative_path(second))))
}

fn contents(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>, Failure> {
    let mut all = BTreeMap::new();
    for path in files(&folder.join(DIST))?.into_iter().chain([folder.join(NOTICES)]) {
        let name = path.strip_prefix(folder).unwrap_or(&path).display().to_string();
        all.insert(name, fs::read(&path).map_err(|error| Failure::file(&path, error))?);
    }
    Ok(all)
}

fn cargo_home() -> PathBuf {
    let home = || std::env::home_dir().unwrap_or_default().join(".cargo");
    std::env::var_os("CARGO_HOME").map_or_else(home, PathBuf::from)
}

#[cfg(unix)]
fn link(from: &Path, to: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(from, to)
}

#[cfg(windows)]
fn link(from: &Path, to: &Path) -> std::io::Result<()> {
    std::os::windows::fs::symlink_dir(from, to)
}

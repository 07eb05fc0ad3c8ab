//! The crate as it is packed: the examples and the README's program are a workspace of their own that depends on it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cache::files;
use crate::run::{Failure, capture_stdout, cargo, relative_path, root, run, target};

/// The tests of the examples, and the README's program.
pub fn test_examples() -> Result<Command, Failure> {
    let project = project(&unpacked()?)?;
    write(&project.join("axum/src/bin/readme.rs"), &readme_program()?)?;
    let program = capture_stdout(cargo_of(&project, "run").args(["--bin", "readme"]));
    if !program.as_deref().is_some_and(|text| text.starts_with("assessment_add assessment_add:")) {
        return Err(Failure::new("the Rust program of README.md does not print an event").hint("correct it"));
    }
    let mut tests = cargo_of(&project, "test");
    tests.arg("--workspace");
    Ok(tests)
}

/// Packs the crate and unpacks it; returns its folder.
fn unpacked() -> Result<PathBuf, Failure> {
    let fix = "fix what cargo reports";
    run(
        cargo().args([
            "package",
            "--quiet",
            "--package=hookseal",
            "--locked",
            "--allow-dirty",
            "--no-verify",
        ]),
        fix,
    )?;
    let name = format!("hookseal-{}", version()?);
    let packed = target().join("package").join(format!("{name}.crate"));
    let folder = folder();
    fs::create_dir_all(&folder).map_err(|error| Failure::file(&folder, error))?;
    run(Command::new("tar").arg("-xzf").arg(&packed).arg("-C").arg(&folder), "install tar")?;
    Ok(folder.join(name))
}

/// The version of the crate.
fn version() -> Result<String, Failure> {
    let metadata = capture_stdout(cargo().args(["metadata", "--locked", "--no-deps", "--format-version=1"]))
        .and_then(|text| serde_json::from_str::<serde_json::Value>(&text).ok())
        .ok_or_else(|| {
            Failure::new("`cargo metadata --locked` failed").hint("run it, and fix what it reports")
        })?;
    let packages = metadata["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
    let version = packages.iter().find(|package| package["name"] == "hookseal");
    version
        .and_then(|package| package["version"].as_str())
        .map(str::to_owned)
        .ok_or_else(|| Failure::new("cargo metadata has no hookseal"))
}

/// The folder of the unpacked crate and of the projects.
fn folder() -> PathBuf {
    target().join("xtask/crate")
}

/// Copies the examples to a workspace that depends on the unpacked crate; returns its folder.
fn project(unpacked: &Path) -> Result<PathBuf, Failure> {
    let (from, to) = (root().join("examples"), folder().join("examples"));
    let dependency = format!("path = {:?}", unpacked.display().to_string());
    let mut format = Command::new("rustfmt");
    format.args(["--check", "--edition=2024", "--config-path"]).arg(root());
    for path in files(&from)? {
        let name = path.strip_prefix(&from).unwrap_or(&path);
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        if name.starts_with("target") || !["lock", "rs", "toml"].contains(&extension) {
            continue;
        }
        let text = fs::read_to_string(&path).map_err(|error| Failure::file(&path, error))?;
        write(&to.join(name), &text.replace("path = \"..\"", &dependency))?;
        if extension == "rs" {
            format.arg(relative_path(&path));
        }
    }
    run(format.current_dir(root()), "run rustfmt on the file that it names")?;
    Ok(to)
}

/// Writes a file, unless it has that text: cargo compiles by the times of files.
fn write(path: &Path, text: &str) -> Result<(), Failure> {
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder).map_err(|error| Failure::file(folder, error))?;
    fs::write(path, text).map_err(|error| Failure::file(path, error))
}

/// A command of cargo in the workspace.
fn cargo_of(project: &Path, subcommand: &str) -> Command {
    let mut command = cargo();
    command.current_dir(project).args([subcommand, "--quiet", "--locked"]);
    command.env("CARGO_TARGET_DIR", folder().join("target"));
    command
}

/// The first program in Rust of README.md.
fn readme_program() -> Result<String, Failure> {
    let path = root().join("README.md");
    let text = fs::read_to_string(&path).map_err(|error| Failure::file(&path, error))?;
    let program = text.split("```rust\n").nth(1).and_then(|rest| rest.split("```").next());
    program.map(str::to_owned).ok_or_else(|| Failure::new("README.md has no program in Rust"))
}

//! The folder of the project, commands that start its tools, and the error of a failed step.

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use crate::{blob, crates};

/// The reason why a step failed, and the command that fixes it if there is one.
#[derive(Debug)]
pub struct Failure {
    message: String,
    hint: Option<String>,
}

impl Failure {
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None }
    }

    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// A file that could not be read or written.
    pub fn file(path: &Path, error: impl fmt::Display) -> Self {
        Self::new(format!("{}: {error}", relative_path(path)))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.message)?;
        if let Some(hint) = &self.hint {
            write!(f, "\n       fix: {hint}")?;
        }
        Ok(())
    }
}

/// Environment variable with the folder of the workspace. `cargo xtask reproduce` sets it to build a copy.
pub const ROOT: &str = "HOOKSEAL_ROOT";

/// The folder of the workspace.
pub fn root() -> PathBuf {
    if let Some(copy) = std::env::var_os(ROOT) {
        return copy.into();
    }
    // The path at compile time. Cargo recompiles xtask in a moved clone.
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map_or_else(PathBuf::new, Path::to_path_buf)
}

/// The path relative to the folder of the project, for output.
pub fn relative_path(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

/// Prints one line before a step starts.
pub fn progress(line: &str) {
    println!("• {line}");
}

/// The cargo that started xtask.
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// Cargo's target folder: `target`, `CARGO_TARGET_DIR` or `build.target-dir`.
pub fn target() -> &'static Path {
    static TARGET: OnceLock<PathBuf> = OnceLock::new();
    TARGET.get_or_init(|| target_of(&mut cargo()))
}

fn target_of(cargo: &mut Command) -> PathBuf {
    capture_stdout(cargo.args(["metadata", "--no-deps", "--format-version=1"]))
        .and_then(|text| serde_json::from_str::<serde_json::Value>(&text).ok())
        .and_then(|metadata| metadata["target_directory"].as_str().map(PathBuf::from))
        .unwrap_or_else(|| root().join("target"))
}

/// A cargo command that compiles for WebAssembly with SIMD and the compiled providers; the caller adds the features. The
/// flags are set for this command only, so that native builds keep their cache. `CARGO_ENCODED_RUSTFLAGS` takes precedence over a caller's `RUSTFLAGS`.
pub fn cargo_wasm(subcommand: &str) -> Result<Command, Failure> {
    let mut command = cargo();
    command
        .args([subcommand, "--locked", "--target", "wasm32-unknown-unknown"])
        .env(blob::ENV, blob::write()?)
        .env("CARGO_ENCODED_RUSTFLAGS", wasm_flags()?)
        // Puts a hash of the features into the names of cargo's files. So both modules share a target folder and its
        // compiled dependencies, and neither makes the other one stale.
        .env("__CARGO_DEFAULT_LIB_METADATA", "hookseal-module");
    Ok(command)
}

/// The flags of the WebAssembly build, in cargo's encoding. Panic messages contain source paths: the remapping keeps
/// folders of the build machine out of the module, so that two machines build the same bytes.
fn wasm_flags() -> Result<OsString, Failure> {
    let linked = crates::linked()?;
    let rustc = || Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    let sysroot = capture_stdout(rustc().args(["--print", "sysroot"])).unwrap_or_default();
    let version = capture_stdout(rustc().arg("-vV")).unwrap_or_default();
    let commit = version.lines().find_map(|line| line.strip_prefix("commit-hash: ")).unwrap_or_default();
    let sources = Path::new(&sysroot).join("lib/rustlib/src/rust");
    let mut flags = OsString::from("-C\u{1f}target-feature=+simd128");
    // rustc applies the last matching prefix.
    let mut remap = |from: &Path, to: &str| {
        flags.push("\u{1f}--remap-path-prefix=");
        flags.push(from);
        flags.push(format!("={to}"));
    };
    remap(&root(), "/hookseal");
    remap(target(), "/target");
    for folder in crates::folders(&linked) {
        remap(folder, "/crates");
    }
    // rustc remaps the standard library itself, except if its sources are installed.
    remap(&sources, &format!("/rustc/{commit}"));
    Ok(flags)
}

/// Node with a script of the project.
pub fn node(script: &str) -> Command {
    let mut command = Command::new("node");
    command.arg(script).current_dir(root());
    command
}

/// npm, by its name on this system.
pub fn npm_command() -> Command {
    let mut command = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    command.current_dir(root());
    command
}

/// The command line, without the folder of the program.
pub fn display_command(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_stem().unwrap_or_default().to_string_lossy();
    let mut text = program.into_owned();
    for argument in command.get_args() {
        text.push(' ');
        text.push_str(&argument.to_string_lossy());
    }
    text
}

/// Runs a step of the set-up or of the build to its end, with its output on the screen.
pub fn run(command: &mut Command, hint: &str) -> Result<(), Failure> {
    let text = display_command(command);
    match command.stdin(Stdio::null()).status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Failure::new(format!("`{text}` failed ({status})")).hint(hint)),
        Err(error) => Err(Failure::new(format!("cannot start `{text}`: {error}")).hint(hint)),
    }
}

/// Returns what a command prints; `None` if it does not start, or fails.
pub fn capture_stdout(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_target_folder_is_the_one_that_cargo_is_configured_with() {
        let elsewhere = root().join("target").join("elsewhere");
        assert_eq!(target_of(cargo().env("CARGO_TARGET_DIR", &elsewhere)), elsewhere);
        let configured = format!("build.target-dir={:?}", elsewhere.display().to_string());
        assert_eq!(
            target_of(cargo().env_remove("CARGO_TARGET_DIR").args(["--config", &configured])),
            elsewhere
        );
        assert_eq!(target_of(cargo().env_remove("CARGO_TARGET_DIR")), root().join("target"));
    }

    #[test]
    fn no_file_of_xtask_hard_codes_the_target_folder() {
        let literal = concat!("\"tar", "get/");
        for file in crate::cache::files(&root().join("xtask/src")).expect("its own sources") {
            let text = std::fs::read_to_string(&file).expect("its own source");
            assert!(!text.contains(literal), "{}", relative_path(&file));
        }
    }

    #[test]
    fn folders_of_this_machine_appear_in_flags_only_as_remapped_prefixes() {
        let flags = wasm_flags().expect("flags").into_string().expect("UTF-8");
        for flag in flags.split('\u{1f}').filter(|flag| flag.contains('/')) {
            let (_, to) = flag
                .strip_prefix("--remap-path-prefix=")
                .and_then(|flag| flag.rsplit_once('='))
                .unwrap_or_else(|| panic!("{flag}"));
            let is_neutral = ["/crates", "/hookseal", "/target"].contains(&to) || to.starts_with("/rustc/");
            assert!(is_neutral, "{flag}");
        }
        assert!(flags.contains("=/crates"), "{flags}");
    }
}

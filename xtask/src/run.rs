//! Where the project stands, how its tools are started, and what a failed step says.

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use crate::crates;

/// Why a step failed, and the command that mends it where there is one.
#[derive(Debug)]
pub struct Failure {
    message: String,
    hint: Option<String>,
}

impl Failure {
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None }
    }

    pub fn hint(mut self, mend: impl Into<String>) -> Self {
        self.hint = Some(mend.into());
        self
    }

    /// A file that could not be read or written.
    pub fn file(path: &Path, error: impl fmt::Display) -> Self {
        Self::new(format!("{}: {error}", shown(path)))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.message)?;
        if let Some(mend) = &self.hint {
            write!(f, "\n       to mend it: {mend}")?;
        }
        Ok(())
    }
}

/// The variable that names another folder of the workspace: a copy, which `cargo xtask reproduce` builds.
pub const ROOT: &str = "HOOKSEAL_ROOT";

/// The folder of the workspace.
pub fn root() -> PathBuf {
    if let Some(copy) = std::env::var_os(ROOT) {
        return copy.into();
    }
    // Where the sources stood when xtask was compiled: a moved clone is compiled anew.
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map_or_else(PathBuf::new, Path::to_path_buf)
}

/// A path as a person in the project's folder would type it.
pub fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

/// One line before a step starts.
pub fn progress(line: &str) {
    println!("• {line}");
}

/// The cargo that started xtask.
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// Where cargo puts what it builds: `target`, or what `CARGO_TARGET_DIR` or `build.target-dir` says.
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

/// A cargo that compiles for WebAssembly with SIMD. The flags are given for this build alone, so
/// native builds keep their cache, and in the variable that wins over a caller's own flags.
pub fn cargo_wasm(subcommand: &str) -> Result<Command, Failure> {
    let mut command = cargo();
    command
        .args([subcommand, "--locked", "--target", "wasm32-unknown-unknown", "--features", "js"])
        .env("CARGO_ENCODED_RUSTFLAGS", wasm_flags()?);
    Ok(command)
}

/// The flags of the WebAssembly build, as cargo wants them encoded. Panics say where they happened: without the
/// remapping the module held the folders of whoever built it, and no two machines made the same one.
fn wasm_flags() -> Result<OsString, Failure> {
    let linked = crates::linked()?;
    let rustc = || Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    let sysroot = capture_stdout(rustc().args(["--print", "sysroot"])).unwrap_or_default();
    let about = capture_stdout(rustc().arg("-vV")).unwrap_or_default();
    let commit = about.lines().find_map(|line| line.strip_prefix("commit-hash: ")).unwrap_or_default();
    let sources = Path::new(&sysroot).join("lib/rustlib/src/rust");
    let mut flags = OsString::from("-C\u{1f}target-feature=+simd128");
    // Of several that fit, the last one counts.
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
    // The standard library's are told so unless its sources are installed, too.
    remap(&sources, &format!("/rustc/{commit}"));
    Ok(flags)
}

/// Node with a script that stands in the project.
pub fn node(script: &str) -> Command {
    let mut command = Command::new("node");
    command.arg(script).current_dir(root());
    command
}

/// npm, by the name it has on this system.
pub fn ensure_npm_packages() -> Command {
    let mut command = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    command.current_dir(root());
    command
}

/// The command as a person would type it.
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
pub fn run(command: &mut Command, mend: &str) -> Result<(), Failure> {
    let text = display_command(command);
    match command.stdin(Stdio::null()).status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Failure::new(format!("`{text}` failed ({status})")).hint(mend)),
        Err(error) => Err(Failure::new(format!("`{text}` did not start: {error}")).hint(mend)),
    }
}

/// What a command prints, or nothing where it does not start or fails.
pub fn capture_stdout(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_built_goes_where_cargo_is_told_to_put_it() {
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
    fn no_file_of_xtask_says_itself_where_that_is() {
        let literal = concat!("\"tar", "get/");
        for file in crate::cache::files(&root().join("xtask/src")).expect("its own sources") {
            let text = std::fs::read_to_string(&file).expect("its own source");
            assert!(!text.contains(literal), "{}", shown(&file));
        }
    }

    #[test]
    fn the_flags_of_the_module_name_the_folders_of_this_machine_only_to_replace_them() {
        let flags = wasm_flags().expect("cargo tells").into_string().expect("UTF-8");
        for flag in flags.split('\u{1f}').filter(|flag| flag.contains('/')) {
            let (_, to) = flag
                .strip_prefix("--remap-path-prefix=")
                .and_then(|flag| flag.rsplit_once('='))
                .unwrap_or_else(|| panic!("{flag}"));
            let home = ["/crates", "/hookseal", "/target"].contains(&to) || to.starts_with("/rustc/");
            assert!(home, "{flag}");
        }
        assert!(flags.contains("=/crates"), "{flags}");
    }
}

//! Where the project stands, how its tools are started, and what a failed step says.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Why a step failed, and the command that mends it where there is one.
#[derive(Debug)]
pub struct Failure {
    message: String,
    mend: Option<String>,
}

impl Failure {
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), mend: None }
    }

    pub fn mend(mut self, mend: impl Into<String>) -> Self {
        self.mend = Some(mend.into());
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
        if let Some(mend) = &self.mend {
            write!(f, "\n       to mend it: {mend}")?;
        }
        Ok(())
    }
}

/// The folder of the workspace.
pub fn root() -> PathBuf {
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

/// A cargo that compiles for WebAssembly with SIMD. The flag is given for this build alone, so
/// native builds keep their cache, and in the variable that wins over a caller's own flags.
pub fn cargo_wasm(subcommand: &str) -> Command {
    let mut command = cargo();
    command
        .args([subcommand, "--locked", "--target", "wasm32-unknown-unknown", "--features", "js"])
        .env("CARGO_ENCODED_RUSTFLAGS", "-C\u{1f}target-feature=+simd128");
    command
}

/// Node with a script that stands in the project.
pub fn node(script: &str) -> Command {
    let mut command = Command::new("node");
    command.arg(script).current_dir(root());
    command
}

/// npm, by the name it has on this system.
pub fn npm() -> Command {
    let mut command = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    command.current_dir(root());
    command
}

/// The command as a person would type it.
pub fn typed(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_stem().unwrap_or_default().to_string_lossy();
    let mut text = program.into_owned();
    for argument in command.get_args() {
        text.push(' ');
        text.push_str(&argument.to_string_lossy());
    }
    text
}

/// Runs a step of the set-up or of the build to its end, with its output on the screen.
pub fn must(command: &mut Command, mend: &str) -> Result<(), Failure> {
    let text = typed(command);
    match command.stdin(Stdio::null()).status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Failure::new(format!("`{text}` failed ({status})")).mend(mend)),
        Err(error) => Err(Failure::new(format!("`{text}` did not start: {error}")).mend(mend)),
    }
}

/// What a command prints, or nothing where it does not start or fails.
pub fn answer(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

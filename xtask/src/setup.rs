//! Prerequisites of the commands: the WebAssembly target of the toolchain, Node, the npm packages of the lock file, and
//! for the tests Python, PHP, Redis and a browser.

use std::path::Path;
use std::process::Command;
use std::sync::Mutex;

use crate::cache::CachedStep;
use crate::run::{Failure, capture_stdout, node, npm_command, progress, run};

const TARGET: &str = "wasm32-unknown-unknown";
const MIN_NODE_MAJOR: u32 = 20;

/// Installs the standard library for WebAssembly if it is missing.
pub fn wasm_target() -> Result<(), Failure> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let sysroot = capture_stdout(Command::new(rustc).args(["--print", "sysroot"])).ok_or_else(|| {
        Failure::new("cannot start rustc").hint("install Rust with rustup: https://rustup.rs")
    })?;
    if Path::new(&sysroot).join("lib/rustlib").join(TARGET).join("lib").is_dir() {
        return Ok(());
    }
    if capture_stdout(Command::new("rustup").arg("--version")).is_none() {
        return Err(Failure::new(format!(
            "the Rust toolchain has no {TARGET} target, and there is no rustup to add it"
        ))
        .hint(format!(
            "install rustup (https://rustup.rs), or your system's package with the standard library for {TARGET}"
        )));
    }
    progress(&format!("installing the toolchain's {TARGET} target: rustup target add {TARGET}"));
    run(
        Command::new("rustup").args(["target", "add", TARGET]),
        &format!("run `rustup target add {TARGET}` and fix what it reports"),
    )
}

/// Checks the version of Node, and installs the packages of package-lock.json if they are out of date.
pub fn ensure_npm_packages() -> Result<(), Failure> {
    let install = format!("install Node.js {MIN_NODE_MAJOR} or newer, with npm: https://nodejs.org");
    let version = capture_stdout(&mut node("--version"))
        .ok_or_else(|| Failure::new("cannot start node").hint(install.as_str()))?;
    let major = version.trim_start_matches('v').split('.').next().and_then(|text| text.parse::<u32>().ok());
    if major.is_none_or(|major| major < MIN_NODE_MAJOR) {
        return Err(Failure::new(format!("Node {version} is too old")).hint(install));
    }
    CachedStep::new(
        "npm",
        &["package.json", "package-lock.json", "pkg/package.json", "bench/package.json", "site/package.json", "www/package.json"],
        &["node_modules/.package-lock.json"],
    )?
    .stamp_path("node_modules/.hookseal-stamp")
    .run_if_stale(|| {
        if capture_stdout(npm_command().arg("--version")).is_none() {
            return Err(Failure::new("cannot start npm").hint(install.as_str()));
        }
        progress("installing the npm packages of package-lock.json into node_modules: npm ci");
        run(
            npm_command().args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]),
            "run `npm ci`; if it reports that package.json and package-lock.json disagree, run `npm install` and \
             commit the lock file",
        )
    })
}

/// A program that tests need, the arguments that show whether it works, and its Debian package.
type Needed = (&'static str, &'static [&'static str], &'static str);

/// Other languages in tests: their JSON serializers produce deliveries, and Python's `pty` simulates a terminal.
const LANGUAGES: [Needed; 2] =
    [("python3", &["-c", "import json, pty"], "python3"), ("php", &["-r", "json_encode(1);"], "php-cli")];

/// Serializers of the benchmark of `explain`, in addition to those of the tests.
const RUBY: [Needed; 1] = [("ruby", &["-r", "json", "-e", "JSON.generate(1)"], "ruby")];

/// The Redis for tests of stores and queues. Tests start it on free ports, and stop it.
const REDIS: [Needed; 1] = [("redis-server", &["--version"], "redis-server")];

/// Installs Debian's packages of Python and PHP if they are missing.
pub fn ensure_languages() -> Result<(), Failure> {
    ensure_apt_packages("tests use other languages", || missing_packages(&LANGUAGES))
}

/// Installs Debian's packages of Python, PHP and Ruby if they are missing.
pub fn ensure_serializers() -> Result<(), Failure> {
    ensure_apt_packages("the corpus of explain is made by real serializers", || {
        [missing_packages(&LANGUAGES), missing_packages(&RUBY)].concat()
    })
}

/// Installs Debian's package of Redis if it is missing.
pub fn ensure_redis() -> Result<(), Failure> {
    ensure_apt_packages("stores and queues are tested on a real Redis", || missing_packages(&REDIS))
}

/// Installs all that the test suite needs, in one step.
pub fn ensure_suite() -> Result<(), Failure> {
    ensure_apt_packages("the suite runs other languages, a real Redis and a real browser", || {
        [missing_packages(&LANGUAGES), missing_packages(&REDIS), missing_browser()].concat()
    })
}

/// The packages of programs that do not work.
fn missing_packages(needed: &[Needed]) -> Vec<&'static str> {
    let broken = needed
        .iter()
        .filter(|(program, arguments, _)| capture_stdout(Command::new(program).args(*arguments)).is_none());
    broken.map(|(_, _, package)| *package).collect()
}

/// Paths of browsers that the tests of the page can use. The environment variable `CHROMIUM` names another.
const BROWSERS: [&str; 3] = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/// Installs Debian's package of Chromium if no browser is found.
pub fn ensure_browser() -> Result<(), Failure> {
    ensure_apt_packages("the page is tested in a real browser", missing_browser)
}

fn missing_browser() -> Vec<&'static str> {
    let named = std::env::var_os("CHROMIUM").is_some_and(|path| Path::new(&path).exists());
    if named || BROWSERS.iter().any(|path| Path::new(path).exists()) { vec![] } else { vec!["chromium"] }
}

/// Firefox, and `WebKitGTK` with the display that it needs, for `cargo xtask matrix`.
const OTHER_BROWSERS: [Needed; 3] = [
    ("firefox-esr", &["--version"], "firefox-esr"),
    ("WebKitWebDriver", &["--help"], "webkit2gtk-driver"),
    ("sh", &["-c", "command -v Xvfb"], "xvfb"),
];

/// Installs Debian's packages of Firefox and `WebKitGTK` if they are missing.
pub fn ensure_other_browsers() -> Result<(), Failure> {
    ensure_apt_packages("the matrix opens pages in every browser", || missing_packages(&OTHER_BROWSERS))
}

/// Held while packages are installed: apt-get runs once at a time.
static INSTALLING: Mutex<()> = Mutex::new(());

/// Installs missing Debian packages if the user is root. Otherwise the error names the packages.
fn ensure_apt_packages(why: &str, missing: impl Fn() -> Vec<&'static str>) -> Result<(), Failure> {
    let _held = INSTALLING.lock();
    let wanted = missing();
    if wanted.is_empty() {
        return Ok(());
    }
    let packages = wanted.join(" ");
    let by_hand =
        format!("install {packages} (Debian: `apt-get install {packages}`), then run this command again");
    let is_root = capture_stdout(Command::new("id").arg("-u")).is_some_and(|id| id == "0");
    if !is_root || capture_stdout(Command::new("apt-get").arg("--version")).is_none() {
        let hindrance = if is_root { "there is no apt-get" } else { "only root can install them" };
        return Err(Failure::new(format!("{why}, which needs {packages}; {hindrance}")).hint(by_hand));
    }
    progress(&format!("installing what the tests need: apt-get update, apt-get install {packages}"));
    let apt = |arguments: &[&str]| {
        let mut command = Command::new("apt-get");
        command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
        run(&mut command, &by_hand)
    };
    // Package lists are empty in a fresh container, and outdated in an old one.
    apt(&["update", "--quiet"])?;
    apt(&[&["install", "--yes", "--quiet", "--no-install-recommends"], wanted.as_slice()].concat())?;
    if missing().is_empty() {
        Ok(())
    } else {
        Err(Failure::new(format!("{packages} still do not work")).hint(by_hand))
    }
}

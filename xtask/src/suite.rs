//! `cargo xtask test`: every check and every test of the project, counted.

use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Instant;

use crate::cache::files;
use crate::run::{Failure, capture_stdout, cargo, display_command, node, root, target};
use crate::summary::{Count, Summary};
use crate::{docs, licenses, npm, reproduce, rust_package, setup, wasm, words, www};

/// Runs every step, or with `quick` those of the inner loop, and prints the table.
pub fn run(quick: bool) -> Result<ExitCode, Failure> {
    let mut suite = Suite { summary: Summary::new(), quick };
    let before = tracked_changes();
    if quick {
        suite.rust();
        if suite.step("build", npm::build) {
            suite.typescript()?;
            let has_page_core = suite.step("core of the playground", wasm::build_for_page);
            suite.playground_without_browser(has_page_core)?;
        }
    } else {
        suite.all()?;
        // Some generated files are committed. A build that changes one shows that it was out of date.
        suite.step("committed files are as built", || {
            let after = tracked_changes();
            if before == after {
                return Ok(());
            }
            Err(Failure::new(format!("the run changed tracked files:\n{after}"))
                .hint("review `git diff` and commit"))
        });
    }
    suite.summary.print();
    Ok(if suite.summary.total().failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

struct Suite {
    summary: Summary,
    quick: bool,
}

impl Suite {
    /// Everything, in two threads of about the same length. What compiles WebAssembly keeps one processor busy, and so do bundlers
    /// and the browser. They run at the same time as the steps that run programs. A third thread installs programs first.
    fn all(&mut self) -> Result<(), Failure> {
        let (send, is_built) = mpsc::channel();
        let [building, mut installing] =
            [(); 2].map(|()| Self { summary: self.summary.at_the_same_time(), quick: self.quick });
        thread::scope(|scope| {
            let building = scope.spawn(move || building.build(&send));
            let installing = scope.spawn(move || {
                installing.step("Debian's packages", setup::ensure_suite);
                Ok(installing.summary)
            });
            self.rust();
            if is_built.recv().unwrap_or(false) {
                self.typescript()?;
                self.cli_tests()?;
                self.redis()?;
                self.packaging()?;
                self.receiving()?;
                self.hostile_and_explain();
            }
            for thread in [installing, building] {
                let summary =
                    thread.join().map_err(|_| Failure::new("a thread of the suite has panicked"))??;
                self.summary.append(summary);
            }
            Ok(())
        })
    }

    /// Builds the package, and says whether it is built; then all else that is built: for WebAssembly, a second time, and the
    /// playground, with their tests.
    fn build(mut self, is_built: &mpsc::Sender<bool>) -> Result<Summary, Failure> {
        let built = self.step("build", npm::build);
        // The other thread no longer waits if it has failed.
        is_built.send(built).ok();
        if built {
            let has_page_core = self.step("core of the playground", wasm::build_for_page);
            self.webassembly();
            self.step("reproducible build", reproduce::against_this);
            self.playground_without_browser(has_page_core)?;
            self.playground()?;
            self.programs();
        }
        Ok(self.summary)
    }

    fn rust(&mut self) {
        self.check("cargo fmt", cargo().args(["fmt", "--all", "--check"]), "run `cargo fmt --all`");
        self.step("words", words::check);
        self.check(
            "clippy",
            cargo()
                .args(["clippy", "--locked", "--quiet", "--workspace", "--all-targets", "--"])
                .args(["-D", "warnings"]),
            "fix what clippy reports",
        );
        self.check(
            "clippy, without full",
            cargo()
                .args(["clippy", "--locked", "--quiet", "--package", "hookseal", "--no-default-features"])
                .args(["--all-targets", "--", "-D", "warnings"]),
            "add or remove `#[cfg(feature = \"full\")]` where clippy reports",
        );
        // Tests enable features. A program that depends on the crate may have none.
        self.check(
            "clippy, without features",
            cargo()
                .args(["clippy", "--locked", "--quiet", "--package", "hookseal", "--no-default-features"])
                .args(["--lib", "--", "-D", "warnings"]),
            "add `#[cfg(feature = ...)]` where clippy reports",
        );
        if self.quick {
            self.tests(
                "Rust unit tests",
                cargo().args(["test", "--locked", "--quiet", "--workspace", "--lib", "--bins"]),
            );
            return;
        }
        // Two commands: in one, the dependencies of xtask are compiled again, with the features that tests add.
        self.tests(
            "Rust tests",
            cargo().args([
                "test",
                "--locked",
                "--quiet",
                "--no-fail-fast",
                "--workspace",
                "--exclude",
                "xtask",
            ]),
        );
        self.tests(
            "Rust tests of xtask",
            cargo().args(["test", "--locked", "--quiet", "--package", "xtask"]),
        );
        // Clippy has compiled all tests without `full`. These are of code that the feature changes; the others read schemas and
        // JSON, where it only adds functions.
        self.tests(
            "Rust tests, without full",
            cargo()
                .args(["test", "--locked", "--quiet", "--package", "hookseal", "--no-default-features"])
                .args(["--no-fail-fast", "--test", "compiled", "--test", "signature"])
                .args(["--test", "signature_lists", "--test", "webhook"])
                .args(["--", "--skip", "severities::"]),
        );
        self.check(
            "cargo doc",
            cargo()
                .args(["doc", "--locked", "--quiet", "--no-deps", "--package", "hookseal"])
                .args(["--features", "getrandom,http,public-key,serde_json"])
                .env("RUSTDOCFLAGS", "-D warnings"),
            "fix what rustdoc reports",
        );
        self.step("licenses and sources", licenses::check);
    }

    fn webassembly(&mut self) {
        self.step("clippy, WebAssembly", || {
            for features in
                [&["--features", "js-full,outline"][..], &["--no-default-features", "--features", "js"]]
            {
                let mut clippy = crate::run::cargo_wasm("clippy")?;
                clippy.args(features).args(["--quiet", "--package", "hookseal", "--", "-D", "warnings"]);
                crate::run::run(&mut clippy, "fix what clippy reports")?;
            }
            Ok(())
        });
        let start = Instant::now();
        self.announce("WebAssembly tests in Node");
        match wasm::test_commands() {
            Ok(mut commands) => {
                let mut count = Count::default();
                let mut verdict = Ok(());
                for command in &mut commands {
                    let (module, outcome) = capture(command);
                    count.passed += module.passed;
                    count.failed += module.failed;
                    verdict = verdict.and(outcome);
                }
                self.summary.tests("WebAssembly tests in Node", count, verdict, start.elapsed());
            }
            Err(failure) => {
                eprintln!("{failure}");
                self.summary.check("WebAssembly tests in Node", Err(failure.to_string()), start.elapsed());
            }
        }
    }

    fn typescript(&mut self) -> Result<(), Failure> {
        self.check(
            "biome",
            node("node_modules/@biomejs/biome/bin/biome").args(["ci", "--colors=off", "."]),
            "run `npx biome check --write .`, and fix the rest by hand",
        );
        self.check(
            "tsc --strict",
            node("node_modules/typescript/bin/tsc").args(["--project", "tsconfig.json"]),
            "fix what tsc reports",
        );
        self.step("Python and PHP", setup::ensure_languages);
        self.tests("TypeScript unit tests", &mut node_tests("pkg/test/unit")?);
        Ok(())
    }

    fn playground_without_browser(&mut self, has_core: bool) -> Result<(), Failure> {
        if has_core {
            let mut tests = node_tests("www/test/unit")?;
            tests.env(wasm::PAGE_MODULE_ENV, target().join(wasm::PAGE_MODULE));
            self.tests("playground without a browser", &mut tests);
        }
        Ok(())
    }

    /// Tests that start the command as a process.
    fn cli_tests(&mut self) -> Result<(), Failure> {
        // Node leaves one processor free, and these tests wait for processes that they start.
        let mut tests = node_tests_with("pkg/test/cli", &["--test-concurrency=2"])?;
        self.tests("command-line tests", &mut tests);
        Ok(())
    }

    /// Tests on a real Redis, which they start and kill.
    fn redis(&mut self) -> Result<(), Failure> {
        if self.step("Redis", setup::ensure_redis) {
            self.tests("stores and queues on a real Redis", &mut node_tests("pkg/test/redis")?);
            self.check(
                "no event is lost by faults",
                crate::faults().arg("--short"),
                "list what was lost or handled twice: `cargo xtask faults`",
            );
        }
        Ok(())
    }

    fn packaging(&mut self) -> Result<(), Failure> {
        self.tests("npm packaging tests", &mut node_tests("pkg/test/packaging")?);
        self.check(
            "other versions of Node.js",
            crate::matrix().arg("--quick"),
            "repeat what failed: `cargo xtask matrix NAME`",
        );
        // Receivers with axum and actix-web, and the README's program, on the packed crate.
        self.announce("the packed crate");
        let start = Instant::now();
        let (count, verdict) = match rust_package::test_examples() {
            Ok(mut command) => capture(&mut command),
            Err(failure) => (Count::default(), Err(failure.to_string())),
        };
        self.summary.tests("the packed crate", count, verdict, start.elapsed());
        Ok(())
    }

    /// Tests of the built page in a real browser.
    fn playground(&mut self) -> Result<(), Failure> {
        if !self.step("playground", www::build) {
            return Ok(());
        }
        self.check("size of the page", &mut www::check_size(), "remove code from www/src");
        if self.step("browser", setup::ensure_browser) {
            self.tests("playground in Chromium", &mut node_tests("www/test/browser")?);
            if self.step("site of the documentation", || docs::build(docs::Extent::Light)) {
                let mut tests = node_tests("site/test")?;
                tests.env("HOOKSEAL_SITE", docs::folder(docs::Extent::Light));
                self.tests("site in Chromium", &mut tests);
            }
        }
        Ok(())
    }

    /// Tests of receivers in real servers of every framework and runtime, one process each.
    fn receiving(&mut self) -> Result<(), Failure> {
        self.tests("receivers in real servers", &mut node_tests("pkg/test/servers")?);
        // One short round shows that all responses are right under load. Its times decide nothing.
        self.check(
            "responses under load",
            node("bench/load/main.mjs").args(["--rounds", "1", "--amount", "1000"]),
            "fix the receiver that the message names",
        );
        Ok(())
    }

    /// Programs of the built package.
    fn programs(&mut self) {
        self.check(
            "demo",
            &mut node(crate::DEMO),
            "compare each line of the demo with what its sentence promises: `cargo xtask demo`",
        );
        // The short form measures nothing. It shows that all contenders do the same job on the same bytes.
        self.check(
            "benchmark contenders",
            node("bench/main.mjs").arg("--short"),
            "fix the contender that the message names",
        );
    }

    fn hostile_and_explain(&mut self) {
        self.check(
            "hostile payloads",
            &mut node("bench/hostile.mjs"),
            "profile the slow payload: `node bench/hostile.mjs NAME 50`",
        );
        // The whole corpus is measured by `cargo xtask bench --explain`.
        self.check(
            "no false proof of explain",
            node(crate::EXPLAIN).arg("--short"),
            "correct the cause that is named: `cargo xtask bench --explain --show 20`",
        );
    }

    fn announce(&self, name: &str) {
        println!("[{:>6.1}s] {name}", self.summary.elapsed().as_secs_f64());
    }

    /// Runs a step of xtask itself. Returns whether it succeeded.
    fn step(&mut self, name: &'static str, work: impl FnOnce() -> Result<(), Failure>) -> bool {
        self.announce(name);
        let start = Instant::now();
        let verdict = work().map_err(|failure| failure.to_string());
        if let Err(reason) = &verdict {
            eprintln!("{reason}");
        }
        let succeeded = verdict.is_ok();
        self.summary.check(name, verdict, start.elapsed());
        succeeded
    }

    fn check(&mut self, name: &'static str, command: &mut Command, hint: &str) {
        self.announce(name);
        let start = Instant::now();
        let (_, verdict) = capture(command);
        let verdict = verdict.map_err(|reason| format!("{reason}\n       fix: {hint}"));
        self.summary.check(name, verdict, start.elapsed());
    }

    fn tests(&mut self, name: &'static str, command: &mut Command) {
        self.announce(name);
        let start = Instant::now();
        let (count, verdict) = capture(command);
        self.summary.tests(name, count, verdict, start.elapsed());
    }
}

/// Runs a command and captures its output. Prints the output only if the command failed.
fn capture(command: &mut Command) -> (Count, Result<(), String>) {
    let text = display_command(command);
    let output = match command.stdin(Stdio::null()).output() {
        Ok(output) => output,
        Err(error) => return (Count::default(), Err(format!("cannot start `{text}`: {error}"))),
    };
    let stdout = String::from_utf8_lossy(&output.stdout);
    let count = Count::read(&stdout);
    if output.status.success() {
        return (count, Ok(()));
    }
    println!("{stdout}{}", String::from_utf8_lossy(&output.stderr));
    (count, Err(format!("`{text}` failed ({}); its output is above", output.status)))
}

/// Runs node:test over every `*.test.ts` in a folder. Node 20 supports no globs, so each file is an argument.
fn node_tests(folder: &str) -> Result<Command, Failure> {
    node_tests_with(folder, &[])
}

fn node_tests_with(folder: &str, options: &[&str]) -> Result<Command, Failure> {
    let mut command = Command::new("node");
    command.current_dir(root()).args(["--import", "tsx", "--test", "--test-reporter=spec"]).args(options);
    for file in files(&root().join(folder))? {
        if is_node_test(&file) {
            command.arg(&file);
        }
    }
    Ok(command)
}

fn is_node_test(file: &Path) -> bool {
    file.to_str().is_some_and(|path| path.ends_with(".test.ts"))
}

/// Returns the status of tracked files in git. Empty outside of a clone.
fn tracked_changes() -> String {
    let mut git = Command::new("git");
    git.current_dir(root()).args(["status", "--porcelain", "--untracked-files=no"]);
    let names = capture_stdout(&mut git).unwrap_or_default();
    let mut diff = Command::new("git");
    diff.current_dir(root()).args(["diff", "--stat"]);
    format!("{names}\n{}", capture_stdout(&mut diff).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::relative_path;

    #[test]
    fn every_test_of_the_package_is_in_a_folder_that_the_suite_runs() {
        let source = include_str!("suite.rs");
        for file in files(&root().join("pkg/test")).expect("readable folder") {
            let folder = relative_path(file.parent().expect("a file has a folder"));
            let is_run =
                ["", "_with"].iter().any(|with| source.contains(&format!("node_tests{with}(\"{folder}\"")));
            assert!(!is_node_test(&file) || is_run, "no step runs the tests of {folder}");
        }
    }
}

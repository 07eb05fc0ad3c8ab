//! `cargo xtask test`: every check and every test of the project, counted.

use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use crate::cache::files;
use crate::run::{Failure, capture_stdout, cargo, display_command, node, root, target};
use crate::summary::{Count, Summary};
use crate::{licences, npm, reproduce, setup, wasm, www};

/// Runs everything, or with `quick` what answers within seconds, and prints the table.
pub fn run(quick: bool) -> Result<ExitCode, Failure> {
    let mut suite = Suite { tally: Summary::new(), quick };
    let before = tracked_changes();
    suite.rust();
    if suite.step("build", npm::build) {
        suite.typescript()?;
        if !quick {
            suite.webassembly();
            suite.check(
                "hostile payloads, that none takes long",
                &mut node("bench/hostile.mjs"),
                "see which one takes long, and why: `node bench/hostile.mjs NAME 50`",
            );
            suite.cli_tests()?;
            suite.redis()?;
            suite.packaging()?;
            suite.playground()?;
            suite.receiving()?;
        }
    }
    if !quick {
        // A build that changes a committed file means that the file was not what the build makes.
        suite.step("committed files are as built", || {
            let after = tracked_changes();
            if before == after {
                return Ok(());
            }
            Err(Failure::new(format!("the run changed tracked files:\n{after}"))
                .hint("look at `git diff` and commit"))
        });
    }
    suite.tally.print();
    Ok(if suite.tally.total().failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

struct Suite {
    tally: Summary,
    quick: bool,
}

impl Suite {
    fn rust(&mut self) {
        self.check("cargo fmt", cargo().args(["fmt", "--all", "--check"]), "run `cargo fmt --all`");
        self.check(
            "clippy",
            cargo()
                .args(["clippy", "--locked", "--quiet", "--workspace", "--all-targets", "--"])
                .args(["-D", "warnings"]),
            "mend what clippy says",
        );
        if self.quick {
            self.tests(
                "Rust unit tests",
                cargo().args(["test", "--locked", "--quiet", "--workspace", "--lib"]),
            );
            return;
        }
        self.tests(
            "Rust tests",
            cargo().args(["test", "--locked", "--quiet", "--workspace", "--no-fail-fast"]),
        );
        self.check(
            "cargo doc",
            cargo()
                .args(["doc", "--locked", "--quiet", "--no-deps", "--package", "hookseal"])
                .env("RUSTDOCFLAGS", "-D warnings"),
            "mend what rustdoc says",
        );
        self.step("licences and sources", licences::check);
    }

    fn webassembly(&mut self) {
        self.step("clippy, WebAssembly", || {
            let arguments =
                ["--features", "outline", "--quiet", "--package", "hookseal", "--", "-D", "warnings"];
            crate::run::run(crate::run::cargo_wasm("clippy")?.args(arguments), "mend what clippy says")
        });
        let start = Instant::now();
        self.announce("WebAssembly tests in Node");
        match wasm::test_commands() {
            Ok(mut commands) => {
                let mut count = Count::default();
                let mut verdict = Ok(());
                for command in &mut commands {
                    let (one, outcome) = capture(command);
                    count.passed += one.passed;
                    count.failed += one.failed;
                    verdict = verdict.and(outcome);
                }
                self.tally.tests("WebAssembly tests in Node", count, verdict, start.elapsed());
            }
            Err(failure) => {
                eprintln!("{failure}");
                self.tally.check("WebAssembly tests in Node", Err(failure.to_string()), start.elapsed());
            }
        }
    }

    fn typescript(&mut self) -> Result<(), Failure> {
        self.check(
            "biome",
            node("node_modules/@biomejs/biome/bin/biome").args(["ci", "--colors=off", "."]),
            "run `npx biome check --write .`, and mend by hand what is left",
        );
        self.check(
            "tsc --strict",
            node("node_modules/typescript/bin/tsc").args(["--project", "tsconfig.json"]),
            "mend what tsc says",
        );
        self.step("languages that tests send from", setup::ensure_languages);
        self.tests("TypeScript unit tests", &mut node_tests("pkg/test", is_unit)?);
        if self.step("core of the playground", wasm::build_for_page) {
            let mut tests = node_tests("www/test/unit", |_| true)?;
            tests.env(wasm::PAGE_MODULE_ENV, target().join(wasm::PAGE_MODULE));
            self.tests("playground without a browser", &mut tests);
        }
        Ok(())
    }

    /// The command as a process: each of its tests starts it anew, which takes its time.
    fn cli_tests(&mut self) -> Result<(), Failure> {
        let mut tests = node_tests("pkg/test", |name| name.starts_with("cli"))?;
        self.tests("command-line tests", &mut tests);
        Ok(())
    }

    /// What needs a real Redis, which the tests start and kill.
    fn redis(&mut self) -> Result<(), Failure> {
        if self.step("Redis", setup::ensure_redis) {
            let mut tests = node_tests("pkg/test", |name| name.starts_with("redis"))?;
            self.tests("stores and queues on a real Redis", &mut tests);
            self.check(
                "faults, that nothing is lost",
                crate::faults().arg("--short"),
                "see what was lost or handled twice: `cargo xtask faults`",
            );
        }
        Ok(())
    }

    fn packaging(&mut self) -> Result<(), Failure> {
        self.tests("npm packaging tests", &mut node_tests("pkg/packaging-test", |_| true)?);
        self.step("another build makes the same bytes", reproduce::against_this);
        self.check("demo", &mut node(crate::DEMO), "mend what came out otherwise than it should");
        // One round measures nothing; it shows that everybody in it does the same job on the same bytes.
        self.check(
            "bench, that all do the same job",
            node("bench/main.mjs").args(["--rounds", "1", "--only", "seed"]),
            "mend the contender that the message names",
        );
        Ok(())
    }

    /// The page as it is built, in a real browser.
    fn playground(&mut self) -> Result<(), Failure> {
        if !self.step("playground", www::build) {
            return Ok(());
        }
        self.check(
            "weight of the page",
            &mut www::weigh(),
            "take out of www/src what does not earn its bytes",
        );
        if self.step("browser", setup::ensure_browser) {
            self.tests("playground in Chromium", &mut node_tests("www/test/browser", |_| true)?);
        }
        Ok(())
    }

    /// Real servers of every framework and runtime, each a process of its own.
    fn receiving(&mut self) -> Result<(), Failure> {
        let recipes = |name: &str| name.starts_with("recipes");
        self.tests(
            "receivers in real servers",
            &mut node_tests("pkg/receiving-test", |name| !recipes(name))?,
        );
        self.tests("recipes for receivers", &mut node_tests("pkg/receiving-test", recipes)?);
        // One short round shows that all answers are right under load; its times decide nothing.
        self.check(
            "load, that all answers are right",
            node("bench/load/main.mjs").args(["--rounds", "1", "--amount", "1000"]),
            "mend the receiver whose answers the message names",
        );
        Ok(())
    }

    fn announce(&self, name: &str) {
        println!("[{:>6.1}s] {name}", self.tally.elapsed().as_secs_f64());
    }

    /// A step of xtask itself. Whether it succeeded.
    fn step(&mut self, name: &'static str, work: impl FnOnce() -> Result<(), Failure>) -> bool {
        self.announce(name);
        let start = Instant::now();
        let verdict = work().map_err(|failure| failure.to_string());
        if let Err(reason) = &verdict {
            eprintln!("{reason}");
        }
        let succeeded = verdict.is_ok();
        self.tally.check(name, verdict, start.elapsed());
        succeeded
    }

    fn check(&mut self, name: &'static str, command: &mut Command, mend: &str) {
        self.announce(name);
        let start = Instant::now();
        let (_, verdict) = capture(command);
        let verdict = verdict.map_err(|reason| format!("{reason}\n       to mend it: {mend}"));
        self.tally.check(name, verdict, start.elapsed());
    }

    fn tests(&mut self, name: &'static str, command: &mut Command) {
        self.announce(name);
        let start = Instant::now();
        let (count, verdict) = capture(command);
        self.tally.tests(name, count, verdict, start.elapsed());
    }
}

/// Runs a command, keeps what it prints, and shows it only where the command failed.
fn capture(command: &mut Command) -> (Count, Result<(), String>) {
    let text = display_command(command);
    let output = match command.stdin(Stdio::null()).output() {
        Ok(output) => output,
        Err(error) => return (Count::default(), Err(format!("`{text}` did not start: {error}"))),
    };
    let stdout = String::from_utf8_lossy(&output.stdout);
    let count = Count::read(&stdout);
    if output.status.success() {
        return (count, Ok(()));
    }
    println!("{stdout}{}", String::from_utf8_lossy(&output.stderr));
    (count, Err(format!("`{text}` failed ({}); what it said stands above", output.status)))
}

/// Whether a test needs neither the command as a process nor a Redis.
fn is_unit(name: &str) -> bool {
    !name.starts_with("cli") && !name.starts_with("redis")
}

/// node:test over the `*.test.ts` below a folder whose names are wanted. Node 20 knows no globs, so the files are
/// named.
fn node_tests(folder: &str, wanted: impl Fn(&str) -> bool) -> Result<Command, Failure> {
    let mut command = Command::new("node");
    command.current_dir(root()).args(["--import", "tsx", "--test", "--test-reporter=spec"]);
    for file in files(&root().join(folder))? {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        if name.ends_with(".test.ts") && wanted(&name) {
            command.arg(&file);
        }
    }
    Ok(command)
}

/// What git says of tracked files; nothing where this is no clone.
fn tracked_changes() -> String {
    let mut git = Command::new("git");
    git.current_dir(root()).args(["status", "--porcelain", "--untracked-files=no"]);
    let names = capture_stdout(&mut git).unwrap_or_default();
    let mut diff = Command::new("git");
    diff.current_dir(root()).args(["diff", "--stat"]);
    format!("{names}\n{}", capture_stdout(&mut diff).unwrap_or_default())
}

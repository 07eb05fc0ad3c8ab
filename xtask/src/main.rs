//! The project's own commands: `cargo xtask demo | test | words | build | www | docs | bench | load | faults | matrix | types | reproduce |
//! release | advisories`.

mod blob;
mod cache;
mod catalog;
mod causes;
mod codes;
mod crates;
mod docs;
mod layout;
mod licenses;
mod manifest;
mod notices;
mod npm;
mod page;
mod panics;
mod provider_pages;
mod release;
mod reproduce;
mod run;
mod rust_package;
mod sbom;
mod setup;
mod suite;
mod summary;
mod versions;
mod wasm;
mod words;
mod www;

use std::ffi::OsString;
use std::process::{self, ExitCode};

use lexopt::prelude::{Long, Short, Value};

use crate::run::{Failure, display_command, node};

/// The script of `cargo xtask demo`. The suite runs it as well: it fails if a delivery has an unexpected outcome.
pub const DEMO: &str = "demo/demo.mjs";

/// The script of `cargo xtask bench --explain`. The suite runs a short form of it: a false proof is a failure.
pub const EXPLAIN: &str = "bench/explain/main.mjs";

const HELP: &str = "\
cargo xtask demo             builds everything and runs real deliveries
cargo xtask test [--quick]   runs every check and every test; --quick: fmt, clippy, words, unit tests
cargo xtask words            only the check of words that this project avoids
cargo xtask build            builds the WebAssembly core and the npm package in pkg/dist
cargo xtask www [--build]    serves the playground on this machine; --build: only builds www/dist
cargo xtask docs [--build]   the documentation as a site: serves it on this machine; --build: only builds it
cargo xtask bench [ARGS]     what Hookseal and others cost; --write: into docs/performance.md, --only, --clock, --long
cargo xtask bench --explain  explains deliveries with known changes; --write: into docs/causes.md, --short, --only, --show
cargo xtask load [ARGS]      every receiver under load, compared with the same server without Hookseal
cargo xtask faults [ARGS]    kills processes, Redis and connections, and counts lost events; --short, --only WORDS
cargo xtask matrix [NAMES]   the packed package in projects of users; --list, --keep, --write: into docs/environments.md
cargo xtask types            generates the TypeScript types of providers, codes and causes
cargo xtask reproduce        builds the package twice, in two clean folders, and compares every byte
cargo xtask release          checks and packs a release, and publishes nothing; --dry-run: what is not ready is listed,
                             --quick: without the two clean builds
cargo xtask advisories       known vulnerabilities, by cargo deny and npm audit; needs the network

Each command does its own set-up and skips steps that are up to date.";

fn main() -> ExitCode {
    let outcome = match Command::read(std::env::args_os().skip(1)) {
        Ok(command) => command.run(),
        Err(failure) => {
            eprintln!("{failure}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("\n{failure}");
            ExitCode::FAILURE
        }
    }
}

enum Command {
    Demo(Vec<OsString>),
    Test { quick: bool },
    Words,
    Build,
    Www { serve: bool },
    Docs { serve: bool },
    Bench(Vec<OsString>),
    Load(Vec<OsString>),
    Faults(Vec<OsString>),
    Matrix(Vec<OsString>),
    Types,
    Reproduce,
    Release(release::Options),
    Advisories,
    Help,
}

impl Command {
    fn read(arguments: impl Iterator<Item = OsString>) -> Result<Self, Failure> {
        let mut parser = lexopt::Parser::from_args(arguments);
        let usage = |error: lexopt::Error| Failure::new(error.to_string()).hint("run `cargo xtask --help`");
        let mut quick = false;
        let mut serve = true;
        let mut options = release::Options::default();
        let mut name: Option<String> = None;
        while let Some(argument) = parser.next().map_err(usage)? {
            match argument {
                Short('h') | Long("help") => return Ok(Self::Help),
                Long("quick") if name.as_deref() == Some("test") => quick = true,
                Long("quick") if name.as_deref() == Some("release") => options.quick = true,
                Long("dry-run") if name.as_deref() == Some("release") => options.dry_run = true,
                Long("build") if matches!(name.as_deref(), Some("www" | "docs")) => serve = false,
                Value(word) if name.is_none() => {
                    let word = word.to_string_lossy().into_owned();
                    // The remaining arguments belong to the script.
                    let start: Option<fn(Vec<OsString>) -> Self> = match word.as_str() {
                        "demo" => Some(Self::Demo),
                        "bench" => Some(Self::Bench),
                        "load" => Some(Self::Load),
                        "faults" => Some(Self::Faults),
                        "matrix" => Some(Self::Matrix),
                        _ => None,
                    };
                    if let Some(start) = start {
                        return Ok(start(parser.raw_args().map_err(usage)?.collect()));
                    }
                    name = Some(word);
                }
                other => return Err(usage(other.unexpected())),
            }
        }
        match name.as_deref() {
            None | Some("help") => Ok(Self::Help),
            Some("test") => Ok(Self::Test { quick }),
            Some("words") => Ok(Self::Words),
            Some("build") => Ok(Self::Build),
            Some("www") => Ok(Self::Www { serve }),
            Some("docs") => Ok(Self::Docs { serve }),
            Some("types") => Ok(Self::Types),
            Some("reproduce") => Ok(Self::Reproduce),
            Some("release") => Ok(Self::Release(options)),
            Some("advisories") => Ok(Self::Advisories),
            Some(other) => {
                Err(Failure::new(format!("unknown command `{other}`")).hint("run `cargo xtask --help`"))
            }
        }
    }

    fn run(self) -> Result<ExitCode, Failure> {
        match self {
            Self::Help => println!("{HELP}"),
            Self::Test { quick } => return suite::run(quick),
            Self::Words => words::check()?,
            Self::Build => npm::build()?,
            Self::Reproduce => reproduce::run()?,
            Self::Release(options) => release::release(options)?,
            Self::Advisories => licenses::advisories()?,
            Self::Types => {
                setup::ensure_npm_packages()?;
                npm::types()?;
            }
            Self::Demo(rest) => {
                npm::build()?;
                let outcome = script(node(DEMO).args(rest));
                println!("\nTo see it in a browser: {}", www::PLAYGROUND_COMMAND);
                return outcome;
            }
            Self::Www { serve } => {
                www::build()?;
                if serve {
                    return script(&mut www::serve());
                }
            }
            Self::Docs { serve } => {
                docs::build(docs::Extent::Whole)?;
                if serve {
                    return script(&mut docs::serve());
                }
                println!("The site is built in {}.", run::relative_path(&docs::folder(docs::Extent::Whole)));
                println!(
                    "A static host serves it at the root of a domain. On this machine: cargo xtask docs"
                );
            }
            Self::Bench(mut rest) => {
                npm::build()?;
                let before = rest.len();
                rest.retain(|argument| argument != "--explain");
                if rest.len() == before {
                    if measures_playground(&rest) {
                        www::build()?;
                        setup::ensure_browser()?;
                    }
                    return script(node("bench/main.mjs").args(rest));
                }
                setup::ensure_serializers()?;
                let outcome = script(node(EXPLAIN).args(rest))?;
                // The page of causes contains the measured shares.
                causes::write()?;
                return Ok(outcome);
            }
            Self::Faults(rest) => {
                npm::build()?;
                setup::ensure_redis()?;
                return script(faults().args(rest));
            }
            Self::Matrix(rest) => {
                if !rest.iter().any(|argument| argument == "--list") {
                    www::build()?;
                    setup::ensure_browser()?;
                    setup::ensure_other_browsers()?;
                }
                return script(matrix().args(rest));
            }
            Self::Load(rest) => {
                npm::build()?;
                return script(node("bench/load/main.mjs").args(rest));
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The script of `cargo xtask faults`.
#[must_use]
pub fn faults() -> process::Command {
    let mut command = node("--import");
    command.args(["tsx", "pkg/test/faults/main.ts"]);
    command
}

/// The script of `cargo xtask matrix`.
#[must_use]
pub fn matrix() -> process::Command {
    let mut command = node("--import");
    command.args(["tsx", "pkg/test/matrix/main.ts"]);
    command
}

/// Whether the arguments of `cargo xtask bench` name the group that needs the page.
fn measures_playground(arguments: &[OsString]) -> bool {
    arguments.iter().any(|argument| argument.to_string_lossy().contains("playground"))
}

/// Runs a script of the project and returns its exit status.
fn script(command: &mut process::Command) -> Result<ExitCode, Failure> {
    match command.status() {
        Ok(status) if status.success() => Ok(ExitCode::SUCCESS),
        Ok(_) => Ok(ExitCode::FAILURE),
        Err(error) => Err(Failure::new(format!("cannot start `{}`: {error}", display_command(command)))),
    }
}

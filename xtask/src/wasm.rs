//! Builds the WebAssembly core: compiles it, generates the JavaScript glue, optimizes the module. Runs its tests in Node.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use wasm_bindgen_cli_support::Bindgen;

use crate::cache::CachedStep;
use crate::run::{Failure, cargo_wasm, node, progress, root, run, target};
use crate::{setup, versions};

/// The folder of the generated glue and module, among the sources of the npm package.
pub const GENERATED: &str = "pkg/src/generated";
// The following paths are relative to the target folder.
const COMPILED: &str = "wasm32-unknown-unknown/release/hookseal.wasm";
const GLUE: &str = "xtask/glue";

/// The core of the playground: smaller, half as fast (`[profile.page]` in Cargo.toml), and with outlines for the editor.
const PAGE_COMPILED: &str = "wasm32-unknown-unknown/page/hookseal.wasm";
const PAGE_GLUE: &str = "xtask/page-glue";
pub const PAGE_MODULE: &str = "xtask/page/core.wasm";
/// The environment variable that names the page's module to its build and its tests. The glue is in the same folder.
pub const PAGE_MODULE_ENV: &str = "HOOKSEAL_PAGE_CORE";

/// WebAssembly features of the module. Every supported runtime has had them since 2023.
const FEATURES: [&str; 7] = [
    "--enable-simd",
    "--enable-bulk-memory",
    "--enable-mutable-globals",
    "--enable-sign-ext",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// PERF: inlines fewer functions, for a smaller module: the limit is 225 elsewhere. Functions with `#[inline]` have a limit
/// of their own, and the crates of the hash functions are optimized before this one.
const INLINING: &str = "-Cllvm-args=-inline-threshold=75";

/// Compiles the core and puts glue and module into [`GENERATED`].
pub fn build() -> Result<(), Failure> {
    setup::wasm_target()?;
    versions::check()?;
    progress("compiling the core: cargo rustc --release --target wasm32-unknown-unknown");
    run(
        cargo_wasm("rustc")?.args(["--release", "--quiet", "--package", "hookseal", "--lib", "--", INLINING]),
        "fix what the compiler reports; if it is about Cargo.lock, run `cargo check` and commit the lock file",
    )?;
    let module = format!("{GENERATED}/core.wasm");
    let inline = format!("{GENERATED}/inline.ts");
    CachedStep::new(
        "wasm",
        &[
            target().join(COMPILED).as_path(),
            Path::new("Cargo.lock"),
            Path::new("package-lock.json"),
            Path::new("xtask/src/wasm.rs"),
            Path::new("pkg/scripts/inline.mjs"),
        ],
        &[&module, &inline],
    )?
    .run_if_stale(|| {
        progress("generating the JavaScript glue and optimizing the module: wasm-bindgen, wasm-opt -O3");
        bind(COMPILED, GLUE)?;
        write_glue(GLUE, &root().join(GENERATED))?;
        optimize(GLUE, &["-O3", "-ocimfs", "0"], &root().join(&module))?;
        run(node("pkg/scripts/inline.mjs").args([&module, &inline]), "fix what Node reports")
    })
}

/// Compiles the core for the playground. Its glue differs from the package's by the call for outlines.
pub fn build_for_page() -> Result<(), Failure> {
    progress("compiling the core for the page: cargo build --profile page --target wasm32-unknown-unknown");
    run(
        cargo_wasm("build")?.args([
            "--features",
            "outline",
            "--profile",
            "page",
            "--quiet",
            "--package",
            "hookseal",
        ]),
        "fix what the compiler reports",
    )?;
    CachedStep::new(
        "wasm-page",
        &[
            target().join(PAGE_COMPILED).as_path(),
            Path::new("Cargo.lock"),
            Path::new("package-lock.json"),
            Path::new("xtask/src/wasm.rs"),
        ],
        &[target().join(PAGE_MODULE), page_folder().join("glue.js")],
    )?
    .run_if_stale(|| {
        progress("optimizing the module for the page: wasm-bindgen, wasm-opt -Oz");
        bind(PAGE_COMPILED, PAGE_GLUE)?;
        write_glue(PAGE_GLUE, &page_folder())?;
        optimize(PAGE_GLUE, &["-Oz"], &target().join(PAGE_MODULE))
    })
}

/// The folder with the module and the glue of the playground.
pub fn page_folder() -> PathBuf {
    target().join(PAGE_MODULE).with_file_name("")
}

/// Generates the glue for the `web` target, without a default path to the module: a `new URL(...)` inside a dependency
/// breaks the development servers of bundlers. The package loads the module itself.
fn bind(compiled: &str, glue: &str) -> Result<(), Failure> {
    let glue = target().join(glue);
    Bindgen::new()
        .input_path(target().join(compiled))
        .web(true)
        .and_then(|bindgen| {
            bindgen
                .typescript(true)
                .omit_default_module_path(true)
                .remove_name_section(true)
                .remove_producers_section(true)
                .out_name("glue")
                .generate(&glue)
        })
        .map_err(|error| Failure::new(format!("wasm-bindgen: {error:#}")))
}

/// The TypeScript declaration of the function that [`restartable`] adds.
const FORGET: &str = "\n/**\n * Drops the instance; `initSync` then creates a new one.\n */\nexport function forget(): void;\n";

/// Writes the glue to a folder, changed so that the core can be restarted after a trap.
fn write_glue(glue: &str, folder: &Path) -> Result<(), Failure> {
    fs::create_dir_all(folder).map_err(|error| Failure::file(folder, error))?;
    let read = |name: &str| {
        let path = target().join(glue).join(name);
        fs::read_to_string(&path).map_err(|error| Failure::file(&path, error))
    };
    let glue = restartable(&read("glue.js")?).ok_or_else(|| {
        Failure::new("glue.js does not have the form that `restartable` expects")
            .hint("adapt `restartable` in xtask/src/wasm.rs to the generator's new version")
    })?;
    let declarations = read("glue.d.ts")? + FORGET;
    for (name, text) in [("glue.js", glue), ("glue.d.ts", declarations)] {
        let path = folder.join(name);
        fs::write(&path, text).map_err(|error| Failure::file(&path, error))?;
    }
    Ok(())
}

/// Adds `forget`, after which `initSync` creates a new instance. Each finalizer knows the instance of its pointer, so that
/// a pointer into the old instance is never freed in the new one. PERF: the generator's own option for this adds two checks
/// and a call to every call.
fn restartable(glue: &str) -> Option<String> {
    let register =
        |class: &str, pointer: &str| format!("{class}Finalization.register(this, {pointer}, this);");
    let classes: Vec<String> = glue
        .lines()
        .filter_map(|line| line.strip_prefix("export class ")?.strip_suffix(" {"))
        .map(str::to_owned)
        .collect();
    // These imports hide the globals of the same name, which some test environments lack.
    let mut text = format!("import {{ TextDecoder, TextEncoder }} from \"../runtime.js\";\n\n{glue}");
    for class in &classes {
        let free = format!("wasm.__wbg_{}_free(ptr, 1)", class.to_lowercase());
        let edits = [
            (register(class, "this.__wbg_ptr"), register(class, "[wasm, this.__wbg_ptr]")),
            (format!("ptr => {free}"), format!("([from, ptr]) => from === wasm && {free}")),
        ];
        for (from, to) in edits {
            text = replace_once(&text, &from, &to)?;
        }
    }
    let end = "export { initSync, __wbg_init as default };";
    replace_once(
        &text,
        end,
        &format!(
            "function forget() {{\n    wasm = undefined;\n}}\n\n{}",
            end.replace("initSync", "forget, initSync")
        ),
    )
}

fn replace_once(text: &str, from: &str, to: &str) -> Option<String> {
    (text.matches(from).count() == 1).then(|| text.replacen(from, to, 1))
}

/// Optimizes a module with wasm-opt. PERF: `-ocimfs 0` keeps functions with one caller out of it. Inlining them creates
/// functions of 40 KB, which V8 takes 0.1 s to compile: too long for a process that verifies one delivery.
fn optimize(glue: &str, level: &[&str], module: &Path) -> Result<(), Failure> {
    let mut command = node("node_modules/binaryen/bin/wasm-opt");
    command
        .args(FEATURES)
        .args(level)
        .args(["--strip-producers", "--strip-target-features", "-o"])
        .arg(module);
    command.arg(target().join(glue).join("glue_bg.wasm"));
    run(&mut command, "run `npm ci`, then this command again")
}

/// Compiles the tests of the core for WebAssembly and returns the paths of the modules.
fn test_modules() -> Result<Vec<PathBuf>, Failure> {
    let mut command = cargo_wasm("test")?;
    command.args(["--quiet", "--package", "hookseal", "--test", "wasm", "--no-run", "--message-format=json"]);
    command.stderr(std::process::Stdio::inherit());
    let output = command.output().map_err(|error| Failure::new(format!("cargo did not start: {error}")))?;
    if !output.status.success() {
        return Err(Failure::new("the tests for WebAssembly do not compile")
            .hint("fix what the compiler reports above"));
    }
    let messages = String::from_utf8_lossy(&output.stdout);
    Ok(messages
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|message| message["profile"]["test"] == true)
        .filter_map(|message| message["executable"].as_str().map(PathBuf::from))
        .collect())
}

/// Commands that run the core's own tests in Node, one for each test module.
///
/// wasm-bindgen's own runner depends on 200 crates, most of them for browsers. For Node the few lines of
/// `xtask/wasm-tests.mjs` are enough.
pub fn test_commands() -> Result<Vec<Command>, Failure> {
    let mut commands = Vec::new();
    for module in test_modules()? {
        let folder = target().join("xtask/wasm-tests").join(module.file_stem().unwrap_or_default());
        Bindgen::new()
            .input_path(&module)
            .nodejs(true)
            .and_then(|bindgen| {
                bindgen.debug(true).export_wasm(true).emit_start(false).out_name("tests").generate(&folder)
            })
            .map_err(|error| Failure::new(format!("wasm-bindgen: {error:#}")))?;
        // The glue is CommonJS, unlike the scripts of the project.
        let package = folder.join("package.json");
        fs::write(&package, "{ \"type\": \"commonjs\" }\n")
            .map_err(|error| Failure::file(&package, error))?;
        let mut command = node("xtask/wasm-tests.mjs");
        command.arg(folder.join("tests.js"));
        commands.push(command);
    }
    Ok(commands)
}

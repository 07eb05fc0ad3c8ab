//! The WebAssembly core: compiled, bound to JavaScript, optimised; and its own tests, run in Node.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use wasm_bindgen_cli_support::Bindgen;

use crate::cache::CachedStep;
use crate::run::{Failure, cargo_wasm, node, progress, root, run, target};
use crate::{setup, versions};

/// Where the glue and the module go: sources of the npm package that nobody edits.
pub const GENERATED: &str = "pkg/src/generated";
// What follows stands in the target folder.
const COMPILED: &str = "wasm32-unknown-unknown/release/hookseal.wasm";
const GLUE: &str = "xtask/glue";

/// The core of the playground: smaller, half as fast, and with outlines for the editor. Its glue differs by those.
const PAGE_COMPILED: &str = "wasm32-unknown-unknown/page/hookseal.wasm";
const PAGE_GLUE: &str = "xtask/page-glue";
pub const PAGE_MODULE: &str = "xtask/page/core.wasm";
/// The environment variable that names the page's module to its build and its tests. The glue is in the same folder.
pub const PAGE_MODULE_ENV: &str = "HOOKSEAL_PAGE_CORE";

/// What the compiled module may use. Every runtime the package supports has had them since 2023.
const FEATURES: [&str; 7] = [
    "--enable-simd",
    "--enable-bulk-memory",
    "--enable-mutable-globals",
    "--enable-sign-ext",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// Compiles the core and puts glue and module into [`GENERATED`].
pub fn build() -> Result<(), Failure> {
    setup::wasm_target()?;
    versions::check()?;
    progress("compiling the core: cargo build --release --target wasm32-unknown-unknown");
    run(
        cargo_wasm("build")?.args(["--release", "--quiet", "--package", "hookseal"]),
        "mend what the compiler says; if it is about Cargo.lock, run `cargo check` and commit the lock file",
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
        progress("generating the JavaScript glue and optimising the module: wasm-bindgen, wasm-opt -O3");
        bind(COMPILED, GLUE)?;
        write_glue(GLUE, &root().join(GENERATED))?;
        optimise(GLUE, &["-O3", "-ocimfs", "0"], &root().join(&module))?;
        run(node("pkg/scripts/inline.mjs").args([&module, &inline]), "look at what Node says")
    })
}

/// Compiles the core of the playground, whose other scripts are those of the package.
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
        "fix the errors of the compiler",
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
        progress("optimising the module for the page: wasm-bindgen, wasm-opt -Oz");
        bind(PAGE_COMPILED, PAGE_GLUE)?;
        write_glue(PAGE_GLUE, &page_folder())?;
        optimise(PAGE_GLUE, &["-Oz"], &target().join(PAGE_MODULE))
    })
}

pub fn page_folder() -> PathBuf {
    target().join(PAGE_MODULE).with_file_name("")
}

/// Generates the glue for the `web` target. No default path to the module: a `new URL(...)` inside a
/// dependency breaks bundlers' development servers, and the package brings the module its own way.
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

/// The declaration of what [`restartable`] adds.
const FORGET: &str = "\n/**\n * Lets go of the instance: `initSync` makes another one.\n */\nexport function forget(): void;\n";

/// Copies the glue to a folder, able to make the core again after a trap.
fn write_glue(glue: &str, folder: &Path) -> Result<(), Failure> {
    fs::create_dir_all(folder).map_err(|error| Failure::file(folder, error))?;
    let read = |name: &str| {
        let path = target().join(glue).join(name);
        fs::read_to_string(&path).map_err(|error| Failure::file(&path, error))
    };
    let glue = restartable(&read("glue.js")?).ok_or_else(|| {
        Failure::new("wasm-bindgen writes glue.js in another way than `restartable` expects")
            .hint("adapt `restartable` in xtask/src/wasm.rs to the generator's new version")
    })?;
    let declarations = read("glue.d.ts")? + FORGET;
    for (name, text) in [("glue.js", glue), ("glue.d.ts", declarations)] {
        let path = folder.join(name);
        fs::write(&path, text).map_err(|error| Failure::file(&path, error))?;
    }
    Ok(())
}

/// Adds `forget`, after which `initSync` makes a new instance. Pointers into the old one are never freed in the new one: each
/// finalizer knows the instance that its pointer belongs to. The generator's own option for this puts two checks and a call
/// in front of every call.
fn restartable(glue: &str) -> Option<String> {
    let register =
        |class: &str, pointer: &str| format!("{class}Finalization.register(this, {pointer}, this);");
    let classes: Vec<String> = glue
        .lines()
        .filter_map(|line| line.strip_prefix("export class ")?.strip_suffix(" {"))
        .map(str::to_owned)
        .collect();
    // Named here, they hide the global ones, which some environments for tests do not have.
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

/// `-ocimfs 0`: what has one caller is not put into it. That makes functions of 40 KB, and an engine that compiles one
/// takes a tenth of a second for it, in a process that may have been started for one delivery.
fn optimise(glue: &str, level: &[&str], module: &Path) -> Result<(), Failure> {
    let mut command = node("node_modules/binaryen/bin/wasm-opt");
    command
        .args(FEATURES)
        .args(level)
        .args(["--strip-producers", "--strip-target-features", "-o"])
        .arg(module);
    command.arg(target().join(glue).join("glue_bg.wasm"));
    run(&mut command, "run `npm ci`, then this command again")
}

/// Compiles the core's own tests for WebAssembly and says where the modules stand.
fn test_modules() -> Result<Vec<PathBuf>, Failure> {
    let mut command = cargo_wasm("test")?;
    command.args(["--quiet", "--package", "hookseal", "--test", "wasm", "--no-run", "--message-format=json"]);
    command.stderr(std::process::Stdio::inherit());
    let output = command.output().map_err(|error| Failure::new(format!("cargo did not start: {error}")))?;
    if !output.status.success() {
        return Err(Failure::new("the tests for WebAssembly do not compile")
            .hint("mend what the compiler says above"));
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
/// wasm-bindgen's runner is a program of 200 crates, most of them for browsers; what Node needs of it
/// is the few lines of `xtask/wasm-tests.mjs`, over glue made by the generator that is linked in here.
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
        // The project says that its scripts are modules; this glue is not one.
        let package = folder.join("package.json");
        fs::write(&package, "{ \"type\": \"commonjs\" }\n")
            .map_err(|error| Failure::file(&package, error))?;
        let mut command = node("xtask/wasm-tests.mjs");
        command.arg(folder.join("tests.js"));
        commands.push(command);
    }
    Ok(commands)
}

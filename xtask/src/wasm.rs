//! Builds the WebAssembly core: compiles it, generates the JavaScript glue, optimizes the module. Runs its tests in Node.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::iter;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use wasm_bindgen_cli_support::Bindgen;

use crate::cache::CachedStep;
use crate::run::{Failure, cargo_wasm, display_command, node, progress, root, run, target};
use crate::{catalog, panics, setup, versions};

/// The folder of the generated glue and module, among the sources of the npm package.
pub const GENERATED: &str = "pkg/src/generated";

/// A WebAssembly module of the crate.
struct Module {
    /// The name of its folder in the target folder.
    id: &'static str,
    /// The name of its file, without the extension.
    name: &'static str,
    /// Whether its glue is put next to it.
    has_glue: bool,
    /// The profile of cargo.
    profile: &'static str,
    /// Arguments of cargo that select the package.
    package: [&'static str; 2],
    /// Arguments of cargo that select the features.
    features: &'static [&'static str],
}

/// Arguments of cargo for the package of the core.
const HOOKSEAL: [&str; 2] = ["--package", "hookseal"];
/// Arguments of cargo for a module without the feature `full`.
const LIGHT: &[&str] = &["--no-default-features", "--features", "js"];

/// The module of the npm package that signs and verifies. It runs with the glue of [`FULL`].
const CORE: Module = Module {
    id: "core",
    name: "core",
    has_glue: false,
    profile: "release",
    package: HOOKSEAL,
    features: LIGHT,
};
/// The module of the npm package that also explains and imports.
const FULL: Module = Module {
    id: "full",
    name: "full",
    has_glue: true,
    profile: "release",
    package: HOOKSEAL,
    features: &["--features", "js-full"],
};
/// The module that verifies with public keys of every algorithm. It has no glue.
const PUBLIC_KEY: Module = Module {
    id: "public-key",
    name: "public-key",
    has_glue: false,
    profile: "small",
    package: ["--package", "hookseal-public-key"],
    features: &["--features", "all"],
};
/// The same for Ed25519 alone.
const ED25519: Module = Module {
    id: "ed25519",
    name: "ed25519",
    has_glue: false,
    profile: "small",
    package: ["--package", "hookseal-public-key"],
    features: &[],
};
/// The module that the playground starts with: smaller, half as fast (`[profile.page]` in Cargo.toml), and with outlines for the
/// editor. It runs with the glue of [`PAGE_FULL`].
const PAGE_CORE: Module = Module {
    id: "page-core",
    name: "core",
    has_glue: false,
    profile: "page",
    package: HOOKSEAL,
    features: &["--no-default-features", "--features", "outline"],
};
/// The module of the playground that also explains and imports, built the same way.
const PAGE_FULL: Module = Module {
    id: "page-full",
    name: "full",
    has_glue: true,
    profile: "page",
    package: HOOKSEAL,
    features: &["--features", "js-full,outline"],
};

/// The name of generated glue, without the extensions.
const GLUE: &str = "glue";

pub const PAGE_MODULE: &str = "xtask/page/core.wasm";
/// The environment variable that names the page's first module to its build and its tests. The full module and the glue are in
/// the same folder.
pub const PAGE_MODULE_ENV: &str = "HOOKSEAL_PAGE_CORE";

/// Environment variable with a folder of built modules, from which a build copies all but `core`.
pub const PARTS_ENV: &str = "HOOKSEAL_PARTS";

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

/// Compiles the modules of the package, and puts them, their glue and their texts into [`GENERATED`].
pub fn build() -> Result<(), Failure> {
    setup::wasm_target()?;
    versions::check()?;
    let folder = root().join(GENERATED);
    let mut files = vec![PathBuf::from("pkg/scripts/text.mjs")];
    // PERF: `-ocimfs 0` keeps functions with one caller out of it. Inlining them creates functions of 40 KB, which V8 takes 0.1 s
    // to compile: too long for a process that verifies one delivery.
    let level = ["-O3", "-ocimfs", "0"];
    let parts = std::env::var_os(PARTS_ENV).map(PathBuf::from);
    let other = |module: Module, flags: &[&str], level: &[&str]| match &parts {
        Some(parts) => module.copy(parts, &folder),
        None => module.build(&folder, flags, level),
    };
    files.push(CORE.build(&folder, &[INLINING], &level)?);
    files.push(other(FULL, &[INLINING], &level)?);
    if parts.is_none() {
        check_shared_glue(&CORE.glue("js")?, &FULL.glue("js")?)?;
    }
    catalog::write()?;
    files.push(other(PUBLIC_KEY, &[], &["-Oz"])?);
    files.push(other(ED25519, &[], &["-Oz"])?);
    let outputs = ["text/core.js", "text/full.js", "text/public-key.js", "text/ed25519.js", "hashes.ts"]
        .map(|name| folder.join(name));
    CachedStep::new("texts", &files, &outputs)?
        .run_if_stale(|| run(node("pkg/scripts/text.mjs").arg(&folder), "fix what Node reports"))
}

/// Checks that the glue of one module has every function that another module imports.
fn check_shared_glue(part: &str, whole: &str) -> Result<(), Failure> {
    let whole = imported_functions(whole);
    match imported_functions(part).into_iter().find(|function| !whole.contains(function)) {
        None => Ok(()),
        Some(function) => Err(Failure::new(format!(
            "the glue of the full module lacks an import of the light one: {}",
            function.lines().next().unwrap_or_default()
        ))
        .hint("both modules share one glue: make the full module import that function, too")),
    }
}

/// The names of the functions of a glue that convert values, and for each a name of the same length by its code.
fn cast_names(glue: &str) -> Vec<(String, String)> {
    imported_functions(glue)
        .into_iter()
        .filter_map(|function| function.strip_prefix("indgen_generic_")?.split_once(':'))
        .map(|(number, code)| {
            let mut hasher = DefaultHasher::new();
            code.hash(&mut hasher);
            (format!("__wbindgen_generic_{number}"), format!("__wbindgen_generic_{:016x}", hasher.finish()))
        })
        .collect()
}

/// Replaces bytes by as many others, everywhere.
fn replace_bytes(bytes: &mut [u8], from: &[u8], to: &[u8]) {
    assert_eq!(from.len(), to.len(), "a name in a module has a length before it");
    for start in 0..bytes.len().saturating_sub(from.len() - 1) {
        if bytes[start..].starts_with(from) {
            bytes[start..start + to.len()].copy_from_slice(to);
        }
    }
}

/// The functions that a glue passes to its module.
fn imported_functions(glue: &str) -> Vec<&str> {
    let start = glue.find("const import0 = {").unwrap_or(glue.len());
    let end = glue[start..].find("\n    };").map_or(glue.len(), |length| start + length);
    glue[start..end].split("\n        __wb").skip(1).collect()
}

/// Compiles both modules for the playground. Their glue differs from the package's by the call for outlines.
pub fn build_for_page() -> Result<(), Failure> {
    for module in [PAGE_CORE, PAGE_FULL] {
        module.build(&page_folder(), &[], &["-Oz"])?;
    }
    check_shared_glue(&PAGE_CORE.glue("js")?, &PAGE_FULL.glue("js")?)
}

impl Module {
    /// Puts the module and its glue into a folder; returns the path of the module. `flags` are of rustc, `level` of wasm-opt.
    fn build(&self, folder: &Path, flags: &[&str], level: &[&str]) -> Result<PathBuf, Failure> {
        let compiled = self.compile(flags)?;
        let file = folder.join(self.name).with_extension("wasm");
        let mut outputs = vec![file.clone()];
        if self.has_glue {
            outputs.push(folder.join(GLUE).with_extension("js"));
        }
        CachedStep::new(
            &format!("wasm-{}", self.id),
            &[
                compiled.as_path(),
                Path::new("Cargo.lock"),
                Path::new("package-lock.json"),
                Path::new("xtask/src/panics.rs"),
                Path::new("xtask/src/wasm.rs"),
            ],
            &outputs,
        )?
        .run_if_stale(|| {
            progress(&format!("optimizing the module {}: wasm-bindgen, wasm-opt {}", self.id, level[0]));
            // The other modules take and return numbers, so they need no glue.
            if self.package != HOOKSEAL {
                return optimize(&compiled, level, &file);
            }
            self.bind(&compiled)?;
            self.rename_casts()?;
            if self.has_glue {
                self.write_glue(folder)?;
            }
            optimize(&self.folder().join(format!("{GLUE}_bg.wasm")), level, &file)
        })?;
        Ok(file)
    }

    /// Copies the module and its glue from another folder; returns the path of the module.
    fn copy(&self, from: &Path, folder: &Path) -> Result<PathBuf, Failure> {
        let module = Path::new(self.name).with_extension("wasm");
        let glue = ["js", "d.ts"].map(|extension| Path::new(GLUE).with_extension(extension));
        fs::create_dir_all(folder).map_err(|error| Failure::file(folder, error))?;
        for name in iter::once(&module).chain(glue.iter().filter(|_| self.has_glue)) {
            fs::copy(from.join(name), folder.join(name)).map_err(|error| Failure::file(name, error))?;
        }
        Ok(folder.join(module))
    }

    /// The folder of the module and the glue as generated.
    fn folder(&self) -> PathBuf {
        target().join("xtask/modules").join(self.id)
    }

    /// The glue as generated.
    fn glue(&self, extension: &str) -> Result<String, Failure> {
        let path = self.folder().join(GLUE).with_extension(extension);
        fs::read_to_string(&path).map_err(|error| Failure::file(&path, error))
    }

    /// Compiles the module and returns its path.
    fn compile(&self, flags: &[&str]) -> Result<PathBuf, Failure> {
        progress(&format!("compiling the module {}: cargo rustc --profile {}", self.id, self.profile));
        let mut command = cargo_wasm("rustc")?;
        command.args(self.package).args(self.features).args(["--profile", self.profile, "--lib"]);
        // The manifest of the core does not ask for a module: no program that depends on the crate links one.
        if self.package == HOOKSEAL {
            command.args(["--crate-type", CRATE_TYPES]);
        }
        command.args(["--quiet", JSON_MESSAGES, "--"]).args(flags);
        cargo_messages(&mut command)?
            .iter()
            .filter(|message| message["target"]["name"] == self.package[1].replace('-', "_"))
            .filter_map(|message| message["filenames"].as_array())
            .flatten()
            .filter_map(|file| file.as_str().map(PathBuf::from))
            .find(|file| file.extension().is_some_and(|extension| extension == "wasm"))
            .ok_or_else(|| Failure::new("cargo names no module among the files that it compiled"))
    }

    /// Generates the glue for the `web` target, without a default path to the module: a `new URL(...)` inside a dependency
    /// breaks the development servers of bundlers. The package loads the module itself.
    fn bind(&self, compiled: &Path) -> Result<(), Failure> {
        let failed = |error| Failure::new(format!("wasm-bindgen: {error:#}"));
        let mut bindgen = Bindgen::new();
        bindgen
            .input_path(compiled)
            .web(true)
            .map_err(failed)?
            .typescript(true)
            .omit_default_module_path(true)
            .remove_name_section(true)
            .remove_producers_section(true)
            .out_name(GLUE);
        let mut output = bindgen.generate_output().map_err(failed)?;
        panics::trap_at_once(&mut output)?;
        output.emit(self.folder()).map_err(failed)
    }

    /// Names the functions that convert values after what they do. The generator numbers them, in each module from 1.
    fn rename_casts(&self) -> Result<(), Failure> {
        let paths = [format!("{GLUE}.js"), format!("{GLUE}_bg.wasm")].map(|name| self.folder().join(name));
        let names = cast_names(&self.glue("js")?);
        for path in paths {
            let mut bytes = fs::read(&path).map_err(|error| Failure::file(&path, error))?;
            for (from, to) in &names {
                replace_bytes(&mut bytes, from.as_bytes(), to.as_bytes());
            }
            fs::write(&path, bytes).map_err(|error| Failure::file(&path, error))?;
        }
        Ok(())
    }

    /// Writes the glue to a folder, changed so that the core can be restarted after a trap.
    fn write_glue(&self, folder: &Path) -> Result<(), Failure> {
        fs::create_dir_all(folder).map_err(|error| Failure::file(folder, error))?;
        let glue = restartable(&self.glue("js")?).ok_or_else(|| {
            Failure::new("the glue does not have the form that `restartable` expects")
                .hint("adapt `restartable` in xtask/src/wasm.rs to the generator's new version")
        })?;
        let declarations = self.glue("d.ts")? + FORGET;
        for (extension, text) in [("js", glue), ("d.ts", declarations)] {
            let path = folder.join(GLUE).with_extension(extension);
            fs::write(&path, text).map_err(|error| Failure::file(&path, error))?;
        }
        Ok(())
    }
}

/// What rustc makes of the core: a module. With `cdylib` alone, cargo optimizes across crates again when it links, and the module
/// has other bytes.
const CRATE_TYPES: &str = "rlib,cdylib";

/// Makes cargo print its messages as JSON, and the compiler's as text.
const JSON_MESSAGES: &str = "--message-format=json-render-diagnostics";

/// Runs cargo and returns its messages.
fn cargo_messages(command: &mut Command) -> Result<Vec<serde_json::Value>, Failure> {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| Failure::new(format!("cargo did not start: {error}")))?;
    if !output.status.success() {
        return Err(Failure::new(format!("`{}` failed", display_command(command))).hint(
            "fix what the compiler reports; if it is about Cargo.lock, run `cargo check` and commit the lock file",
        ));
    }
    let messages = String::from_utf8_lossy(&output.stdout);
    Ok(messages.lines().filter_map(|line| serde_json::from_str(line).ok()).collect())
}

/// The folder with the modules and the glue of the playground.
pub fn page_folder() -> PathBuf {
    target().join(PAGE_MODULE).with_file_name("")
}

/// The TypeScript declaration of the function that [`restartable`] adds.
const FORGET: &str = "\n/**\n * Drops the instance; `initSync` then creates a new one.\n */\nexport function forget(): void;\n";

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

/// Optimizes a module with wasm-opt.
fn optimize(bound: &Path, level: &[&str], module: &Path) -> Result<(), Failure> {
    if let Some(folder) = module.parent() {
        fs::create_dir_all(folder).map_err(|error| Failure::file(folder, error))?;
    }
    let mut command = node("node_modules/binaryen/bin/wasm-opt");
    command
        .args(FEATURES)
        .args(level)
        .args(["--strip-producers", "--strip-target-features", "-o"])
        .arg(module)
        .arg(bound);
    run(&mut command, "run `npm ci`, then this command again")
}

/// Compiles the tests of both modules for WebAssembly and returns the paths of the compiled tests.
fn test_modules() -> Result<Vec<PathBuf>, Failure> {
    let mut modules = Vec::new();
    for features in [LIGHT, FULL.features] {
        let mut command = cargo_wasm("test")?;
        command.args(HOOKSEAL).args(features).args(["--quiet", "--test", "wasm", "--no-run"]);
        modules.extend(
            cargo_messages(command.arg(JSON_MESSAGES))?
                .iter()
                .filter(|message| message["profile"]["test"] == true)
                .filter_map(|message| message["executable"].as_str().map(PathBuf::from)),
        );
    }
    Ok(modules)
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A glue with these functions, as the generator writes it.
    fn glue(functions: &[&str]) -> String {
        let functions = functions.iter().map(|function| ["\n        __wb", function, ","].concat());
        let functions = functions.collect::<String>();
        format!("start\n    const import0 = {{\n        __proto__: null,{functions}\n    }};\nend")
    }

    #[test]
    fn a_glue_serves_a_module_that_imports_a_part_of_it() {
        let (add, parse) = ("g_add_1: function(a) {\n        }", "g_parse_2: function() {\n        }");
        let whole = glue(&[add, parse]);
        for part in [glue(&[]), glue(&[parse]), whole.clone()] {
            assert!(check_shared_glue(&part, &whole).is_ok());
        }
        assert!(check_shared_glue(&whole, &glue(&[add])).is_err());
        assert!(check_shared_glue(&glue(&["g_add_1: function(b) {\n        }"]), &whole).is_err());
    }

    #[test]
    fn a_conversion_is_named_by_its_code() {
        let cast = |number: u8, code: &str| format!("indgen_generic_000000000000000{number}: {code}");
        let (first, second) = ("function(a) { 1 }", "function(a) { 2 }");
        let names = |functions: [String; 2]| cast_names(&glue(&functions.each_ref().map(String::as_str)));
        let one = names([cast(1, first), cast(2, second)]);
        let other = names([cast(1, second), cast(2, first)]);
        assert_eq!(one[0].0, "__wbindgen_generic_0000000000000001");
        assert_eq!((&one[0].1, &one[1].1), (&other[1].1, &other[0].1));
        assert_ne!(one[0].1, one[1].1);
        let mut bytes = format!("a{}b", one[0].0).into_bytes();
        replace_bytes(&mut bytes, one[0].0.as_bytes(), one[0].1.as_bytes());
        assert_eq!(bytes, format!("a{}b", one[0].1).into_bytes());
    }
}

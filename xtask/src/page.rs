//! Helpers for pages and types that are generated from the tables of the core.

use std::fs;
use std::path::Path;

use hookseal::OptionNames;

use crate::run::Failure;

/// Writes a generated file only if it changed, so that no other step becomes stale.
pub fn write_if_changed(path: &Path, text: &str) -> Result<(), Failure> {
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| Failure::file(folder, error))?;
    }
    fs::write(path, text).map_err(|error| Failure::file(path, error))
}

/// Escapes text for Markdown, except inside code spans.
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut in_code = false;
    for character in text.chars() {
        in_code ^= character == '`';
        if !in_code && matches!(character, '*' | '_' | '<' | '>' | '\\') {
            out.push('\\');
        }
        out.push(character);
    }
    out
}

/// The names of options on the command line and in Rust, after a text with those of JavaScript.
pub fn other_names<'o>(options: impl Iterator<Item = &'o OptionNames>) -> String {
    let (mut command, mut rust) = (Vec::new(), Vec::new());
    for option in options {
        command.extend(option.command.map(|name| format!("`{name}`")));
        rust.push(format!("`{}`", option.rust));
    }
    let list = |language: &str, names: &[String]| match names {
        [] => String::new(),
        names => format!(" {language}: {}.", names.join(", ")),
    };
    list("Command", &command) + &list("Rust", &rust)
}

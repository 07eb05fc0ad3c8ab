//! Pages and types that are generated from the core's own tables.

use std::fs;
use std::path::Path;

use crate::run::Failure;

/// Writes a generated file, and only where it changed, so that nothing is built anew for it.
pub fn write_if_changed(path: &Path, text: &str) -> Result<(), Failure> {
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| Failure::file(folder, error))?;
    }
    fs::write(path, text).map_err(|error| Failure::file(path, error))
}

/// Text that Markdown leaves as it is.
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

//! Compiles the built-in providers with the crate itself, for the build of the modules.

use std::fs;
use std::path::PathBuf;

use crate::run::{Failure, target};

/// The environment variable that names the blob to the build script of the crate.
pub const ENV: &str = "HOOKSEAL_BLOB";

/// Writes the blob if it changed, and returns its path.
pub fn write() -> Result<PathBuf, Failure> {
    let bytes = hookseal::provider::compile_catalog()
        .map_err(|error| Failure::new(format!("a built-in provider does not compile: {error}")))?;
    let folder = target().join("xtask");
    let path = folder.join("providers.blob");
    if fs::read(&path).is_ok_and(|old| old == bytes) {
        return Ok(path);
    }
    fs::create_dir_all(&folder).map_err(|error| Failure::file(&folder, error))?;
    fs::write(&path, bytes).map_err(|error| Failure::file(&path, error))?;
    Ok(path)
}

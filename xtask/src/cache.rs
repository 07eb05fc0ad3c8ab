//! Build cache: a step is skipped if its outputs exist and the hash of its inputs equals the one stored after its last
//! success.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};

use crate::run::{Failure, root, target};

/// One step with its inputs and outputs.
pub struct CachedStep {
    stamp: PathBuf,
    digest: String,
    outputs: Vec<PathBuf>,
}

impl CachedStep {
    /// `inputs` are files and folders: relative to the project, or absolute. `name` is the name of the stamp file.
    pub fn new<I, O>(name: &str, inputs: &[I], outputs: &[O]) -> Result<Self, Failure>
    where
        I: AsRef<Path>,
        O: AsRef<Path>,
    {
        let stamp = target().join("xtask").join(format!("{name}.stamp"));
        let mut hasher = DefaultHasher::new();
        for input in inputs {
            hash_path(&root().join(input), &mut hasher)?;
        }
        Ok(Self {
            stamp,
            digest: format!("{:016x}", hasher.finish()),
            outputs: outputs.iter().map(|output| root().join(output)).collect(),
        })
    }

    /// Puts the stamp next to the outputs, so that deleting the outputs deletes the stamp.
    pub fn stamp_path(mut self, path: &str) -> Self {
        self.stamp = root().join(path);
        self
    }

    /// Runs `work` unless the step is up to date, and stores the hash if it succeeds.
    pub fn run_if_stale(self, work: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
        let stamped = fs::read_to_string(&self.stamp).is_ok_and(|text| text == self.digest);
        if stamped && self.outputs.iter().all(|output| output.exists()) {
            return Ok(());
        }
        // An interrupted step must not look up to date.
        let _ = fs::remove_file(&self.stamp);
        work()?;
        if let Some(folder) = self.stamp.parent() {
            fs::create_dir_all(folder).map_err(|error| Failure::file(folder, error))?;
        }
        fs::write(&self.stamp, self.digest).map_err(|error| Failure::file(&self.stamp, error))
    }
}

/// Hashes a file, or every file below a folder, by name and content.
fn hash_path(path: &Path, hasher: &mut DefaultHasher) -> Result<(), Failure> {
    for file in files(path)? {
        file.strip_prefix(root()).unwrap_or(&file).hash(hasher);
        fs::read(&file).map_err(|error| Failure::file(&file, error))?.hash(hasher);
    }
    Ok(())
}

/// The file itself, or all files below a folder, sorted by path. Empty if the path does not exist.
pub fn files(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    let mut waiting = vec![path.to_path_buf()];
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            for entry in fs::read_dir(&path).map_err(|error| Failure::file(&path, error))? {
                waiting.push(entry.map_err(|error| Failure::file(&path, error))?.path());
            }
        } else if path.is_file() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

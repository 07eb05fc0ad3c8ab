//! What the manifests of the crate and of the npm package have in common. Cargo.toml has it once; the build writes the rest of
//! `pkg/package.json`.

use serde_json::Value;

use crate::page::write_if_changed;
use crate::run::{Failure, capture_stdout, cargo, root};

/// The manifest of the npm package.
pub const PACKAGE: &str = "pkg/package.json";

/// The owner in the address of the repository, until there is one.
pub const PLACEHOLDER: &str = "/OWNER/";

/// The part of Cargo.toml that concerns both packages.
pub struct Manifest {
    pub version: String,
    pub author: String,
    /// The page of the repository, without a slash at the end.
    pub repository: String,
}

impl Manifest {
    pub fn read() -> Result<Self, Failure> {
        let unreadable =
            || Failure::new("`cargo metadata` failed").hint("run it, and fix what it reports in Cargo.toml");
        let metadata = capture_stdout(cargo().args(["metadata", "--no-deps", "--format-version=1"]))
            .and_then(|text| serde_json::from_str::<Value>(&text).ok())
            .ok_or_else(unreadable)?;
        let packages = metadata["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
        let package = packages.iter().find(|package| package["name"] == "hookseal").ok_or_else(unreadable)?;
        let text = |value: &Value, key: &str| {
            value.as_str().map(str::to_owned).ok_or_else(|| {
                Failure::new(format!("Cargo.toml has no {key}"))
                    .hint(format!("set `{key}` in [workspace.package]"))
            })
        };
        Ok(Self {
            version: text(&package["version"], "version")?,
            author: text(&package["authors"][0], "authors")?,
            repository: text(&package["repository"], "repository")?,
        })
    }

    /// The lines of package.json that come from here.
    fn lines(&self) -> String {
        let Self { author, repository, .. } = self;
        format!(
            "  \"author\": \"{author}\",\n  \"homepage\": \"{repository}#readme\",\n  \"repository\": {{\n    \"type\": \
             \"git\",\n    \"url\": \"git+{repository}.git\",\n    \"directory\": \"pkg\"\n  }},\n  \"bugs\": \
             \"{repository}/issues\",\n"
        )
    }
}

/// Writes the lines between `license` and `type` of package.json.
pub fn write() -> Result<(), Failure> {
    let path = root().join(PACKAGE);
    let text = std::fs::read_to_string(&path).map_err(|error| Failure::file(&path, error))?;
    let written = replaced(&text, &Manifest::read()?).ok_or_else(|| {
        Failure::new(format!("{PACKAGE} has no lines that start with \"license\" and then \"type\""))
            .hint("restore them: the build writes what is between them")
    })?;
    write_if_changed(&path, &written)
}

fn replaced(text: &str, manifest: &Manifest) -> Option<String> {
    let start = text.find("\n  \"license\": ")? + 1;
    let start = start + text[start..].find('\n')? + 1;
    let end = start + text[start - 1..].find("\n  \"type\": ")?;
    Some([&text[..start], &manifest.lines(), &text[end..]].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_build_replaces_what_is_between_the_license_and_the_type() {
        let manifest = Manifest {
            version: "1.0.0".to_owned(),
            author: "A".to_owned(),
            repository: "https://host/o/r".to_owned(),
        };
        let bare = "{\n  \"name\": \"x\",\n  \"license\": \"MIT\",\n  \"type\": \"module\"\n}\n";
        let once = replaced(bare, &manifest).expect("both lines");
        let json: Value = serde_json::from_str(&once).expect("JSON");
        assert_eq!(json["repository"]["url"], "git+https://host/o/r.git");
        assert_eq!(json["bugs"], "https://host/o/r/issues");
        assert_eq!(json["type"], "module");
        assert_eq!(replaced(&once, &manifest).as_deref(), Some(once.as_str()));
        assert_eq!(replaced("{}", &manifest), None);
    }

    #[test]
    fn package_json_is_as_the_build_writes_it() {
        let text = std::fs::read_to_string(root().join(PACKAGE)).expect("readable");
        let manifest = Manifest::read().expect("a whole manifest");
        assert_eq!(replaced(&text, &manifest).as_deref(), Some(text.as_str()), "run `cargo xtask build`");
    }
}

//! Software bills of materials of both packages, in the format of `CycloneDX` 1.5.
//!
//! `npm sbom` lists declared dependencies, of which the npm package has none: what it contains are the crates of its modules and what
//! the command bundles. Both bills have the same format and no time, so two builds make the same bytes.

use serde_json::{Value, json};

use crate::crates::{self, Crate};
use crate::manifest::Manifest;
use crate::notices;
use crate::run::Failure;

/// The bill of the npm package. `lock` is the text of Cargo.lock.
pub fn of_npm_package(manifest: &Manifest, lock: &str) -> Result<Value, Failure> {
    let mut components = components("cargo", &crates::linked()?, lock);
    components.extend(self::components("npm", &notices::bundled()?, ""));
    Ok(bill("npm", manifest, &components))
}

/// The bill of the crate.
pub fn of_crate(manifest: &Manifest, lock: &str) -> Result<Value, Failure> {
    Ok(bill("cargo", manifest, &components("cargo", &crates::required()?, lock)))
}

fn bill(kind: &str, manifest: &Manifest, components: &[Value]) -> Value {
    let Manifest { version, repository, .. } = manifest;
    let purl = format!("pkg:{kind}/hookseal@{version}");
    let dependencies: Vec<&Value> = components.iter().map(|component| &component["bom-ref"]).collect();
    json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": { "component": {
            "type": "library",
            "bom-ref": purl,
            "name": "hookseal",
            "version": version,
            "licenses": [{ "expression": "MIT OR Apache-2.0" }],
            "purl": purl,
            "externalReferences": [{ "type": "vcs", "url": repository }],
        } },
        "dependencies": [{ "ref": purl, "dependsOn": dependencies }],
        "components": components,
    })
}

fn components(kind: &str, software: &[Crate], lock: &str) -> Vec<Value> {
    let component = |one: &Crate| {
        let Crate { name, version, license, repository, .. } = one;
        let purl = format!("pkg:{kind}/{name}@{version}");
        let mut component = json!({
            "type": "library",
            "bom-ref": purl,
            "name": name,
            "version": version,
            "licenses": [{ "expression": license.replace('/', " OR ") }],
            "purl": purl,
        });
        if let Some(checksum) = checksum(lock, name, version) {
            component["hashes"] = json!([{ "alg": "SHA-256", "content": checksum }]);
        }
        if !repository.is_empty() {
            component["externalReferences"] = json!([{ "type": "vcs", "url": repository }]);
        }
        component
    };
    software.iter().map(component).collect()
}

/// The checksum of a crate in the text of a Cargo.lock.
fn checksum<'a>(lock: &'a str, name: &str, version: &str) -> Option<&'a str> {
    let start = format!("name = \"{name}\"\nversion = \"{version}\"\n");
    let entry = lock.split("[[package]]\n").find(|entry| entry.starts_with(&start))?;
    entry.lines().find_map(|line| line.strip_prefix("checksum = \"")?.strip_suffix('"'))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn a_bill_lists_every_component_with_its_checksum() {
        let lock = "[[package]]\nname = \"ab\"\nversion = \"1.0.0\"\nchecksum = \"11\"\n\n\
                    [[package]]\nname = \"ab\"\nversion = \"2.0.0\"\nchecksum = \"22\"\n";
        let software = [Crate {
            name: "ab".to_owned(),
            version: "2.0.0".to_owned(),
            license: "MIT/Apache-2.0".to_owned(),
            repository: String::new(),
            folder: PathBuf::new(),
        }];
        let manifest = Manifest {
            version: "3.0.0".to_owned(),
            author: String::new(),
            repository: "https://h".to_owned(),
        };
        let bill = bill("npm", &manifest, &components("cargo", &software, lock));
        assert_eq!(bill["metadata"]["component"]["purl"], "pkg:npm/hookseal@3.0.0");
        assert_eq!(bill["components"][0]["hashes"][0]["content"], "22");
        assert_eq!(bill["components"][0]["licenses"][0]["expression"], "MIT OR Apache-2.0");
        assert_eq!(bill["dependencies"][0]["dependsOn"], json!(["pkg:cargo/ab@2.0.0"]));
        assert_eq!(checksum(lock, "ab", "3.0.0"), None);
    }
}

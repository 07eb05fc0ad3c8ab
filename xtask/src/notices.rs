//! License notices of third-party code in the npm package: the crates of the module, and the packages that the command
//! bundles.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::cache::files;
use crate::crates::{self, Crate};
use crate::run::{Failure, root};

/// Next to package.json, for `npm pack`. Each build writes it; it is not committed.
pub const NOTICES: &str = "pkg/THIRD-PARTY-NOTICES.txt";

/// The npm packages that the command bundles. A packaging test compares this list with the bundler's output.
const BUNDLED: [&str; 1] = ["commander"];

/// The standard library is no crate with a folder, so its license text is here.
const STD: &str = "\
Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated\n\
documentation files (the \"Software\"), to deal in the Software without restriction, including without limitation the\n\
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit\n\
persons to whom the Software is furnished to do so, subject to the following conditions:\n\n\
The above copyright notice and this permission notice shall be included in all copies or substantial portions of the\n\
Software.\n\n\
THE SOFTWARE IS PROVIDED \"AS IS\", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE\n\
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR\n\
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR\n\
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.";

/// Writes the notices if they changed.
pub fn write() -> Result<(), Failure> {
    let mut all = Notices::default();
    for one in crates::linked()? {
        let Crate { name, version, license, repository, folder } = &one;
        all.add(&format!("{name} {version}"), license, repository, texts(folder, license)?)?;
    }
    all.add(
        "The Rust standard library",
        "MIT OR Apache-2.0",
        "https://github.com/rust-lang/rust",
        vec![format!("Copyright (c) The Rust Project contributors\n\n{STD}")],
    )?;
    for Crate { name, version, license, repository, folder } in bundled()? {
        all.add(&format!("{name} {version}"), &license, &repository, texts(&folder, &license)?)?;
    }
    let (path, text) = (root().join(NOTICES), all.print());
    if fs::read_to_string(&path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    fs::write(&path, text).map_err(|error| Failure::file(&path, error))
}

/// The npm packages that the command bundles, with the fields that crates have.
pub fn bundled() -> Result<Vec<Crate>, Failure> {
    let package = |name: &&str| {
        let folder = root().join("node_modules").join(name);
        let package = fs::read_to_string(folder.join("package.json"))
            .ok()
            .and_then(|text| serde_json::from_str::<Value>(&text).ok())
            .ok_or_else(|| Failure::new(format!("{name} has no package.json")).hint("run `npm ci`"))?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        Ok(Crate {
            name: (*name).to_owned(),
            version: text(&package["version"]),
            license: text(&package["license"]),
            repository: text(&package["repository"]["url"]),
            folder,
        })
    };
    BUNDLED.iter().map(package).collect()
}

/// The contained software, and each license text with its owners.
#[derive(Default)]
struct Notices {
    list: String,
    texts: BTreeMap<String, Vec<String>>,
}

impl Notices {
    fn add(&mut self, what: &str, license: &str, from: &str, texts: Vec<String>) -> Result<(), Failure> {
        if texts.is_empty() {
            return Err(Failure::new(format!("{what} has no file with the text of its license, {license}"))
                .hint("look up the license in its repository, and add it to xtask/src/notices.rs"));
        }
        let _ = writeln!(self.list, "{what}\n    {license}\n    {from}");
        for text in texts {
            self.texts.entry(text).or_default().push(what.to_owned());
        }
        Ok(())
    }

    fn print(&self) -> String {
        let mut text = String::from(
            "Third-party software in this package\n\n\
             core.wasm, full.wasm, public-key.wasm, ed25519.wasm, and the same modules as text in the scripts, are compiled from the Rust crates below, or\n\
             with code that their macros wrote. The command cli.cjs contains commander. Where several licenses are offered, this package\n\
             takes MIT. The text of each license follows the list.\n\n",
        );
        text.push_str(&self.list);
        for (license, owners) in &self.texts {
            let _ = write!(text, "\n{}\nLicense of {}:\n\n{license}\n", "-".repeat(80), owners.join(", "));
        }
        text
    }
}

/// All license texts in a folder, except Apache-2.0 if MIT can be chosen.
fn texts(folder: &Path, license: &str) -> Result<Vec<String>, Failure> {
    let mut found = Vec::new();
    for path in files(folder)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_uppercase();
        let is_text = ["LICENSE", "LICENCE", "COPYING", "UNLICENSE", "NOTICE", "COPYRIGHT"]
            .iter()
            .any(|word| name.starts_with(word));
        // Files in subfolders are licenses of tests and examples.
        if is_text && path.parent() == Some(folder) {
            let text = fs::read_to_string(&path).map_err(|error| Failure::file(&path, error))?;
            found.push((name, text.replace("\r\n", "\n").trim_matches('\n').to_owned()));
        }
    }
    let chooses = license.contains("MIT") && !license.contains("MIT AND") && !license.contains("AND MIT");
    if chooses && found.iter().any(|(name, text)| is_mit(name, text)) {
        found.retain(|(name, text)| {
            !name.contains("APACHE") && !text.trim_start().starts_with("Apache License")
        });
    }
    Ok(found.into_iter().map(|(_, text)| text).collect())
}

fn is_mit(name: &str, text: &str) -> bool {
    name.contains("MIT") || text.contains("Permission is hereby granted, free of charge")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn software_without_a_license_text_is_named_in_the_error() {
        let mut all = Notices::default();
        let outcome = all.add("thing 1.0.0", "MIT", "https://example.org", vec![]);
        assert!(outcome.is_err_and(|failure| failure.to_string().contains("thing 1.0.0")));
    }

    #[test]
    fn a_text_is_printed_once_with_all_its_owners() {
        let mut all = Notices::default();
        for name in ["a 1.0.0", "b 2.0.0"] {
            all.add(name, "MIT", "", vec!["the text".to_owned()]).expect("a text");
        }
        let text = all.print();
        assert_eq!(
            text.matches("the text").count(),
            1 + "the text of each license".matches("the text").count() - 1
        );
        assert!(text.contains("License of a 1.0.0, b 2.0.0:\n\nthe text\n"), "{text}");
    }
}

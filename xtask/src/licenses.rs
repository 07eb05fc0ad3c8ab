//! The licenses and the origin of every crate, checked against deny.toml without cargo-deny, which
//! takes longer to compile than the whole project.

use std::fs;

use serde_json::Value;

use crate::run::{Failure, capture_stdout, cargo, npm_command, root, run};

/// Every crate of Cargo.lock comes from the one registry or from this workspace, under a license that
/// deny.toml allows.
pub fn check() -> Result<(), Failure> {
    let path = root().join("deny.toml");
    let policy = fs::read_to_string(&path).map_err(|error| Failure::file(&path, error))?;
    let allowed = allowed(&policy);
    let metadata = capture_stdout(cargo().args(["metadata", "--locked", "--format-version=1"]))
        .and_then(|text| serde_json::from_str::<Value>(&text).ok())
        .ok_or_else(|| {
            Failure::new("`cargo metadata --locked` failed").hint("run it, and fix what it reports")
        })?;
    let mut complaints = Vec::new();
    for package in metadata["packages"].as_array().map(Vec::as_slice).unwrap_or_default() {
        let name = format!("{} {}", text(&package["name"]), text(&package["version"]));
        if !accepts(text(&package["license"]), &allowed) {
            complaints.push(format!("{name} is under \"{}\"", text(&package["license"])));
        }
        let source = package["source"].as_str();
        if source.is_some_and(|source| !source.starts_with("registry+") && !source.starts_with("sparse+")) {
            complaints.push(format!("{name} does not come from the registry"));
        }
    }
    if complaints.is_empty() {
        return Ok(());
    }
    Err(Failure::new(complaints.join("; ")).hint("replace the crate, or allow its license in deny.toml"))
}

/// Queries the databases of known vulnerabilities. Both need the network: a query that fails is a failure, and never
/// counts as "no vulnerabilities".
pub fn advisories() -> Result<(), Failure> {
    let deny = run(
        cargo().args(["deny", "--all-features", "check", "advisories"]),
        "replace the crate that it names, or install cargo-deny: `cargo install --locked cargo-deny`",
    );
    let audit = run(
        npm_command().args(["audit", "--package-lock-only"]),
        "replace the package that it names, or use a registry that supports audits: `npm audit --registry URL`",
    );
    deny.and(audit)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The strings of `allow = [ ... ]` under `[licenses]`.
fn allowed(policy: &str) -> Vec<&str> {
    let section = policy.split("[licenses]").nth(1).unwrap_or_default();
    let list = section.split("allow = [").nth(1).unwrap_or_default();
    let list = list.split(']').next().unwrap_or_default();
    list.split('"').skip(1).step_by(2).collect()
}

/// Whether an SPDX expression can be satisfied with the allowed licenses. `/` is the old spelling of OR. An exception
/// (`WITH`) only adds rights.
fn accepts(expression: &str, allowed: &[&str]) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    parse_or(&mut rest, allowed) && rest.is_empty()
}

fn parse_or(words: &mut &[&str], allowed: &[&str]) -> bool {
    let mut holds = parse_and(words, allowed);
    while words.first() == Some(&"OR") {
        *words = &words[1..];
        let right = parse_and(words, allowed);
        holds |= right;
    }
    holds
}

fn parse_and(words: &mut &[&str], allowed: &[&str]) -> bool {
    let mut holds = parse_term(words, allowed);
    while words.first() == Some(&"AND") {
        *words = &words[1..];
        let right = parse_term(words, allowed);
        holds &= right;
    }
    holds
}

fn parse_term(words: &mut &[&str], allowed: &[&str]) -> bool {
    let Some((first, rest)) = words.split_first() else { return false };
    *words = rest;
    if *first == "(" {
        let holds = parse_or(words, allowed);
        let closed = words.first() == Some(&")");
        *words = words.get(1..).unwrap_or_default();
        return holds && closed;
    }
    if words.first() == Some(&"WITH") {
        *words = words.get(2..).unwrap_or_default();
    }
    allowed.contains(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_license_expression_is_evaluated_by_the_rules_of_spdx() {
        let allowed = ["MIT", "Apache-2.0"];
        for good in ["MIT", "MIT OR GPL-3.0", "GPL-3.0/MIT", "(MIT OR X) AND Apache-2.0 WITH LLVM-exception"]
        {
            assert!(accepts(good, &allowed), "{good}");
        }
        for bad in ["", "GPL-3.0", "MIT AND GPL-3.0", "(MIT", "MIT MIT", "MIT AND (X OR Y)"] {
            assert!(!accepts(bad, &allowed), "{bad}");
        }
    }

    #[test]
    fn the_allowed_licenses_are_those_of_the_policy_file() {
        assert_eq!(
            allowed("[bans]\nallow = [\"x\"]\n[licenses]\nallow = [\n  \"MIT\",\n  \"ISC\",\n]\n"),
            ["MIT", "ISC"]
        );
    }
}

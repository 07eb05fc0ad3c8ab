//! Generates what depends on the list of causes in `src/webhook/explain/causes.rs`: `docs/causes.md`, and the TypeScript
//! type of the codes. The page includes the result of `cargo xtask bench --explain --write`.

use std::fmt::Write;
use std::fs;
use std::io::ErrorKind;

use hookseal::OPTION_NAMES;
use hookseal::webhook::{CAUSES, CauseCategory, CauseDefinition, FRAMEWORKS};

use crate::page::{other_names, plain, write_if_changed};
use crate::run::{Failure, root};
use crate::wasm;

/// The page is committed: the suite fails if it differs from what is generated.
const PAGE: &str = "docs/causes.md";

/// The measured shares. Only the benchmark writes this file, so the page has no number that was not measured.
const RESULT: &str = "bench/explain/result.md";

/// Writes both, and only if they changed, so that nothing is rebuilt for it.
pub fn write() -> Result<(), Failure> {
    write_if_changed(&root().join(PAGE), &page(measured()?.as_deref()))?;
    write_if_changed(&root().join(wasm::GENERATED).join("causes.ts"), &types())
}

fn types() -> String {
    let mut text = String::from(
        "// Generated from src/webhook/explain/causes.rs by `cargo xtask types`.\n\n\
         /** A stable, kebab-case code for one cause or observation of an explanation; docs/causes.md lists them. */\n\
         export type CauseCode =",
    );
    for CauseDefinition { code, title, .. } in CAUSES {
        let _ = write!(text, "\n  /** {title}. */\n  | \"{code}\"");
    }
    text.push_str(";\n");
    text
}

/// The categories as headings, with a sentence each.
const SECTIONS: [(CauseCategory, &str, &str); 6] = [
    (CauseCategory::Body, "Body", "The received body differs from the signed bytes."),
    (CauseCategory::Secret, "Secret", "The sender signed with another key."),
    (
        CauseCategory::Signature,
        "Algorithm and encoding",
        "Another algorithm, or another way to write the signature.",
    ),
    (
        CauseCategory::Content,
        "Signed content",
        "The sender signed other content than the provider's `signedContent`.",
    ),
    (CauseCategory::Headers, "Headers", "Headers and timestamps."),
    (CauseCategory::Search, "The search", "The result of the search itself."),
];

/// The tables of the last benchmark; `None` before the first.
fn measured() -> Result<Option<String>, Failure> {
    let path = root().join(RESULT);
    match fs::read_to_string(&path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::file(&path, error)),
    }
}

fn page(measured: Option<&str>) -> String {
    let mut text = String::from(
        "<!-- Generated from src/webhook/explain/causes.rs by `cargo xtask build`: change that. -->\n\n\
         # Causes of a signature mismatch\n\n\
         `hook.explain(delivery)` tries these causes and finds the ones that reproduce the received signature. **Match** \
         means proof: the signature was reproduced to the byte. Such a cause is one of the `matches`. **Observation** means \
         a fact that proves nothing: it is one of the `observations`, ordered by strength of evidence. `alternatives` of a match are other causes \
         that reproduce the same bytes. Codes are stable. Words in braces are replaced.\n\n\
         ## The raw body\n\n\
         Most mismatches have one cause: the body was parsed, decoded or re-serialized before it was verified. Causes \
         with code for each framework have these lines as `frameworks`.\n\n\
         | framework | code |\n|---|---|\n",
    );
    for framework in FRAMEWORKS {
        let _ = writeln!(text, "| {} | `{}` |", framework.name, framework.code.replace('|', "\\|"));
    }
    for (category, title, sentence) in SECTIONS {
        let _ = write!(text, "\n## {title}\n\n{sentence}\n");
        for cause in CAUSES.iter().filter(|cause| cause.category == category) {
            let _ = write!(text, "\n### `{}`\n\n{}\n", cause.code, entry(cause));
        }
    }
    if let Some(tables) = measured {
        let _ = write!(text, "\n## Measured\n\n{tables}");
    }
    text
}

fn entry(cause: &CauseDefinition) -> String {
    let CauseDefinition { is_proof, title, message, fix, frameworks, .. } = cause;
    let kind = if *is_proof { "Match" } else { "Observation" };
    let lines = match frameworks {
        [] => String::new(),
        [first, ..] if !FRAMEWORKS.contains(first) => {
            let mut table = "\n\n| framework | code |\n|---|---|".to_owned();
            for framework in *frameworks {
                let _ = write!(table, "\n| {} | `{}` |", framework.name, framework.code.replace('|', "\\|"));
            }
            table
        }
        all if all.len() == FRAMEWORKS.len() => " Code [for each framework](#the-raw-body).".to_owned(),
        some => {
            let names: Vec<&str> = some.iter().map(|framework| framework.name).collect();
            format!(" Code [for {}](#the-raw-body).", names.join(" and "))
        }
    };
    let option = OPTION_NAMES.iter().find(|option| fix.contains(&format!("{{{}}}", option.placeholder)));
    let fix = option.map_or((*fix).to_owned(), |option| {
        fix.replace(&format!("{{{}}}", option.placeholder), option.javascript)
            + &other_names(std::iter::once(option))
    });
    format!("**{}** ({kind})\n\n{}\n\n**Fix.** {}{lines}", plain(title), plain(message), plain(&fix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cause_is_on_the_page_and_in_the_type_once() {
        let (page, types) = (page(None), types());
        for CauseDefinition { code, title, .. } in CAUSES {
            assert_eq!(
                page.matches(&format!("\n### `{code}`\n\n**{}** (", plain(title))).count(),
                1,
                "{code}"
            );
            assert_eq!(types.matches(&format!("\n  | \"{code}\"")).count(), 1, "{code}");
        }
    }

    #[test]
    fn the_page_ends_with_the_measured_tables_if_there_are_any() {
        assert!(page(Some("| 1 |\n")).ends_with("\n\n## Measured\n\n| 1 |\n"));
        assert!(!page(None).contains("Measured"));
    }

    #[test]
    fn every_framework_has_a_line_in_the_table() {
        let page = page(None);
        let section = |heading: &str| {
            let (_, rest) = page.split_once(&format!("\n{heading}\n")).expect("the page has the heading");
            rest.split_once("\n##").map_or(rest, |(section, _)| section).to_owned()
        };
        let raw_body = section("## The raw body");
        for name in ["Express", "Next.js pages/api", "NestJS", "AWS Lambda (Python)", "axum", "actix-web"] {
            assert_eq!(raw_body.matches(&format!("\n| {name} | `")).count(), 1, "{name}");
        }
        for cause in CAUSES {
            // The lines that print a digest have a table of their own, once and at their cause.
            let own = section(&format!("### `{}`", cause.code));
            for line in cause.frameworks {
                let row = format!("\n| {} | `{}` |", line.name, line.code.replace('|', "\\|"));
                let table = if FRAMEWORKS.contains(line) { &raw_body } else { &own };
                assert_eq!(table.matches(&row).count(), 1, "{}: {}", cause.code, line.name);
            }
        }
    }
}

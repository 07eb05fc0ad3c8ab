//! What is made from the list of causes in `src/webhook/explain/causes.rs`: the page that lists them, and the
//! TypeScript type of their codes.

use std::fmt::Write;

use hookseal::webhook::{CAUSES, CauseCategory, CauseDefinition, RAW_BODY_FIX, SECRET_FIX};

use crate::page::{plain, put};
use crate::run::{Failure, root};
use crate::wasm;

/// The page, which is committed: the suite fails where it is not as built.
const PAGE: &str = "docs/causes.md";

/// Writes both, and only where they changed, so that nothing is built anew for it.
pub fn write() -> Result<(), Failure> {
    put(&root().join(PAGE), &page())?;
    put(&root().join(wasm::GENERATED).join("causes.ts"), &types())
}

fn types() -> String {
    let mut text = String::from(
        "// Made from the list of causes in src/webhook/explain/causes.rs by `cargo xtask types`: change that.\n\n\
         /** A stable, kebab-case name for one cause or fact of an explanation; docs/causes.md lists them. */\n\
         export type CauseCode =",
    );
    for cause in CAUSES {
        let _ = write!(text, "\n  | \"{}\"", cause.code);
    }
    text.push_str(";\n");
    text
}

const SECTIONS: [(CauseCategory, &str, &str); 6] = [
    (CauseCategory::Body, "Body", "What arrived is not what was signed."),
    (CauseCategory::Secret, "Secret", "The key is not the one that was signed with."),
    (
        CauseCategory::Signature,
        "Algorithm and encoding",
        "The signature is of another kind, or written in another way.",
    ),
    (CauseCategory::Content, "Signed content", "Something else than the provider's formula was signed."),
    (CauseCategory::Headers, "Headers", "What the headers tell."),
    (CauseCategory::Search, "The search", "What `explain` has to say of itself."),
];

fn page() -> String {
    let mut text = String::from(
        "<!-- Made from the list of causes in src/webhook/explain/causes.rs by `cargo xtask build`: change that. -->\n\n\
         # Causes of a signature mismatch\n\n\
         `hook.explain(delivery)` executes these causes and tells which of them makes the received signature. **Proof** \
         means that the signature was reproduced to the byte: such a cause stands in `matches`. **Fact** means that it \
         was seen and proves nothing: it stands in `observations`. Codes are stable. Words in braces are filled in.\n\n\
         ## The raw body\n\n\
         Most causes are one: the bytes that arrived were parsed, decoded or written again before they were verified. \
         Where it says *the raw body*, change this line.\n\n",
    );
    text.push_str("| | |\n|---|---|\n");
    for (framework, line) in frameworks() {
        let _ = writeln!(text, "| {framework} | {} |", cell(line));
    }
    for (about, title, sentence) in SECTIONS {
        let _ = write!(text, "\n## {title}\n\n{sentence}\n");
        for cause in CAUSES.iter().filter(|cause| cause.about == about) {
            let _ = write!(text, "\n### `{}`\n\n{}\n", cause.code, entry(cause));
        }
    }
    text
}

fn entry(cause: &CauseDefinition) -> String {
    let kind = if cause.is_proof { "Proof" } else { "Fact" };
    let fix = cause.fix.replace("{raw}", "See [the raw body](#the-raw-body).").replace("{place}", SECRET_FIX);
    format!("**{kind}.** {}\n\n**Fix.** {}", plain(cause.message), plain(&fix))
}

/// The sentences of the fix that every framework has its own line in.
fn frameworks() -> Vec<(&'static str, &'static str)> {
    let sentences = RAW_BODY_FIX.split(". ").filter_map(|sentence| sentence.split_once(": "));
    sentences.map(|(name, line)| (name, line.trim_end_matches('.'))).collect()
}

/// A line of a table.
fn cell(text: &str) -> String {
    plain(text).replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cause_has_its_place_on_the_page_and_in_the_type() {
        let (page, types) = (page(), types());
        for cause in CAUSES {
            assert_eq!(page.matches(&format!("\n### `{}`\n", cause.code)).count(), 1, "{}", cause.code);
            assert!(types.contains(&format!("| \"{}\"", cause.code)), "{}", cause.code);
        }
        assert!(!page.contains("{raw}") && !page.contains("{place}"));
    }

    #[test]
    fn the_page_names_the_line_of_every_framework() {
        let names: Vec<&str> = frameworks().into_iter().map(|(name, _)| name).collect();
        assert_eq!(
            names,
            ["Express", "Fastify", "Next.js", "Hono", "NestJS", "AWS Lambda", "Flask", "Django"]
        );
    }
}

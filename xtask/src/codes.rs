//! Generates `docs/codes.md` and the TypeScript type of the codes from the tables in `src/code.rs` and
//! `src/provider/rules/`.

use std::fmt::Write;

use hookseal::provider::RULE_CODES;
use hookseal::{CODES, CodeInfo, RECEIVER_CODES, Stage};

use crate::page::{other_names, plain, write_if_changed};
use crate::run::{Failure, root};
use crate::wasm;

/// The page is committed: the suite fails if it differs from what is generated.
const PAGE: &str = "docs/codes.md";

/// Writes both.
pub fn write() -> Result<(), Failure> {
    write_if_changed(&root().join(PAGE), &page())?;
    write_if_changed(&root().join(wasm::GENERATED).join("codes.ts"), &types())
}

/// Every code with its sentences: those that all providers share, then those of rules.
fn all() -> impl Iterator<Item = &'static CodeInfo> {
    CODES.iter().chain(RULE_CODES.iter().flat_map(|(_, codes)| codes.iter()))
}

fn types() -> String {
    let mut text = String::from(
        "// Generated from the tables of codes in src/code.rs and src/provider/rules/ by `cargo xtask types`.\n\n\
         /** A stable, kebab-case name for one kind of issue; docs/codes.md lists them. */\n\
         export type IssueCode =",
    );
    for CodeInfo { code, meaning, .. } in all() {
        let _ = write!(text, "\n  /** {meaning} */\n  | \"{code}\"");
    }
    text.push_str(
        ";\n\n/** A code that only receivers over HTTP respond with. */\nexport type ReceiverOnlyCode =",
    );
    for CodeInfo { code, meaning, .. } in RECEIVER_CODES {
        let _ = write!(text, "\n  /** {}: {meaning} */\n  | \"{code}\"", code.status());
    }
    text.push_str(";\n\n/** The stages of checking a delivery, in their order. */\nexport type StageName =");
    for stage in Stage::ALL {
        let _ = write!(text, " | \"{}\"", stage.as_str());
    }
    text.push_str(
        ";\n\n/** The HTTP status of each code whose status is not 400. */\n\
         export const STATUSES: { readonly [Code in IssueCode | ReceiverOnlyCode]?: number } = {\n",
    );
    for CodeInfo { code, .. } in all().chain(RECEIVER_CODES).filter(|info| info.code.status() != 400) {
        let _ = writeln!(text, "  \"{code}\": {},", code.status());
    }
    text.push_str("};\n");
    text
}

/// The stages as headings, with a sentence each.
const SECTIONS: [(Option<Stage>, &str, &str); 6] = [
    (Some(Stage::Bytes), "Bytes", "The bytes cannot be parsed as a delivery."),
    (Some(Stage::Signature), "Signature", "The sender is not authenticated."),
    (Some(Stage::Json), "JSON", "The body is not JSON that every parser reads alike (RFC 8259)."),
    (Some(Stage::Envelope), "Envelope", "The members around the event's data: its type, id and time."),
    (
        Some(Stage::Contract),
        "Contract",
        "The payload against the contract of its event, which is the schema of the event type and its revision.",
    ),
    (
        None,
        "Options, captures and retries",
        "No stage: these are found before or after a delivery is checked.",
    ),
];

fn page() -> String {
    let mut text = String::from(
        "<!-- Generated from src/code.rs and src/provider/rules/ by `cargo xtask build`: change those. -->\n\n\
         # Codes\n\n\
         Every issue and every error has one of these codes. They are the same in Rust, in TypeScript and on the command \
         line, and they are stable.\n\n\
         A delivery is checked in six stages: **bytes**, **signature**, **JSON**, **envelope**, **contract** and **rules**. \
         `verify` and `check` stop at the first reason for a rejection; `inspect` goes on and reports the state of every \
         stage. The **status** is the HTTP status of a receiver's response if the code is the reason for the rejection. Only an issue of \
         severity `error` rejects a delivery; how severe a violation is can depend on the profile.\n\n\
         Sentences name options as JavaScript writes them. The names of the same options on the command line and in Rust follow, if \
         they exist there.\n",
    );
    for (stage, title, sentence) in SECTIONS {
        let _ = write!(text, "\n## {title}\n\n{sentence}\n");
        table(&mut text, CODES.iter().filter(|info| info.code.stage() == stage));
    }
    text.push_str("\n## Receivers\n\nReceivers over HTTP respond with these codes as well. In Rust, `Receiver` responds with `method-not-allowed`, \
         `in-progress`, `handler-failed` and `store-unavailable`, and has no options: the server limits times and encodings.\n",);
    table(&mut text, RECEIVER_CODES.iter());
    text.push_str(
        "\n## Rules\n\nTwo fields of a payload disagree. These rules are part of the built-in providers; the \
         provider's definition says how severe each is.\n",
    );
    for (title, codes) in RULE_CODES {
        let _ = write!(text, "\n### {title}\n");
        table(&mut text, codes.iter());
    }
    text
}

fn table<'c>(text: &mut String, codes: impl Iterator<Item = &'c CodeInfo>) {
    text.push_str("\n| code | status | meaning | what to do |\n|---|---|---|---|\n");
    for info in codes {
        let CodeInfo { code, meaning, .. } = info;
        let fix = info.fix_with(|option| option.javascript) + &other_names(info.options());
        let _ = writeln!(text, "| `{code}` | {} | {} | {} |", code.status(), plain(meaning), plain(&fix));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hookseal::OPTION_NAMES;

    #[test]
    fn every_code_is_on_the_page_and_in_the_type_once() {
        let (page, types) = (page(), types());
        for info in all().chain(RECEIVER_CODES) {
            let CodeInfo { code, meaning, .. } = info;
            assert_eq!(page.matches(&format!("\n| `{code}` |")).count(), 1, "{code}");
            assert_eq!(types.matches(&format!("\n  | \"{code}\"")).count(), 1, "{code}");
            let status = format!("\n  \"{code}\": {},\n", code.status());
            assert_eq!(types.contains(&status), code.status() != 400, "{code}");
            for sentence in [*meaning, &info.fix()] {
                assert!(sentence.ends_with('.') && !sentence.contains('|'), "{code}: {sentence}");
            }
            let fix = info.fix();
            assert!(
                !OPTION_NAMES.iter().any(|option| fix.contains(&format!("{{{}}}", option.placeholder))),
                "{code}"
            );
        }
        assert!(page.contains("Raise `maxBytes` if the provider really sends bodies this large. Command: `--max-bytes`. Rust: `max_bytes`."));
    }

    #[test]
    fn every_option_exists_under_its_name_in_each_language() {
        let read = |files: &[&str]| -> String {
            files.iter().map(|file| std::fs::read_to_string(root().join(file)).expect(file)).collect()
        };
        let javascript = read(&[
            "pkg/src/encoded-options.ts",
            "pkg/src/receive/options.ts",
            "pkg/src/types.ts",
            "pkg/src/webhook.ts",
            "pkg/package.json",
        ]);
        let command = read(&["pkg/src/cli/main.ts"]);
        let rust = read(&[
            "Cargo.toml",
            "src/delivery/delivery.rs",
            "src/webhook/accepted.rs",
            "src/webhook/explain.rs",
            "src/webhook/handshake.rs",
            "src/webhook/mod.rs",
            "src/webhook/sign_params.rs",
        ]);
        // The last name in a path, before a value; or the name of a module or feature.
        let last = |name: &'static str| {
            let name = name.trim_end_matches("\"]").trim_end_matches('"');
            let start = name.rfind(['.', '/', '"']).map_or(0, |index| index + 1);
            let name = &name[start..];
            let name = name.rsplit("::").next().unwrap_or(name);
            name.split(':').next().unwrap_or(name)
        };
        let has = |text: &str, name: &str, ends: &[&str]| {
            assert!(ends.iter().any(|end| text.contains(&format!("{name}{end}"))), "{name}");
        };
        for option in OPTION_NAMES {
            has(&javascript, last(option.javascript), &[": ", "?: ", "(", "\""]);
            has(&rust, last(option.rust), &[": ", "(", " = ["]);
            if let Some(name) = option.command {
                has(&command, &name.replace("hookseal ", "\""), &[" "]);
            }
        }
    }
}

//! Generates `pkg/src/generated/layout.ts` from `src/wasm/layout.rs`: the numbers that cross the bridge, by name.
//!
//! `pkg/scripts/constants.mjs` replaces the names by the numbers when the package is built, so that neither bytes nor time
//! are spent on them.

use std::fmt::Write;

use hookseal::layout::{GROUPS, algorithms, separator};

use crate::page::write_if_changed;
use crate::run::{Failure, root};
use crate::wasm;

/// Writes the file.
pub fn write() -> Result<(), Failure> {
    write_if_changed(&root().join(wasm::GENERATED).join("layout.ts"), &constants())
}

fn constants() -> String {
    let mut text = String::from(
        "// Generated from src/wasm/layout.rs by `cargo xtask types`: what crosses the bridge is specified there.\n",
    );
    for group in GROUPS {
        let _ = write!(text, "\n{}export const {} = {{\n", comment("", group.doc), group.name);
        for item in group.items {
            let _ = writeln!(text, "{}  {}: {},", comment("  ", item.doc), camel_case(item.name), item.value);
        }
        text.push_str("} as const;\n");
    }
    let _ = write!(
        text,
        "\n/** Characters that separate the fields of a head. */\nexport const Separator = {{\n  \
         /** Ends the URL, the method and each header. */\n  record: \"\\x{:02x}\",\n  \
         /** Separates the name of a header from its value. */\n  unit: \"\\x{:02x}\",\n}} as const;\n",
        separator::RECORD,
        separator::UNIT,
    );
    let names = algorithms().map(|(name, _)| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
    let lengths = algorithms().filter_map(|(_, len)| len).map(|len| len.to_string()).collect::<Vec<_>>();
    let _ = write!(
        text,
        "\n/** The algorithms by their numbers: those of HMAC first. */\nexport const ALGORITHMS = [{names}] as const;\n\
         \n/** How many bytes a tag has, by the numbers of the algorithms of HMAC. */\nexport const TAG_BYTES = [{}] as const;\n",
        lengths.join(", "),
    );
    text
}

fn comment(indent: &str, lines: &[&str]) -> String {
    format!("{indent}/** {} */\n", lines.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" "))
}

fn camel_case(name: &str) -> String {
    let mut words = name.split('_').map(str::to_ascii_lowercase);
    let first = words.next().unwrap_or_default();
    words.fold(first, |text, word| {
        let (initial, rest) = word.split_at(1);
        text + &initial.to_ascii_uppercase() + rest
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_as_typescript_writes_them() {
        assert_eq!([camel_case("ID"), camel_case("WEBHOOK_ID")], ["id", "webhookId"]);
        assert_eq!(camel_case("DRAFT_2020_12"), "draft202012");
    }

    #[test]
    fn every_constant_is_in_the_file_once_in_its_group() {
        let text = constants();
        for group in GROUPS {
            let start = text.find(&format!("export const {} = {{", group.name)).expect("a group");
            let body = &text[start..start + text[start..].find('}').expect("an end")];
            for item in group.items {
                let line = format!("\n  {}: {},\n", camel_case(item.name), item.value);
                assert_eq!(body.matches(&line).count(), 1, "{}.{}", group.name, item.name);
            }
        }
        assert!(text.contains(r#"["sha1", "sha256", "sha512", "#) && text.contains("[20, 32, 64]"), "{text}");
    }

    #[test]
    fn words_of_a_result_have_numbers_of_their_own() {
        for group in GROUPS.iter().filter(|group| group.name.ends_with("Word")) {
            for (index, item) in group.items.iter().enumerate() {
                assert_eq!(item.value as usize, index, "{}.{}", group.name, item.name);
            }
        }
    }
}

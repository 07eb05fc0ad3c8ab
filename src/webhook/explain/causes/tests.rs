//! Rules that every cause keeps.

use super::*;

#[test]
fn every_cause_has_a_unique_code_a_title_a_message_and_a_fix() {
    for (n, cause) in CAUSES.iter().enumerate() {
        let CauseDefinition { code, title, message, fix, .. } = cause;
        let is_code = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        assert!(code.bytes().all(is_code), "{code}");
        assert!(CAUSES[..n].iter().all(|other| other.code != *code), "duplicate code {code}");
        assert!(CAUSES[..n].iter().all(|other| other.title != *title), "duplicate title {title}");
        assert!((1..=60).contains(&title.chars().count()), "{code}: {title}");
        assert!(!title.contains(['{', ':']) && !title.ends_with('.'), "{code}: {title}");
        for text in [message, fix] {
            assert!(text.ends_with(['.', '}', ')']) && !text.contains("  "), "{text}");
        }
    }
}

/// One fix first, and the lines for frameworks apart from it.
#[test]
fn a_fix_begins_with_a_verb_and_names_no_line_of_a_framework() {
    const VERBS: [&str; 21] = [
        "Change",
        "Check",
        "Compare",
        "Configure",
        "Copy",
        "Correct",
        "Decode",
        "Keep",
        "Pass",
        "Protect",
        "Raise",
        "Read",
        "Remove",
        "Replace",
        "Run",
        "Save",
        "Set",
        "Trim",
        "Use",
        "Verify",
        "Write",
    ];
    for CauseDefinition { code, fix, .. } in CAUSES {
        let verb = fix.split(' ').next().unwrap_or_default();
        assert!(VERBS.contains(&verb), "{code}: {fix}");
        for line in RAW {
            assert!(!fix.contains(line.code) && !fix.contains(&format!("{}: ", line.name)), "{code}: {fix}");
        }
    }
}

/// Words that the words lint cannot forbid everywhere, because some have proper uses in code.
#[test]
fn messages_use_the_words_of_the_field() {
    const AVOIDED: [&str; 7] =
        ["take away", "look whether", "most often", " fits", "anew", "formula", "something"];
    for CauseDefinition { code, title, message, fix, .. } in CAUSES {
        for word in AVOIDED {
            assert!([title, message, fix].iter().all(|text| !text.contains(word)), "{code}: {word}");
        }
    }
}

//! Placeholders: texts that programs and templates write where a value is missing. Read for secrets, which they are
//! not.

use zeroize::Zeroizing;

/// What programs print for a value that is not there, and what people write until they have one. Letter case,
/// and `-`, `_` and spaces do not count.
const WORDS: [&str; 11] = [
    "undefined",
    "null",
    "(null)",
    "nil",
    "none",
    "nan",
    "true",
    "false",
    "changeme",
    "replaceme",
    "placeholder",
];

/// What stands around the expression of a template.
const BRACKETS: [(&str, &str); 6] =
    [("${", "}"), ("$(", ")"), ("#{", "}"), ("{{", "}}"), ("<%", "%>"), ("[object ", "]")];

/// What stands around a name.
const MARKS: [(&str, &str); 4] = [("<", ">"), ("%", "%"), ("__", "__"), ("@@", "@@")];

/// Code that reads a variable of the environment, as text.
const LOOKUPS: [&str; 8] =
    ["process.env", "import.meta.env", "Deno.env.", "Bun.env", "os.environ", "os.getenv(", "ENV[", "$env:"];

/// What names of secrets end with.
const SECRET_NAMES: [&str; 4] = ["secret", "key", "token", "password"];

/// Returns whether the whole text is one placeholder, in quotes or not. Texts that only contain one are not.
pub(super) fn is_placeholder(text: &str) -> bool {
    let text = text.trim_matches(is_invisible);
    let unquoted =
        ['"', '\'', '`'].into_iter().find_map(|quote| text.strip_prefix(quote)?.strip_suffix(quote));
    let is_empty_in_quotes = unquoted.is_some_and(str::is_empty);
    let unquoted = unquoted.unwrap_or(text).trim_matches(is_invisible);
    is_empty_in_quotes
        || BRACKETS.iter().any(|(open, close)| is_bracketed(unquoted, open, close))
        || MARKS.iter().any(|(open, close)| between(unquoted, open, close).is_some_and(is_label))
        || LOOKUPS.iter().any(|code| unquoted.strip_prefix(code).is_some_and(is_lookup_rest))
        || unquoted.strip_prefix('$').is_some_and(is_variable)
        || is_word(unquoted)
}

/// White space, control characters, and what leaves no mark: fillers, joiners, variation selectors, marks of
/// direction, byte order marks. These are Unicode's `Default_Ignorable_Code_Point` and its blank symbols.
pub(super) fn is_invisible(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d159}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

fn between<'t>(text: &'t str, open: &str, close: &str) -> Option<&'t str> {
    text.strip_prefix(open)?.strip_suffix(close)
}

/// Whether the bracket that opens the text is closed by its last character, and not before.
fn is_bracketed(text: &str, open: &str, close: &str) -> bool {
    let Some(last) = close.chars().last() else { return false };
    let first = match last {
        '}' => '{',
        ')' => '(',
        '>' => '<',
        _ => '[',
    };
    let mut depth = 0;
    between(text, open, close).is_some()
        && text.char_indices().all(|(index, c)| {
            depth += i32::from(c == first) - i32::from(c == last);
            c != last || depth > 0 || index + 1 == text.len()
        })
}

/// Whether a text between marks is a name or a few words.
fn is_label(text: &str) -> bool {
    text.contains(|c: char| c.is_ascii_alphabetic())
        && text.trim_matches('_').starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "_-. ".contains(c))
}

fn is_lookup_rest(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || "_.?!:[]()\"'`".contains(c))
}

/// Whether a text behind `$` is the name of a variable: `WEBHOOK_SECRET`, or one that says it is of a secret. Passwords
/// begin with `$` too.
fn is_variable(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && (!text.contains(|c: char| c.is_ascii_lowercase())
            || SECRET_NAMES.iter().any(|name| ends_with(text, name)))
}

fn ends_with(text: &str, end: &str) -> bool {
    let start = text.len().checked_sub(end.len());
    start.and_then(|start| text.get(start..)).is_some_and(|rest| rest.eq_ignore_ascii_case(end))
}

fn is_word(text: &str) -> bool {
    // No placeholder is longer, and the text may be a secret: the copy never grows, and is zeroized.
    if text.len() > 64 {
        return false;
    }
    let mut letters = Zeroizing::new(String::with_capacity(text.len()));
    letters.extend(text.chars().filter(|c| !"-_ ".contains(*c)).map(|c| c.to_ascii_lowercase()));
    let letters = letters.as_str();
    // `YOUR_SECRET_HERE`, `your-256-bit-secret`
    let name = letters.strip_suffix("here").unwrap_or(letters);
    let is_of_reader = letters.starts_with("your") || name.len() < letters.len() && letters.contains("your");
    WORDS.contains(&letters)
        || is_of_reader
            && letters.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && SECRET_NAMES.iter().any(|end| name.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_one_placeholder_is_recognized() {
        for text in [
            "undefined",
            " null\n",
            "None",
            "NaN",
            "true",
            "false",
            "NULL",
            "nil",
            "Nil",
            "Undefined",
            "UNDEFINED",
            "(null)",
            "\"undefined\"",
            "'null'",
            "`none`",
            "\" undefined \"",
            "\"\"",
            "''",
            "\u{feff}undefined",
            "undefined\u{200b}",
            "[object Object]",
            "[object Promise]",
            "[object Uint8Array]",
            "${SECRET}",
            "${{ secrets.WEBHOOK_SECRET }}",
            "${SECRET:-${OTHER}}",
            "$(SECRET)",
            "$(cat /run/secret)",
            "$SECRET",
            "$HOME",
            "$_SECRET",
            "$webhookSecret",
            "$signing_key",
            "$env:SECRET",
            "%SECRET%",
            "%webhook-secret%",
            "#{SECRET}",
            "{{ secret }}",
            "{{{secret}}}",
            "<%= secret %>",
            "<% secret %>",
            "<your-secret>",
            "<YOUR SECRET>",
            "<nil>",
            "__SECRET__",
            "__webhook_secret__",
            "@@SECRET@@",
            "process.env.X",
            "process.env.WEBHOOK_SECRET!",
            "process.env['X']",
            "import.meta.env.X",
            "os.environ[\"X\"]",
            "Deno.env.get(\"X\")",
            "ENV['X']",
            "'${SECRET}'",
            "YOUR_SECRET_HERE",
            "your-secret",
            "your_webhook_secret",
            "your-256-bit-secret",
            "Your signing secret here",
            "insert-your-secret-here",
            "changeme",
            "CHANGE_ME",
            "change-me",
            "ChangeMe",
            "replace_me",
        ] {
            assert!(is_placeholder(text), "{text:?}");
        }
    }

    #[test]
    fn real_secrets_and_texts_that_contain_placeholders_are_none() {
        for text in [
            "undefined behaviour",
            "nullable",
            "{not a place}",
            "truely",
            "nonesuch",
            "{{a}}b{{c}}",
            "${A}${B}",
            "${A}-suffix",
            "$(a)$(b)",
            "#{a}#{b}",
            "<a><b>",
            "<%= a %><%= b %>",
            "[object Object],[object Object]",
            "%A%B%",
            "%41%42",
            "100%",
            "__A__B",
            "____",
            "@@",
            "@@@@",
            "<>",
            "<3>",
            "$",
            "$3cr3t",
            "$ecret",
            "$2b$10$N9qo8uLOickgx2ZMRZoMye",
            "$Hq7xw2Lp",
            "process.envelope of mine",
            "my process.env.X",
            "the key is YOUR_SECRET_HERE or so",
            "yours truly",
            "your wits",
            "secret",
            "hunter2",
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw==",
            "5257a869e7ecebeda32affa62cdca3fa51cad7e77a0e56ff536d0ce8e108d8bd",
            "__vJ9-tq_8",
            "'quoted'",
            "'",
            "é",
            "please changeme",
            "deadbeef",
            "0",
        ] {
            assert!(!is_placeholder(text), "{text:?}");
        }
    }
}

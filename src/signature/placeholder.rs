//! Detects placeholders in secrets: texts that programs and templates write where a value is missing.

use zeroize::Zeroizing;

/// Texts that programs print for a missing value, and that people write until they have a value. Compared without letter
/// case, `-`, `_` and spaces.
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

/// Brackets around the expressions of templates.
const BRACKETS: [(&str, &str); 6] =
    [("${", "}"), ("$(", ")"), ("#{", "}"), ("{{", "}}"), ("<%", "%>"), ("[object ", "]")];

/// Marks around the names of variables.
const MARKS: [(&str, &str); 4] = [("<", ">"), ("%", "%"), ("__", "__"), ("@@", "@@")];

/// Beginnings of code that reads an environment variable, used as text by mistake.
const LOOKUPS: [&str; 8] =
    ["process.env", "import.meta.env", "Deno.env.", "Bun.env", "os.environ", "os.getenv(", "ENV[", "$env:"];

/// Endings of the names of secrets.
const SECRET_NAMES: [&str; 4] = ["secret", "key", "token", "password"];

/// Ranges of invisible characters other than white space and control characters: Unicode's
/// `Default_Ignorable_Code_Point` (fillers, joiners, variation selectors, direction and byte order marks) and blank
/// symbols.
const INVISIBLE: [(u32, u32); 19] = [
    (0xad, 0xad),
    (0x34f, 0x34f),
    (0x61c, 0x61c),
    (0x115f, 0x1160),
    (0x17b4, 0x17b5),
    (0x180b, 0x180f),
    (0x200b, 0x200f),
    (0x202a, 0x202e),
    (0x2060, 0x206f),
    (0x2800, 0x2800),
    (0x3164, 0x3164),
    (0xfe00, 0xfe0f),
    (0xfeff, 0xfeff),
    (0xffa0, 0xffa0),
    (0xfff0, 0xfffb),
    (0x1bca0, 0x1bca3),
    (0x1d159, 0x1d159),
    (0x1d173, 0x1d17a),
    (0xe0000, 0xe0fff),
];

/// Returns whether the whole text is one placeholder, in quotes or not; `false` if it only contains one.
#[inline(never)]
pub(super) fn is_placeholder(text: &str) -> bool {
    let text = trim(text);
    let unquoted = ["\"", "'", "`"].into_iter().find_map(|quote| between(text, quote, quote));
    if unquoted.is_some_and(str::is_empty) {
        return true;
    }
    let text = unquoted.map_or(text, trim);
    BRACKETS.iter().any(|(open, close)| is_bracketed(text, open, close))
        || MARKS.iter().any(|(open, close)| between(text, open, close).is_some_and(is_label))
        || LOOKUPS.iter().any(|code| between(text, code, "").is_some_and(is_lookup_rest))
        || between(text, "$", "").is_some_and(is_variable)
        || is_word(text)
}

#[inline(never)]
pub(super) fn is_invisible(c: char) -> bool {
    let code = u32::from(c);
    c.is_whitespace()
        || c.is_control()
        || INVISIBLE.iter().any(|(first, last)| (*first..=*last).contains(&code))
}

#[inline(never)]
fn trim(text: &str) -> &str {
    text.trim_matches(is_invisible)
}

#[inline(never)]
fn between<'t>(text: &'t str, open: &str, close: &str) -> Option<&'t str> {
    text.strip_prefix(open)?.strip_suffix(close)
}

/// Returns whether the last character closes the bracket that opens the text.
fn is_bracketed(text: &str, open: &str, close: &str) -> bool {
    if between(text, open, close).is_none() {
        return false;
    }
    let last = close.as_bytes()[close.len() - 1];
    let first = match last {
        b')' => b'(',
        // In ASCII, one character is between the two of `{}`, `<>` and `[]`.
        _ => last - 2,
    };
    let mut depth = 0;
    text.bytes().enumerate().all(|(index, byte)| {
        depth += i32::from(byte == first) - i32::from(byte == last);
        byte != last || depth > 0 || index + 1 == text.len()
    })
}

/// Returns whether a text contains only ASCII letters, digits and these characters.
#[inline(never)]
fn contains_only(text: &str, others: &[u8]) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || others.contains(&byte))
}

/// Returns whether a text between marks is a name or a few words.
fn is_label(text: &str) -> bool {
    let first = text.bytes().find(|byte| *byte != b'_');
    first.is_some_and(|byte| byte.is_ascii_alphabetic()) && contains_only(text, b"_-. ")
}

fn is_lookup_rest(text: &str) -> bool {
    contains_only(text, b"_.?!:[]()\"'`")
}

/// Returns whether a text after `$` is the name of a variable: in upper case, as `WEBHOOK_SECRET`, or with the ending of
/// a secret's name. Other texts may be passwords that begin with `$`.
fn is_variable(text: &str) -> bool {
    contains_only(text, b"_")
        && text.bytes().next().is_some_and(|byte| !byte.is_ascii_digit())
        && (!text.bytes().any(|byte| byte.is_ascii_lowercase()) || with_letters(text, is_secret_name))
}

fn is_word(text: &str) -> bool {
    with_letters(text, |letters| {
        // `YOUR_SECRET_HERE`, `your-256-bit-secret`
        let name = letters.strip_suffix("here").unwrap_or(letters);
        let is_addressed =
            letters.starts_with("your") || name.len() < letters.len() && letters.contains("your");
        WORDS.contains(&letters) || is_addressed && contains_only(letters, b"") && is_secret_name(name)
    })
}

fn is_secret_name(letters: &str) -> bool {
    SECRET_NAMES.iter().any(|end| letters.ends_with(end))
}

/// Calls `accepts` with the text in lower case and without separators; `false` for texts longer than any placeholder.
/// SECURITY: the text may be a secret, so the copy never grows, and is zeroized.
#[inline(never)]
fn with_letters(text: &str, accepts: fn(&str) -> bool) -> bool {
    if text.len() > 64 {
        return false;
    }
    let mut letters = Zeroizing::new(String::with_capacity(text.len()));
    letters.extend(text.chars().filter(|c| !"-_ ".contains(*c)).map(|c| c.to_ascii_lowercase()));
    accepts(&letters)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Texts that are one placeholder each.
    pub(in crate::signature) const PLACEHOLDERS: &[&str] = &[
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
    ];

    #[test]
    fn detects_texts_that_are_one_placeholder() {
        for text in PLACEHOLDERS {
            assert!(is_placeholder(text), "{text:?}");
        }
    }

    #[test]
    fn real_secrets_and_ignores_texts_that_only_contain_a_placeholder() {
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

//! Texts cut and compared: one copy of what the standard library compiles anew wherever it is called.

/// What stands before the first of these characters, and behind it.
#[inline(never)]
pub(crate) fn cut(text: &str, mark: char) -> Option<(&str, &str)> {
    text.split_once(mark)
}

/// Whether both are the same but for the case of ASCII letters.
#[inline(never)]
pub(crate) fn same_but_case(first: &str, second: &str) -> bool {
    first.eq_ignore_ascii_case(second)
}

/// The same text, to be kept.
#[inline(never)]
pub(crate) fn owned(text: &str) -> String {
    text.to_owned()
}

/// Whether a text holds no control character, no line or paragraph separator and nothing that turns the direction
/// of what follows: what forges log lines, and keys that look like others.
#[inline(never)]
pub(crate) fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
        || !text.chars().any(|c| {
            c.is_control()
                || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        })
}

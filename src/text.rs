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

//! Outlined string functions: one copy of what the standard library would compile anew at each call (wasm size).

/// Outlined `str::split_once(char)`.
#[inline(never)]
pub(crate) fn split_once(text: &str, separator: char) -> Option<(&str, &str)> {
    text.split_once(separator)
}

/// Outlined `str::eq_ignore_ascii_case`. PERF: variable-time, so never for secrets or signatures.
#[inline(never)]
pub(crate) fn eq_ignore_ascii_case(first: &str, second: &str) -> bool {
    first.eq_ignore_ascii_case(second)
}

/// Outlined `str::to_owned`.
#[inline(never)]
pub(crate) fn into_owned_outlined(text: &str) -> String {
    text.to_owned()
}

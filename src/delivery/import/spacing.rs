//! The white space between the tokens of JSON.

/// Removes the white space between the tokens of JSON, or replaces it with a space after each comma and colon.
#[inline(never)]
pub(super) fn set_spacing(json: &[u8], has_spaces: bool) -> Vec<u8> {
    let (mut is_in_string, mut is_escaped) = (false, false);
    let mut out = Vec::new();
    for byte in json {
        let is_quote = *byte == b'"' && !is_escaped;
        is_escaped = is_in_string && *byte == b'\\' && !is_escaped;
        is_in_string ^= is_quote;
        if is_in_string || !byte.is_ascii_whitespace() {
            out.push(*byte);
        }
        if has_spaces && !is_in_string && matches!(byte, b',' | b':') {
            out.push(b' ');
        }
    }
    out
}

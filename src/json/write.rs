//! Serialization of JSON strings and of JSON Pointer segments.

/// Appends the text as a JSON string, quotes included.
pub(crate) fn escape_into(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{0}'..='\u{1f}' => {
                out.push_str("\\u00");
                for shift in [4, 0] {
                    let digit = (character as u32 >> shift) & 15;
                    out.push(char::from_digit(digit, 16).unwrap_or('0'));
                }
            }
            other => out.push(other),
        }
    }
    out.push('"');
}

/// The text as a JSON string, quotes included. Messages use `quoted` instead of `{:?}`, which would add Unicode tables to the
/// WebAssembly module.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::new();
    escape_into(&mut out, text);
    out
}

/// Appends one segment to a JSON Pointer (RFC 6901, section 3).
pub(crate) fn push_pointer_segment(out: &mut String, segment: &str) {
    out.push('/');
    for character in segment.chars() {
        match character {
            '~' => out.push_str("~0"),
            '/' => out.push_str("~1"),
            other => out.push(other),
        }
    }
}

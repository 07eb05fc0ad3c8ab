//! Brackets of JSON that is cut off or followed by other bytes, found without parsing it.

use super::shared::joined;

/// The brackets of a body, complete or not.
struct BracketScan {
    /// End of the first value, if it is closed.
    end: Option<usize>,
    /// Closing brackets of those still open, the outermost first.
    open: Vec<u8>,
    in_string: bool,
}

fn scan_brackets(body: &[u8]) -> BracketScan {
    let (mut open, mut in_string, mut escaped) = (Vec::new(), false, false);
    for (index, &byte) in body.iter().enumerate() {
        if in_string {
            in_string = escaped || byte != b'"';
            escaped = byte == b'\\' && !escaped;
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'{' => open.push(b'}'),
            b'[' => open.push(b']'),
            b'}' | b']' if open.last() == Some(&byte) => {
                open.pop();
                if open.is_empty() {
                    return BracketScan { end: Some(index + 1), open, in_string };
                }
            }
            b'}' | b']' => open.clear(),
            _ => {}
        }
    }
    BracketScan { end: None, open, in_string }
}

/// Returns the end of the first object or array; `None` if it is not closed.
pub fn end_of_value(body: &[u8]) -> Option<usize> {
    scan_brackets(body).end
}

/// Returns the body with its open brackets closed, and a line break after them; `None` if none is open.
pub fn close_brackets(body: &[u8], line_break: &str) -> Option<Vec<u8>> {
    let BracketScan { end: None, mut open, in_string } = scan_brackets(body) else { return None };
    let quote = if in_string { "\"" } else { "" };
    open.reverse();
    (!open.is_empty()).then(|| joined(&[body, quote.as_bytes(), &open, line_break.as_bytes()]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closes_open_brackets() {
        let closed = |text: &str| {
            close_brackets(text.as_bytes(), "").map(|body| String::from_utf8(body).expect("UTF-8"))
        };
        assert_eq!(closed(r#"{"a":[{"b":"]}"#).as_deref(), Some(r#"{"a":[{"b":"]}"}]}"#));
        assert_eq!(closed(r#"{"a":["\""#).as_deref(), Some(r#"{"a":["\""]}"#));
        assert_eq!(closed("{}"), None);
        assert_eq!(closed("x"), None);
        assert_eq!(end_of_value(b"{} {"), Some(2));
    }
}

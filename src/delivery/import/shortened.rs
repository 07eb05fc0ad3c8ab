//! Marks that programs leave where they shorten or hide a value.

use super::lines::contains;
use crate::json::Document;

/// Marks within a text that is not JSON.
const MARKS: [&str; 11] = [
    "...\n",
    "\u{2026}\n",
    "[Object]",
    "[Array]",
    "[Circular",
    " more item",
    " more character",
    " more byte",
    " more propert",
    "truncated",
    "TRUNCATED",
];

const HIDDEN: [&str; 9] = [
    "...",
    "\u{2026}",
    "[object Object]",
    "System.String[]",
    "REDACTED",
    "redacted",
    "FILTERED",
    "****",
    "xxxxxxxx",
];

/// Returns the mark by which a body is known to be shortened.
pub(super) fn find_mark(body: &[u8]) -> Option<&'static str> {
    let text = body.trim_ascii_end();
    let last = ["...", "\u{2026}", "...\"", "\u{2026}\"", "...}", "...\"}", "...'"]
        .into_iter()
        .find(|mark| text.ends_with(mark.as_bytes()));
    let mark = last.or_else(|| MARKS.into_iter().find(|mark| contains(text, mark)))?;
    let is_structured = matches!(text.first(), Some(b'{' | b'[' | b'<' | b'"' | b'\''));
    (is_structured && Document::parse(text).is_err() || last.is_some() && !is_structured).then_some(mark)
}

/// Whether the value of a header of a signature is shortened or hidden.
pub(super) fn is_hidden(name: &str, value: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let is_signed =
        ["signature", "hmac", "-sha256", "webhook-", "svix-"].iter().any(|part| name.contains(part));
    is_signed && HIDDEN.iter().any(|mark| value.contains(mark))
}

pub(super) const SHORTENED_BODY: &str = "Expected the whole body, got one that a program has shortened.";
pub(super) const SHORTENED_BODY_HINT: &str = "Capture the whole body: no signature matches a part of a body.";
pub(super) const HIDDEN_HEADER: &str =
    "Expected the value of a header, got one that a program has shortened or hidden.";
pub(super) const HIDDEN_HEADER_HINT: &str = "Copy the header again, with its whole value.";

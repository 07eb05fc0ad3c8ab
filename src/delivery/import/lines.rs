//! Lines of a capture, and its byte order mark.

/// The byte order mark that some editors write at the start of a file.
pub(super) const BOM: &[u8] = b"\xef\xbb\xbf";

/// Returns the text without a byte order mark.
pub(super) fn strip_bom(text: &[u8]) -> &[u8] {
    text.strip_prefix(BOM).unwrap_or(text)
}

/// Splits the text before its first line feed.
pub(super) fn split_first_line(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().position(|byte| *byte == b'\n').unwrap_or(text.len());
    text.split_at(end)
}

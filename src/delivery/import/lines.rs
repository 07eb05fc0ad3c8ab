//! Lines of a capture, and its byte order mark.

/// The byte order mark that some editors write at the start of a file.
pub(super) const BOM: &[u8] = b"\xef\xbb\xbf";

/// Returns the text without a byte order mark.
pub(super) fn strip_bom(text: &[u8]) -> &[u8] {
    text.strip_prefix(BOM).unwrap_or(text)
}

/// Splits the text before its first line feed.
#[inline(never)]
pub(super) fn split_first_line(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().position(|byte| *byte == b'\n').unwrap_or(text.len());
    text.split_at(end)
}

// The next functions are outlined: inlined at each call, they would be kilobytes (wasm size).

/// Returns the offset of the first byte from this offset on that is not white space.
#[inline(never)]
pub(super) fn skip_whitespace(text: &[u8], offset: usize) -> usize {
    text.len() - text[offset..].trim_ascii_start().len()
}

/// Returns the offset of the first such byte.
#[inline(never)]
pub(super) fn find_byte(text: &[u8], byte: u8) -> Option<usize> {
    text.iter().position(|other| *other == byte)
}

/// Whether a text has this part.
#[inline(never)]
pub(super) fn contains(text: &[u8], part: &str) -> bool {
    find_part(text, part).is_some()
}

/// Returns the offset of the first such part.
#[inline(never)]
pub(super) fn find_part(text: &[u8], part: &str) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part.as_bytes())
}

/// Returns the length of the start of a text that has only bytes of a class or of a list. Up to `max` bytes are looked at.
#[inline(never)]
pub(super) fn run_length(text: &[u8], max: usize, is_part: fn(&u8) -> bool, others: &[u8]) -> usize {
    text.iter().take(max).take_while(|byte| is_part(byte) || others.contains(byte)).count()
}

/// The class without a byte.
pub(super) const NONE: fn(&u8) -> bool = |_| false;

/// Whether a list of words has this one.
#[inline(never)]
pub(super) fn contains_word(list: &str, name: &str) -> bool {
    list.split(' ').any(|word| word == name)
}

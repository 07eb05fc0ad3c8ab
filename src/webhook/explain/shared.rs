//! Helpers that several files of `explain` share. `#[inline(never)]` keeps one copy of each in the module.

use super::encodings::from_percent;
use crate::delivery::Headers;
use crate::signature::{HeaderItem, Keys, Scheme};
use crate::text::into_owned_outlined;

/// Longer header values are not searched for signatures and timestamps.
pub const MAX_VALUE_CHARS: usize = 4096;
/// Items of a header value that are searched.
pub const MAX_ITEMS: usize = 32;

/// What separates the items of header values, and what people and programs put around them.
pub const DELIMITERS: &[char] =
    &[',', ';', ' ', '\t', '\r', '\n', '[', ']', '"', '\'', '(', ')', '<', '>', '{', '}'];

/// Concatenates parts. `concat` would be compiled anew for each number of parts.
#[inline(never)]
pub fn joined(parts: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::with_capacity(parts.iter().map(|part| part.len()).sum());
    for part in parts {
        out.extend_from_slice(part);
    }
    out
}

/// Returns whether the bytes contain a sequence.
#[inline(never)]
pub fn contains_bytes(bytes: &[u8], sequence: &[u8]) -> bool {
    bytes.windows(sequence.len()).any(|window| window == sequence)
}

/// Returns whether a text contains a lower-case ASCII word in any letter case.
#[inline(never)]
pub fn contains_word(text: &str, word: &str) -> bool {
    text.as_bytes().windows(word.len()).any(|part| part.eq_ignore_ascii_case(word.as_bytes()))
}

/// Replaces every occurrence of `from`; `None` if there is none.
#[inline(never)]
pub fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Option<Vec<u8>> {
    // SECURITY: short bytes may be a secret. The capacity is enough for them to never be moved, because moving leaves a
    // copy that is not zeroized.
    let mut out = Vec::with_capacity(bytes.len() + bytes.len().min(4096) + bytes.len() / 8);
    let mut offset = 0;
    while offset < bytes.len() {
        if bytes[offset..].starts_with(from) {
            out.extend_from_slice(to);
            offset += from.len();
        } else {
            out.push(bytes[offset]);
            offset += 1;
        }
    }
    (out != bytes).then_some(out)
}

/// Returns the first value of a header.
#[inline(never)]
pub fn header_value<'h>(headers: &'h Headers<'_>, name: &'h str) -> Option<&'h str> {
    headers.get(name)
}

/// Returns the timestamps of a delivery that the scheme reads, as written.
pub fn timestamps(scheme: &Scheme, headers: &Headers<'_>) -> Vec<String> {
    let owned = |texts: &mut dyn Iterator<Item = &str>| texts.map(into_owned_outlined).collect::<Vec<_>>();
    if let Some(name) = scheme.timestamp_header() {
        return owned(&mut headers.get_all(name));
    }
    let values: Vec<&str> = headers.get_all(scheme.header()).collect();
    let expected = owned(&mut values.iter().filter_map(|value| scheme.format.first_timestamp(value)));
    if !expected.is_empty() || !scheme.format.has_timestamp() {
        return expected;
    }
    // In quotes or brackets, after another word, or percent-encoded.
    let mut all = Vec::new();
    for value in values.into_iter().filter(|value| value.len() <= MAX_VALUE_CHARS) {
        let decoded = from_percent(value.as_bytes(), false).and_then(|bytes| String::from_utf8(bytes).ok());
        for item in decoded.as_deref().unwrap_or(value).split(DELIMITERS).take(MAX_ITEMS) {
            if let HeaderItem::Timestamp(text) = scheme.format.parse_item_value(item) {
                all.push(into_owned_outlined(text));
            }
        }
    }
    all
}

/// Names one of the secrets in a message, by its index in the options and never by its value.
#[inline(never)]
pub fn secret_label(keys: &Keys, secret: usize) -> String {
    if keys.count() > 1 { format!("secret {}", secret + 1) } else { into_owned_outlined("the secret") }
}

//! Texts in header values that may be signatures.

use super::encodings::from_percent;
use super::shared::{DELIMITERS, MAX_ITEMS, MAX_VALUE_CHARS, contains_word};
use crate::delivery::{Headers, has_control, is_token};
use crate::signature::{Algorithm, Encoding};
use crate::text::eq_ignore_ascii_case;

/// Part of a tag that is long enough to be proof: 64 bits do not match by chance.
pub const MIN_PARTIAL_BYTES: usize = 8;
/// Far above the longest signature, base64 of SHA-512 encoded twice.
pub const MAX_SIGNATURE_CHARS: usize = 512;
/// Each signature multiplies the search; providers send two or three during a rotation.
pub const MAX_SIGNATURES: usize = 8;

/// Returns headers that look like a signature header, by their names or values.
pub fn find_signature_like_headers<'d>(headers: &'d Headers<'_>) -> Vec<(&'d str, &'d str)> {
    const EXCLUDED: [&str; 6] =
        ["etag", "if-none-match", "cookie", "authorization", "content-md5", "traceparent"];
    let is_similar = |(name, value): &(&str, &str)| {
        let is_named = ["signature", "hmac", "x-sig"].iter().any(|word| contains_word(name, word));
        let is_excluded = EXCLUDED.iter().any(|other| eq_ignore_ascii_case(name, other));
        let labelled = |(label, text): (Option<&str>, &str)| {
            is_digest(text)
                && label.is_some_and(|label| {
                    Algorithm::from_name(label).is_some() || ["v0", "v1"].contains(&label)
                })
        };
        is_sane(name, value)
            && !is_excluded
            && (is_named || split_candidates(value).into_iter().any(labelled))
    };
    headers.iter().filter(is_similar).take(MAX_SIGNATURES).collect()
}

/// Returns whether a header can be named in a message, and its value searched.
#[inline(never)]
pub fn is_sane(name: &str, value: &str) -> bool {
    is_token(name) && name.len() <= 64 && value.len() <= MAX_VALUE_CHARS && !has_control(value)
}

/// Splits a header value into texts that may be signatures, each with the label before it.
pub fn split_candidates(value: &str) -> Vec<(Option<&str>, &str)> {
    let has_length = |text: &&str| (MIN_PARTIAL_BYTES..=MAX_SIGNATURE_CHARS).contains(&text.len());
    let mut all = Vec::new();
    for piece in value.split(DELIMITERS).filter(has_length).take(MAX_ITEMS) {
        let bare = piece.trim_end_matches('=');
        let (label, text) = match bare.rfind(['=', ':']) {
            Some(end) => (Some(&piece[..end]), &piece[end + 1..]),
            None => (None, piece),
        };
        // The prefix of hex numbers counts as a label.
        let (label, text) = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
            Some(digits) => (label.or(Some("0x")), digits),
            None => (label, text),
        };
        if !is_number(text)
            && Encoding::ALL.into_iter().any(|encoding| decoded_len(encoding, text) >= MIN_PARTIAL_BYTES)
        {
            all.push((label, text));
        }
    }
    all
}

/// Returns whether a text is a decimal number, such as a timestamp in microseconds.
fn is_number(text: &str) -> bool {
    text.len() <= 20 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns whether a text can be a signature, complete or not.
pub fn is_plausible(text: &str) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_alphanumeric() || b"+/-_=%".contains(&byte);
    // Padding is at the end: another "=" belongs to a label.
    let is_padded = !text.trim_end_matches('=').contains('=');
    let has_prefix = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).is_some_and(is_digest);
    !has_prefix
        && !is_number(text)
        && (MIN_PARTIAL_BYTES..=MAX_SIGNATURE_CHARS).contains(&text.len())
        && text.bytes().all(is_digit)
        && is_padded
}

/// Returns how many bytes a text encodes.
fn decoded_len(encoding: Encoding, text: &str) -> usize {
    if !text.is_ascii() {
        return 0;
    }
    let bare = if encoding == Encoding::Hex { &text[..text.len() & !1] } else { text };
    (text.len() <= MAX_SIGNATURE_CHARS)
        .then(|| encoding.decode_lenient(bare))
        .flatten()
        .map_or(0, |bytes| bytes.len())
}

/// Returns whether a text has the length of a digest.
pub fn is_digest(text: &str) -> bool {
    Encoding::ALL.into_iter().any(|encoding| Algorithm::of_len(decoded_len(encoding, text)).is_some())
}

/// Returns what a text encodes that may be an encoded signature itself.
pub fn decoded_texts(text: &str) -> Vec<String> {
    let mut inner: Vec<Vec<u8>> =
        Encoding::ALL.into_iter().filter_map(|encoding| encoding.decode_lenient(text)).collect();
    inner.extend(from_percent(text.as_bytes(), false));
    inner.into_iter().filter_map(|bytes| String::from_utf8(bytes).ok()).collect()
}

/// Returns whether a text is a complete signature, encoded once or twice.
pub fn is_complete(text: &str) -> bool {
    is_digest(text) || decoded_texts(text).iter().any(|text| is_digest(text.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_values_into_candidates_with_their_labels() {
        let hex = "00112233445566778899aabbccddeeff00112233";
        let label = |value: &str| {
            let candidates = split_candidates(value)
                .into_iter()
                .map(|(label, text)| (label.map(str::to_owned), text.len()));
            candidates.collect::<Vec<_>>()
        };
        assert_eq!(label(hex), [(None, 40)]);
        assert_eq!(label(&format!("[\"sha1={hex}\"]")), [(Some("sha1".to_owned()), 40)]);
        assert_eq!(label(&format!("sha1:{hex}")), [(Some("sha1".to_owned()), 40)]);
        assert_eq!(label(&format!("0x{hex}")), [(Some("0x".to_owned()), 40)]);
        assert_eq!(label("AAAAAAAAAAAAAAAAAAAAAAAAAAA="), [(None, 28)]);
        assert_eq!(label("no signature"), []);
        assert_eq!(label(""), []);
    }
}

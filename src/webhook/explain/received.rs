//! The received signatures, and every way to interpret them.

use zeroize::Zeroizing;

use super::causes;
use super::definition::CauseDefinition;
use super::encodings::from_percent;
use super::shared::{contains_bytes, contains_word};
use crate::delivery::{Headers, has_control, is_token};
use crate::signature::hmac::{Tag, constant_time_eq};
use crate::signature::{Algorithm, Encoding, HeaderItem, Keys, Scheme};
use crate::text::eq_ignore_ascii_case;

/// A text in a header that may be a signature.
pub struct Received<'d> {
    /// Name of the header, as received.
    pub header: &'d str,
    pub text: &'d str,
    label: Option<&'d str>,
    form: HeaderForm,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum HeaderForm {
    /// In the format of the provider.
    Expected,
    /// Without the label of the provider.
    Unlabelled,
    /// With another label, or in quotes or brackets.
    Unexpected,
}

impl<'d> Received<'d> {
    fn new(header: &'d str, text: &'d str, label: Option<&'d str>, form: HeaderForm) -> Self {
        Self { header, text, label: label.filter(|label| Algorithm::from_name(label).is_some()), form }
    }

    /// A candidate that is not in the format of the provider.
    fn candidate(header: &'d str, (label, text): (Option<&'d str>, &'d str)) -> Self {
        Self::new(
            header,
            text,
            label,
            if label.is_none() { HeaderForm::Unlabelled } else { HeaderForm::Unexpected },
        )
    }

    /// Label of the signature, if it names an algorithm.
    pub fn label(&self) -> Option<&'d str> {
        self.label
    }

    /// The algorithm of the label.
    pub fn labelled_algorithm(&self) -> Option<Algorithm> {
        self.label.and_then(Algorithm::from_name)
    }
}

/// One way to interpret a received signature as a tag, or as part of one.
pub struct Interpretation {
    /// Index into the received signatures.
    pub received: usize,
    pub algorithm: Algorithm,
    pub encoding: Encoding,
    pub causes: Vec<&'static CauseDefinition>,
    bytes: Vec<u8>,
    tag_match: TagMatch,
}

/// How the bytes of a signature are compared with a tag.
#[derive(Clone, Copy, PartialEq, Eq)]
enum TagMatch {
    Whole,
    /// The received signature is the start of the tag: its end was cut off.
    Start,
    End,
    /// The whole tag, as text in lower case.
    CaseFolded,
}

/// Part of a tag that is long enough to be proof: 64 bits do not match by chance.
const MIN_PARTIAL_BYTES: usize = 8;
/// Far above the longest signature, base64 of SHA-512 encoded twice.
const MAX_SIGNATURE_CHARS: usize = 512;
/// Each signature multiplies the search; providers send two or three during a rotation.
const MAX_SIGNATURES: usize = 8;

impl Interpretation {
    /// SECURITY: compares with a tag in constant time.
    pub fn matches(&self, tag: &Tag) -> bool {
        let (tag, len) = (tag.as_bytes(), self.bytes.len());
        self.matches_bytes(tag, len)
    }

    /// The same for the bytes of a plain hash.
    pub fn matches_bytes(&self, tag: &[u8], len: usize) -> bool {
        match self.tag_match {
            TagMatch::Whole => constant_time_eq(tag, &self.bytes),
            TagMatch::Start => tag.get(..len).is_some_and(|part| constant_time_eq(part, &self.bytes)),
            TagMatch::End => {
                tag.len().checked_sub(len).is_some_and(|start| constant_time_eq(&tag[start..], &self.bytes))
            }
            TagMatch::CaseFolded => {
                let mut text = Zeroizing::new(self.encoding.encode(tag));
                text.make_ascii_lowercase();
                constant_time_eq(text.trim_end_matches('=').as_bytes(), &self.bytes)
            }
        }
    }

    /// Returns whether the signature is complete.
    pub fn is_whole(&self) -> bool {
        self.tag_match == TagMatch::Whole
    }
}

/// Returns the signatures in the scheme's header; without that header, those in similar headers.
pub fn received<'d>(scheme: &Scheme, headers: &'d Headers<'_>) -> Vec<Received<'d>> {
    let mut all: Vec<Received<'d>> = Vec::new();
    let expected = headers.iter().filter(|(name, _)| eq_ignore_ascii_case(name, scheme.header()));
    for (header, value) in expected {
        if value.len() > MAX_SIGNATURE_CHARS * MAX_SIGNATURES {
            continue;
        }
        for item in scheme.format.items(value).take(MAX_SIGNATURES) {
            if let HeaderItem::Signature { label, encoded } = scheme.format.parse_item_value(item)
                && is_plausible(encoded)
            {
                let is_known = label.is_none_or(|label| Algorithm::from_name(label).is_some());
                all.push(Received::new(
                    header,
                    encoded,
                    label,
                    if is_known { HeaderForm::Expected } else { HeaderForm::Unexpected },
                ));
            }
        }
        for candidate in split_candidates(value) {
            // A candidate inside a signature that was parsed is not another signature.
            if !all.iter().any(|other| contains_bytes(other.text.as_bytes(), candidate.1.as_bytes())) {
                all.push(Received::candidate(header, candidate));
            }
        }
    }
    if headers.get(scheme.header()).is_none() {
        for (header, value) in find_signature_like_headers(headers) {
            let expected =
                scheme.format.items(value).find_map(|item| match scheme.format.parse_item_value(item) {
                    HeaderItem::Signature { label, encoded } if is_digest(encoded) => {
                        Some(Received::new(header, encoded, label, HeaderForm::Expected))
                    }
                    _ => None,
                });
            let other = || split_candidates(value).into_iter().find(|(_, text)| is_digest(text));
            all.extend(expected.or_else(|| Some(Received::candidate(header, other()?))));
        }
    }
    all.truncate(MAX_SIGNATURES);
    all
}

/// Returns headers that look like a signature header, by their names or values.
pub fn find_signature_like_headers<'d>(headers: &'d Headers<'_>) -> Vec<(&'d str, &'d str)> {
    const EXCLUDED: [&str; 6] =
        ["etag", "if-none-match", "cookie", "authorization", "content-md5", "traceparent"];
    let is_similar = |(name, value): &(&str, &str)| {
        let is_named = ["signature", "hmac", "x-sig"].iter().any(|word| contains_word(name, word));
        let is_excluded = EXCLUDED.iter().any(|other| eq_ignore_ascii_case(name, other));
        let is_sane = is_token(name)
            && name.len() <= 64
            && value.len() <= MAX_SIGNATURE_CHARS * MAX_SIGNATURES
            && !has_control(value);
        let labelled = |(label, text): (Option<&str>, &str)| {
            is_digest(text)
                && label.is_some_and(|label| {
                    Algorithm::from_name(label).is_some() || ["v0", "v1"].contains(&label)
                })
        };
        is_sane && !is_excluded && (is_named || split_candidates(value).into_iter().any(labelled))
    };
    headers.iter().filter(is_similar).take(MAX_SIGNATURES).collect()
}

/// Splits a header value into texts that may be signatures, each with the label before it.
fn split_candidates(value: &str) -> Vec<(Option<&str>, &str)> {
    let delimiters: &[char] =
        &[',', ';', ' ', '\t', '\r', '\n', '[', ']', '"', '\'', '(', ')', '<', '>', '{', '}'];
    let has_length = |text: &&str| (MIN_PARTIAL_BYTES..=MAX_SIGNATURE_CHARS).contains(&text.len());
    let mut all = Vec::new();
    for piece in value.split(delimiters).filter(has_length).take(MAX_SIGNATURES * 4) {
        let bare = piece.trim_end_matches('=');
        let (label, text) = match bare.rfind(['=', ':']) {
            Some(end) => (Some(&piece[..end]), &piece[end + 1..]),
            None => (None, piece),
        };
        if Encoding::ALL.into_iter().any(|encoding| decoded_len(encoding, text) >= MIN_PARTIAL_BYTES) {
            all.push((label, text));
        }
    }
    all
}

/// Returns whether a text can be a signature, complete or not.
fn is_plausible(text: &str) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_alphanumeric() || b"+/-_=%".contains(&byte);
    (MIN_PARTIAL_BYTES..=MAX_SIGNATURE_CHARS).contains(&text.len()) && text.bytes().all(is_digit)
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
fn is_digest(text: &str) -> bool {
    Encoding::ALL.into_iter().any(|encoding| Algorithm::of_len(decoded_len(encoding, text)).is_some())
}

/// Returns every way to interpret the received signatures.
pub fn interpretations(scheme: &Scheme, keys: &Keys, all: &[Received<'_>]) -> Vec<Interpretation> {
    let mut interpretations = Vec::new();
    for (index, received) in all.iter().enumerate() {
        SignatureReader {
            scheme,
            keys,
            encoding: scheme.format.encoding,
            index,
            received,
            all: &mut interpretations,
        }
        .read();
    }
    interpretations
}

/// Interprets one signature.
struct SignatureReader<'a> {
    scheme: &'a Scheme,
    keys: &'a Keys,
    encoding: Encoding,
    index: usize,
    received: &'a Received<'a>,
    all: &'a mut Vec<Interpretation>,
}

impl SignatureReader<'_> {
    fn read(&mut self) {
        self.complete(self.encoding, self.received.text, None);
        for encoding in Encoding::ALL {
            if encoding != self.encoding {
                self.complete(encoding, self.received.text, Some(&causes::SIGNATURE_ENCODING));
            }
        }
        self.double_encoded();
        self.case_folded();
        self.truncated();
    }

    /// Interprets a text as a complete signature in an encoding.
    #[inline(never)]
    fn complete(&mut self, encoding: Encoding, text: &str, cause: Option<&'static CauseDefinition>) {
        if let Some(bytes) = encoding.decode_lenient(text)
            && let Some(algorithm) = Algorithm::of_len(bytes.len())
        {
            self.push((algorithm, encoding), bytes, TagMatch::Whole, cause);
        }
    }

    #[inline(never)]
    fn push(
        &mut self,
        (algorithm, encoding): (Algorithm, Encoding),
        bytes: Vec<u8>,
        tag_match: TagMatch,
        cause: Option<&'static CauseDefinition>,
    ) {
        let (received, index) = (self.received, self.index);
        let header =
            (!eq_ignore_ascii_case(received.header, self.scheme.header())).then_some(&causes::HEADER_RENAMED);
        let form = match received.form {
            HeaderForm::Expected => None,
            HeaderForm::Unlabelled => {
                self.scheme.format.has_label().then_some(&causes::SIGNATURE_LABEL_MISSING)
            }
            HeaderForm::Unexpected => Some(&causes::SIGNATURE_LABEL_UNEXPECTED),
        };
        let label = match received.labelled_algorithm() {
            Some(named) if named != algorithm => Some(&causes::ALGORITHM_MISLABELLED),
            _ if !self.keys.algorithms().contains(&algorithm) => Some(&causes::ALGORITHM_NOT_ACCEPTED),
            _ => None,
        };
        let causes: Vec<&'static CauseDefinition> =
            [header, form, label, cause].into_iter().flatten().collect();
        let is_same = |other: &Interpretation| {
            other.received == index
                && other.algorithm == algorithm
                && other.tag_match == tag_match
                && other.bytes == bytes
        };
        if !self.all.iter().any(is_same) {
            self.all.push(Interpretation { received: index, algorithm, encoding, causes, bytes, tag_match });
        }
    }

    /// A signature whose encoded text was encoded again.
    fn double_encoded(&mut self) {
        let text = self.received.text;
        let mut inner: Vec<Vec<u8>> =
            Encoding::ALL.into_iter().filter_map(|encoding| encoding.decode_lenient(text)).collect();
        inner.extend(from_percent(text.as_bytes(), false));
        for bytes in inner {
            let Ok(text) = std::str::from_utf8(&bytes) else { continue };
            for encoding in Encoding::ALL {
                self.complete(encoding, text.trim(), Some(&causes::SIGNATURE_DOUBLE_ENCODED));
            }
        }
    }

    /// Base64 whose letters were all converted to one case.
    fn case_folded(&mut self) {
        let text = self.received.text.trim_end_matches('=');
        let is_one_case = !(text.contains(|c: char| c.is_ascii_uppercase())
            && text.contains(|c: char| c.is_ascii_lowercase()));
        if self.encoding == Encoding::Hex || !is_one_case {
            return;
        }
        for algorithm in Algorithm::ALL {
            if self.encoding.text_len(algorithm.digest_len()) == text.len() {
                let case_folded = text.to_ascii_lowercase().into_bytes();
                self.push(
                    (algorithm, self.encoding),
                    case_folded,
                    TagMatch::CaseFolded,
                    Some(&causes::SIGNATURE_UPPER_CASE),
                );
            }
        }
    }

    /// Part of a signature by the algorithm of the label, or by an accepted one.
    fn truncated(&mut self) {
        let text = self.received.text.trim_end_matches('=');
        let named = self.received.labelled_algorithm();
        // A cut can leave half a byte: one digit of hex, or a few characters of base64.
        let even = match self.encoding {
            Encoding::Hex => text.len() & !1,
            Encoding::Base64 | Encoding::Base64Url => text.len() & !3,
        };
        for (cut, tag_match) in
            [(text.get(..even), TagMatch::Start), (text.get(text.len() - even..), TagMatch::End)]
        {
            let Some(bytes) = cut.and_then(|cut| self.encoding.decode_lenient(cut)) else { continue };
            for &algorithm in named.as_ref().map_or(self.keys.algorithms(), std::slice::from_ref) {
                // By the number of characters: of base64, the last ones may be left out above.
                let is_short = text.len() < self.encoding.text_len(algorithm.digest_len());
                if is_short && (MIN_PARTIAL_BYTES..algorithm.digest_len()).contains(&bytes.len()) {
                    let cause = Some(&causes::SIGNATURE_TRUNCATED);
                    self.push((algorithm, self.encoding), bytes.clone(), tag_match, cause);
                }
            }
        }
    }
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
        assert_eq!(label("AAAAAAAAAAAAAAAAAAAAAAAAAAA="), [(None, 28)]);
        assert_eq!(label("no signature"), []);
        assert_eq!(label(""), []);
    }
}

//! The received signatures, and every way to interpret them.

use zeroize::Zeroizing;

use super::candidates::{
    MAX_SIGNATURES, MIN_PARTIAL_BYTES, decoded_texts, is_complete, is_plausible, split_candidates,
};
use super::causes;
use super::definition::CauseDefinition;
use super::encodings::from_percent;
use super::renamed::{RenamedHeaders, differ_in_algorithm};
use super::shared::{MAX_VALUE_CHARS, contains_bytes};
use super::unsupported::{is_json_web_token, is_public_key_header, without_public_key_items};
use crate::delivery::Headers;
use crate::signature::hmac::{Tag, constant_time_eq};
use crate::signature::{Algorithm, Encoding, HeaderItem, Keys, Scheme};
use crate::text::{eq_ignore_ascii_case, into_owned_outlined};

/// A text in a header that may be a signature.
pub struct Received<'d> {
    /// Name of the header, as received.
    pub header: &'d str,
    pub text: String,
    label: Option<Algorithm>,
    form: HeaderForm,
    /// What changed the value of the header.
    cause: Option<&'static CauseDefinition>,
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

impl Received<'_> {
    /// Label of the signature, if it names an algorithm.
    pub fn label(&self) -> Option<&'static str> {
        self.label.map(Algorithm::name)
    }

    /// Whether the text has the encoding and the length of a signature by the scheme, under the right label.
    fn is_accepted(&self, scheme: &Scheme) -> bool {
        let bytes = scheme.format.encoding.decode_lenient(&self.text);
        let algorithm = bytes.and_then(|bytes| Algorithm::of_len(bytes.len()));
        algorithm.is_some_and(|algorithm| {
            scheme.algorithms().contains(&algorithm) && self.label.is_none_or(|label| label == algorithm)
        })
    }

    /// The algorithm of the label.
    pub fn labelled_algorithm(&self) -> Option<Algorithm> {
        self.label
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

/// Returns the signatures in the scheme's header; without that header, those in the headers that replace it.
pub fn received<'d>(
    scheme: &Scheme,
    headers: &'d Headers<'_>,
    renamed: &RenamedHeaders<'d>,
) -> Vec<Received<'d>> {
    let mut all: Vec<Received<'d>> = Vec::new();
    for (header, value) in headers.iter().filter(|(name, _)| eq_ignore_ascii_case(name, scheme.header())) {
        all.append(&mut signatures_in(scheme, header, value));
    }
    for header in renamed.signatures(scheme).filter(|header| !is_public_key_header(header.found)) {
        let mut found = signatures_in(scheme, header.found, header.value);
        // Under another name, only a complete signature counts.
        found.retain(|signature| is_complete(&signature.text));
        all.append(&mut found);
    }
    all.truncate(MAX_SIGNATURES);
    all
}

/// Returns the signatures in a value, or in what it was before it was changed.
fn signatures_in<'d>(scheme: &Scheme, header: &'d str, value: &str) -> Vec<Received<'d>> {
    let value = without_public_key_items(value);
    if value.len() > MAX_VALUE_CHARS || is_json_web_token(&value) {
        return Vec::new();
    }
    let complete = |value: &str| {
        let mut all = parse_value(scheme, header, value);
        all.retain(|signature| is_complete(&signature.text));
        all
    };
    let is_accepted = |all: &[Received<'_>]| all.iter().any(|signature| signature.is_accepted(scheme));
    let is_expected = |signature: &Received<'_>| signature.form == HeaderForm::Expected;
    let as_received = parse_value(scheme, header, &value);
    if is_accepted(&as_received) {
        return as_received;
    }
    // Part of a changed text can have the length of another algorithm, so what the text was before comes first.
    if scheme.format.encoding == Encoding::Base64 && !value.contains(", ") {
        let mut all = complete(&value.replace(' ', "+"));
        if is_accepted(&all) && all.iter().all(is_expected) {
            for signature in &mut all {
                signature.cause = Some(&causes::SIGNATURE_URL_DECODED);
            }
            return all;
        }
    }
    let has_complete = as_received.iter().any(|signature| is_complete(&signature.text));
    let unfolded: String = value.split_whitespace().collect();
    let unfolded = Some(unfolded).filter(|unfolded| unfolded.len() < value.len());
    let decoded = from_percent(value.as_bytes(), false).filter(|_| !has_complete);
    let decoded = decoded.and_then(|bytes| String::from_utf8(bytes).ok());
    for variant in [unfolded, decoded].into_iter().flatten() {
        let mut all = complete(&variant);
        if is_accepted(&all) || !has_complete && !all.is_empty() {
            for signature in &mut all {
                signature.form = HeaderForm::Unexpected;
            }
            return all;
        }
    }
    // Logs mark what they cut off.
    let cut = value.trim_end_matches(['.', '\u{2026}']);
    if cut.len() < value.len() { parse_value(scheme, header, cut) } else { as_received }
}

/// Returns the texts in a value that may be signatures, complete or not.
fn parse_value<'d>(scheme: &Scheme, header: &'d str, value: &str) -> Vec<Received<'d>> {
    let mut all: Vec<Received<'d>> = Vec::new();
    let mut push = |text: &str, label: Option<&str>, form| {
        let (text, label) = (into_owned_outlined(text), label.and_then(Algorithm::from_name));
        all.push(Received { header, text, label, form, cause: None });
    };
    let mut parsed: Vec<&str> = Vec::new();
    for item in scheme.format.items(value).take(MAX_SIGNATURES) {
        if let HeaderItem::Signature { label, encoded } = scheme.format.parse_item_value(item)
            && is_plausible(encoded)
        {
            let is_known = label.is_none_or(|label| Algorithm::from_name(label).is_some());
            push(encoded, label, if is_known { HeaderForm::Expected } else { HeaderForm::Unexpected });
            parsed.push(encoded);
        }
    }
    // Whether the value is a list of signatures without labels, and of nothing else.
    let is_bare = value.split([',', ';', ' ', '\t']).all(|piece| {
        let is_timestamp = || matches!(scheme.format.parse_item_value(piece), HeaderItem::Timestamp(_));
        piece.is_empty() || is_plausible(piece) || is_timestamp()
    });
    for (label, text) in split_candidates(value) {
        // A candidate inside a signature that was parsed is not another signature.
        if !parsed.iter().any(|other| contains_bytes(other.as_bytes(), text.as_bytes())) {
            let is_unlabelled = label.is_none() && is_bare;
            push(text, label, if is_unlabelled { HeaderForm::Unlabelled } else { HeaderForm::Unexpected });
        }
    }
    all
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
        self.complete(self.encoding, &self.received.text, None);
        for encoding in Encoding::ALL {
            if encoding != self.encoding {
                self.complete(encoding, &self.received.text, Some(&causes::SIGNATURE_ENCODING));
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
        let is_accepted = self.keys.algorithms().contains(&algorithm);
        let expected = self.scheme.header();
        // A provider that sends a header for each algorithm renamed none.
        let is_renamed = !eq_ignore_ascii_case(received.header, expected)
            && (is_accepted || !differ_in_algorithm(received.header, expected));
        let form = match received.form {
            HeaderForm::Expected => None,
            HeaderForm::Unlabelled if self.scheme.format.has_label() => {
                Some(&causes::SIGNATURE_LABEL_MISSING)
            }
            HeaderForm::Unlabelled | HeaderForm::Unexpected => Some(&causes::SIGNATURE_LABEL_UNEXPECTED),
        };
        let label = match received.labelled_algorithm() {
            Some(named) if named != algorithm => Some(&causes::ALGORITHM_MISLABELLED),
            _ if !is_accepted => Some(&causes::ALGORITHM_NOT_ACCEPTED),
            _ => None,
        };
        let header = is_renamed.then_some(&causes::HEADER_RENAMED);
        let causes: Vec<&'static CauseDefinition> =
            [header, received.cause, form, label, cause].into_iter().flatten().collect();
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
        for text in decoded_texts(&self.received.text) {
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
        for algorithm in Algorithm::HMAC {
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

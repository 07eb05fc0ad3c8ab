//! Parses the signature header into candidates, before any comparison.

use super::encoding::{DecodeError, DecodedDigest};
use super::header::HeaderItem;
use super::{Algorithm, Keys, MalformedReason, Outcome, Scheme};
use crate::delivery::{Headers, has_control};

/// Limit of a header value. The longest realistic one, a rotation of SHA-512 signatures, has about 1 KiB.
pub(super) const MAX_HEADER_BYTES: usize = 8 * 1024;
/// Limit of signatures in one delivery, so that a forged header cannot multiply the comparisons.
pub(super) const MAX_SIGNATURES: usize = 32;
/// Limit of signatures that public keys verify: each takes a hundred times as long as an HMAC, and a rotation has two.
const MAX_PUBLIC_KEY_SIGNATURES: usize = 4;
/// Limit of different timestamps in the signature header: each costs another hash of the body.
pub(super) const MAX_TIMESTAMPS: usize = 4;

/// A received signature that can be compared.
#[derive(Clone, Debug)]
pub(super) struct Candidate<'a> {
    pub algorithm: Algorithm,
    pub digest: DecodedDigest,
    /// The item of the header, label included.
    pub item: &'a str,
    /// The digest before decoding, as hex or base64.
    pub encoded: &'a str,
}

/// The signatures that can be compared, and the most specific error of those that cannot.
pub(super) struct Candidates<'a> {
    /// PERF: nearly always the only candidate, so that nothing is allocated.
    first: Option<Candidate<'a>>,
    more: Vec<Candidate<'a>>,
    /// The distinct timestamps of the signature header. One empty text where the scheme has the timestamp elsewhere, or
    /// has none.
    timestamps: [&'a str; MAX_TIMESTAMPS],
    timestamp_count: usize,
    best_error: Option<Outcome<'a>>,
}

impl<'a> Candidates<'a> {
    pub const fn new() -> Self {
        Self {
            first: None,
            more: Vec::new(),
            timestamps: [""; MAX_TIMESTAMPS],
            timestamp_count: 0,
            best_error: None,
        }
    }

    /// Parses every value of the signature header. Several values and one value that joins them by commas mean the same
    /// (RFC 9110, section 5.3), so that timestamp and signature, or version and digest, may be in different values.
    pub fn collect(
        &mut self,
        scheme: &'a Scheme,
        keys: &Keys,
        headers: &'a Headers<'_>,
    ) -> Result<(), Outcome<'a>> {
        let parser = CandidateParser { scheme, accepted: keys.algorithms() };
        let max_signatures = scheme.max_signatures();
        let (mut values, mut signatures) = (0, 0);
        let (mut first_value, mut has_malformed_timestamp, mut ends_with_version) = (None, false, false);
        for value in headers.get_all(scheme.header()) {
            values += 1;
            if let Some(reason) = check_header_value(value) {
                self.record_error(parser.malformed(value, reason));
                continue;
            }
            first_value = first_value.or(Some(value));
            let mut follows_version = std::mem::take(&mut ends_with_version);
            for item in scheme.format.items(value) {
                let mut parsed = scheme.format.parse_item_value(item);
                if std::mem::take(&mut follows_version) && parsed == HeaderItem::Other && !item.contains(',')
                {
                    parsed = HeaderItem::Signature { label: scheme.format.label(), encoded: item };
                }
                ends_with_version = parsed == HeaderItem::Version;
                match parsed {
                    HeaderItem::Timestamp(text) if scheme.parse_timestamp(text).is_none() => {
                        has_malformed_timestamp = true;
                    }
                    HeaderItem::Timestamp(text) => {
                        if !self.add_timestamp(text) {
                            return Err(parser.malformed(value, MalformedReason::TooManyTimestamps));
                        }
                    }
                    HeaderItem::Signature { label, encoded } => {
                        signatures += 1;
                        match parser.candidate(item, label, encoded) {
                            Ok(candidate) => self.push(candidate),
                            Err(outcome) => self.record_error(outcome),
                        }
                    }
                    HeaderItem::Other if parser.is_unlabelled_digest(item) => {
                        self.record_error(parser.malformed(item, MalformedReason::LabelMissing));
                    }
                    HeaderItem::Version | HeaderItem::Other => {}
                }
                if signatures > max_signatures {
                    return Err(parser.malformed(value, MalformedReason::TooManySignatures));
                }
            }
        }
        if let Some(value) = first_value.filter(|_| signatures == 0) {
            self.record_error(parser.malformed(value, MalformedReason::Format));
        }
        if !scheme.format.has_timestamp() {
            self.timestamp_count = 1;
        }
        match self.best_error {
            _ if values == 0 => Err(Outcome::Missing),
            Some(error) if self.first.is_none() => Err(error),
            _ if self.timestamp_count > 0 => Ok(()),
            _ if has_malformed_timestamp => Err(Outcome::TimestampMalformed),
            _ => Err(Outcome::TimestampMissing),
        }
    }

    pub fn timestamps(&self) -> &[&'a str] {
        &self.timestamps[..self.timestamp_count]
    }

    /// Adds a timestamp, unless it is known. Returns whether there was room for it.
    fn add_timestamp(&mut self, text: &'a str) -> bool {
        if self.timestamps().contains(&text) {
            return true;
        }
        let Some(free) = self.timestamps.get_mut(self.timestamp_count) else { return false };
        *free = text;
        self.timestamp_count += 1;
        true
    }

    pub fn iter(&self) -> impl Iterator<Item = &Candidate<'a>> {
        self.first.iter().chain(&self.more)
    }

    fn push(&mut self, candidate: Candidate<'a>) {
        if self.first.is_none() {
            self.first = Some(candidate);
        } else {
            self.more.push(candidate);
        }
    }

    fn record_error(&mut self, outcome: Outcome<'a>) {
        if self.best_error.is_none_or(|error| error.specificity() < outcome.specificity()) {
            self.best_error = Some(outcome);
        }
    }
}

/// Returns why a header value is rejected without parsing it.
pub(super) fn check_header_value(value: &str) -> Option<MalformedReason> {
    if value.is_empty() {
        Some(MalformedReason::Empty)
    } else if value.len() > MAX_HEADER_BYTES {
        Some(MalformedReason::TooLong)
    } else {
        has_control(value).then_some(MalformedReason::ControlCharacter)
    }
}

struct CandidateParser<'a, 'k> {
    scheme: &'a Scheme,
    accepted: &'k [Algorithm],
}

impl<'a> CandidateParser<'a, '_> {
    fn malformed(&self, received: &'a str, reason: MalformedReason) -> Outcome<'a> {
        Outcome::Malformed { header: self.scheme.header(), received, reason }
    }

    fn candidate(
        &self,
        received: &'a str,
        label: Option<&'a str>,
        encoded: &'a str,
    ) -> Result<Candidate<'a>, Outcome<'a>> {
        let unsupported = |name, is_labelled| Outcome::Unsupported { name, is_labelled, received };
        let labelled = match label {
            None => None,
            Some(label) => match Algorithm::from_name(label) {
                Some(algorithm) if self.accepted.contains(&algorithm) => Some(algorithm),
                // Unlabelled base64 with padding parses as a label and an empty signature.
                None if self.is_unlabelled_digest(received) => {
                    return Err(self.malformed(received, MalformedReason::LabelMissing));
                }
                _ => return Err(unsupported(label, true)),
            },
        };
        let digest = self.scheme.format.encoding.decode(encoded).map_err(|error| {
            self.malformed(
                received,
                match error {
                    DecodeError::Empty => MalformedReason::Empty,
                    DecodeError::OddHex(digits) => MalformedReason::OddHex(digits),
                    DecodeError::Characters => MalformedReason::Characters,
                },
            )
        })?;
        let by_len = Algorithm::of_len(digest.len);
        let algorithm = match self.scheme.public_key_algorithm() {
            None => labelled.or(by_len).filter(|a| a.digest_len() == digest.len),
            Some(_) => self.accepted.first().copied().filter(|a| has_form(*a, &digest)),
        };
        let Some(algorithm) = algorithm.filter(|a| self.accepted.contains(a)) else {
            return Err(match by_len {
                Some(other) if label.is_none() && self.scheme.algorithms().contains(&other) => {
                    unsupported(other.name(), false)
                }
                _ => Outcome::AlgorithmMismatch {
                    algorithm: labelled.unwrap_or(self.accepted[0]),
                    is_labelled: label.is_some(),
                    digest_len: digest.len,
                    received,
                },
            });
        };
        Ok(Candidate { algorithm, digest, item: received, encoded })
    }

    /// Returns whether the text is a complete signature without a label.
    fn is_unlabelled_digest(&self, text: &str) -> bool {
        let digest = self.scheme.format.encoding.decode(text);
        digest.is_ok_and(|digest| match self.scheme.public_key_algorithm() {
            None => Algorithm::of_len(digest.len).is_some(),
            Some(algorithm) => has_form(algorithm, &digest),
        })
    }
}

/// Returns whether a signature has the length of its algorithm. The raw form of ECDSA is as long as DER can be, and does not
/// begin as a sequence of its length.
fn has_form(algorithm: Algorithm, digest: &DecodedDigest) -> bool {
    let is_raw = || match digest.as_bytes() {
        [tag, len, rest @ ..] => *tag != 0x30 || usize::from(*len) != rest.len(),
        _ => false,
    };
    algorithm.has_len(digest.len) && !(algorithm == Algorithm::EcdsaP256 && is_raw())
}

impl Scheme {
    /// Returns whether the header of a delivery has an item of this scheme.
    pub(super) fn has_item(&self, headers: &Headers<'_>) -> bool {
        let is_own = |item: &str| {
            matches!(self.format.parse_item_value(item), HeaderItem::Signature { .. } | HeaderItem::Version)
        };
        headers.get_all(self.header()).any(|value| self.format.items(value).any(is_own))
    }

    /// Returns the limit of signatures in one delivery.
    pub(super) fn max_signatures(&self) -> usize {
        if self.public_key_algorithm().is_some() { MAX_PUBLIC_KEY_SIGNATURES } else { MAX_SIGNATURES }
    }
}

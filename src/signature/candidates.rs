//! Parses the signature header into candidates, before any comparison.

use super::encoding::{DecodeError, DecodedDigest};
use super::header::HeaderItem;
use super::{Algorithm, Keys, MalformedReason, Outcome, Scheme};
use crate::delivery::{Headers, has_control};

/// Limit of a header value. The longest realistic one, a rotation of SHA-512 signatures, has about 1 KiB.
pub(super) const MAX_HEADER_BYTES: usize = 8 * 1024;
/// Limit of signatures in one delivery, so that a forged header cannot multiply the comparisons.
pub(super) const MAX_SIGNATURES: usize = 32;
/// Limit of timestamps in the signature header: each distinct one costs another hash of the body.
pub(super) const MAX_TIMESTAMPS: usize = 4;

/// A received signature that can be compared.
#[derive(Clone, Debug)]
pub(super) struct Candidate<'a> {
    pub algorithm: Algorithm,
    pub digest: DecodedDigest,
    /// The timestamp of the same header; empty where the scheme has the timestamp elsewhere, or has none.
    pub timestamp: &'a str,
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
    best_error: Option<Outcome<'a>>,
}

impl<'a> Candidates<'a> {
    pub const fn new() -> Self {
        Self { first: None, more: Vec::new(), best_error: None }
    }

    /// Parses every value of the signature header.
    pub fn collect(
        &mut self,
        scheme: &'a Scheme,
        keys: &Keys,
        headers: &'a Headers<'_>,
    ) -> Result<(), Outcome<'a>> {
        let parser = CandidateParser { scheme, accepted: keys.algorithms() };
        let (mut values, mut signatures, mut timestamps) = (0, 0, 0);
        for value in headers.get_all(scheme.header()) {
            values += 1;
            if let Some(reason) = check_header_value(value) {
                self.record_error(parser.malformed(value, reason));
                continue;
            }
            let before = signatures;
            let mut timestamp = scheme.format.first_timestamp(value);
            for item in scheme.format.items(value) {
                match scheme.format.parse_item_value(item) {
                    HeaderItem::Timestamp(text) => {
                        timestamp = Some(text);
                        timestamps += 1;
                    }
                    HeaderItem::Signature { label, encoded } => {
                        signatures += 1;
                        match parser.candidate(item, label, encoded, timestamp) {
                            Ok(candidate) => self.push(candidate),
                            Err(outcome) => self.record_error(outcome),
                        }
                    }
                    HeaderItem::Other if parser.is_unlabelled_digest(item) => {
                        self.record_error(parser.malformed(item, MalformedReason::LabelMissing));
                    }
                    HeaderItem::Other => {}
                }
                if signatures > MAX_SIGNATURES {
                    return Err(parser.malformed(value, MalformedReason::TooManySignatures));
                }
                if timestamps > MAX_TIMESTAMPS {
                    return Err(parser.malformed(value, MalformedReason::TooManyTimestamps));
                }
            }
            if signatures == before {
                self.record_error(parser.malformed(value, MalformedReason::Format));
            }
        }
        match self.best_error {
            _ if values == 0 => Err(Outcome::Missing),
            Some(error) if self.first.is_none() => Err(error),
            _ => Ok(()),
        }
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
        timestamp: Option<&'a str>,
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
        let algorithm = labelled.or(by_len).filter(|a| a.digest_len() == digest.len);
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
        let timestamp = match timestamp {
            _ if !self.scheme.format.has_timestamp() => "",
            None => return Err(Outcome::TimestampMissing),
            Some(text) if self.scheme.parse_timestamp(text).is_none() => {
                return Err(Outcome::TimestampMalformed);
            }
            Some(text) => text,
        };
        Ok(Candidate { algorithm, digest, timestamp, item: received, encoded })
    }

    /// Returns whether the text is a complete signature without a label.
    fn is_unlabelled_digest(&self, text: &str) -> bool {
        let digest = self.scheme.format.encoding.decode(text);
        digest.is_ok_and(|digest| Algorithm::of_len(digest.len).is_some())
    }
}

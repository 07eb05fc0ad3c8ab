//! The signatures in a delivery's headers, taken apart and not yet compared.

use super::encoding::{DecodeError, DecodedDigest};
use super::header::HeaderItem;
use super::{Algorithm, Keys, MalformedReason, Outcome, Scheme};
use crate::delivery::{Headers, has_control};

/// A header value with more bytes is not read.
pub(super) const MAX_HEADER_BYTES: usize = 8 * 1024;
/// A delivery with more signatures is refused.
pub(super) const MAX_SIGNATURES: usize = 32;
/// A delivery with more timestamps beside its signatures is refused: each one costs a pass over the
/// body.
pub(super) const MAX_TIMESTAMPS: usize = 4;

/// A signature that could be right.
#[derive(Clone, Debug)]
pub(super) struct Candidate<'a> {
    pub algorithm: Algorithm,
    pub digest: DecodedDigest,
    /// The timestamp of the same header; empty where the scheme has the timestamp elsewhere, or has none.
    pub timestamp: &'a str,
    /// The item of the header, label included.
    pub item: &'a str,
    /// The encoded tag alone.
    pub tag: &'a str,
}

/// Signatures that could be right, and the best thing to say about those that cannot.
pub(super) struct Candidates<'a> {
    /// Nearly always the only one, and then nothing is allocated.
    first: Option<Candidate<'a>>,
    more: Vec<Candidate<'a>>,
    best_error: Option<Outcome<'a>>,
}

impl<'a> Candidates<'a> {
    pub const fn new() -> Self {
        Self { first: None, more: Vec::new(), best_error: None }
    }

    /// Reads every value of the signature header.
    pub fn collect(
        &mut self,
        scheme: &'a Scheme,
        keys: &Keys,
        headers: &'a Headers<'_>,
    ) -> Result<(), Outcome<'a>> {
        let reader = CandidateParser { scheme, accepted: keys.algorithms() };
        let (mut values, mut signatures, mut timestamps) = (0, 0, 0);
        for value in headers.get_all(scheme.header()) {
            values += 1;
            if let Some(reason) = check_header_value(value) {
                self.record_error(reader.malformed(value, reason));
                continue;
            }
            let before = signatures;
            let mut timestamp = scheme.format.first_timestamp(value);
            for item in scheme.format.items(value) {
                match scheme.format.read(item) {
                    HeaderItem::Timestamp(text) => {
                        timestamp = Some(text);
                        timestamps += 1;
                    }
                    HeaderItem::Signature { label, digest } => {
                        signatures += 1;
                        match reader.candidate(item, label, digest, timestamp) {
                            Ok(candidate) => self.push(candidate),
                            Err(outcome) => self.record_error(outcome),
                        }
                    }
                    HeaderItem::Other if reader.is_unlabelled_digest(item) => {
                        self.record_error(reader.malformed(item, MalformedReason::LabelMissing));
                    }
                    HeaderItem::Other => {}
                }
                if signatures > MAX_SIGNATURES {
                    return Err(reader.malformed(value, MalformedReason::TooManySignatures));
                }
                if timestamps > MAX_TIMESTAMPS {
                    return Err(reader.malformed(value, MalformedReason::TooManyTimestamps));
                }
            }
            if signatures == before {
                self.record_error(reader.malformed(value, MalformedReason::Format));
            }
        }
        match self.best_error {
            _ if values == 0 => Err(Outcome::Missing),
            Some(problem) if self.first.is_none() => Err(problem),
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
        if self.best_error.is_none_or(|problem| problem.specificity() < outcome.specificity()) {
            self.best_error = Some(outcome);
        }
    }
}

/// Why a header value is not even looked at.
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
        digest: &'a str,
        timestamp: Option<&'a str>,
    ) -> Result<Candidate<'a>, Outcome<'a>> {
        let unsupported = |name, labelled| Outcome::Unsupported { name, is_labelled: labelled, received };
        let named = match label {
            None => None,
            Some(label) => match Algorithm::from_name(label) {
                Some(algorithm) if self.accepted.contains(&algorithm) => Some(algorithm),
                // A bare base64 digest with its padding looks like a label and nothing behind it.
                None if self.is_unlabelled_digest(received) => {
                    return Err(self.malformed(received, MalformedReason::LabelMissing));
                }
                _ => return Err(unsupported(label, true)),
            },
        };
        let tag = digest;
        let digest = self.scheme.format.encoding.decode(tag).map_err(|error| {
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
        let algorithm = named.or(by_len).filter(|it| it.digest_len() == digest.len);
        let Some(algorithm) = algorithm.filter(|it| self.accepted.contains(it)) else {
            return Err(match by_len {
                Some(other) if label.is_none() && self.scheme.algorithms().contains(&other) => {
                    unsupported(other.name(), false)
                }
                _ => Outcome::AlgorithmMismatch {
                    algorithm: named.unwrap_or(self.accepted[0]),
                    is_labelled: label.is_some(),
                    digest_len: digest.len,
                    received,
                },
            });
        };
        let timestamp = match timestamp {
            _ if !self.scheme.format.has_timestamp() => "",
            None => return Err(Outcome::TimestampMissing),
            Some(text) if self.scheme.read_timestamp(text).is_none() => {
                return Err(Outcome::TimestampMalformed);
            }
            Some(text) => text,
        };
        Ok(Candidate { algorithm, digest, timestamp, item: received, tag })
    }

    /// Whether the text is a whole signature with nothing in front of it.
    fn is_unlabelled_digest(&self, text: &str) -> bool {
        let digest = self.scheme.format.encoding.decode(text);
        digest.is_ok_and(|digest| Algorithm::of_len(digest.len).is_some())
    }
}

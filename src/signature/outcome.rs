//! The outcome of verifying: what was found, and never what would have been right.

use super::Algorithm;
use crate::issue::Code;

/// What verifying a delivery found. Texts are borrowed from the delivery and the scheme, so that
/// nothing is allocated for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome<'a> {
    /// A secret made this signature over exactly this content.
    Verified {
        /// The algorithm of the signature.
        algorithm: Algorithm,
        /// The index of the secret.
        secret: usize,
        /// The signature as it stands in the header.
        received: &'a str,
    },
    /// The signature header is absent.
    Missing,
    /// A header does not have its form.
    MalformedReason {
        /// The header.
        header: &'a str,
        /// The part of the header that is wrong.
        received: &'a str,
        /// What is wrong with it.
        reason: MalformedReason,
    },
    /// The signature names, or has the length of, an algorithm that is not accepted.
    Unsupported {
        /// The algorithm: letters, digits, `-` and `_` only.
        name: &'a str,
        /// Whether the header names it; else its length tells.
        is_labelled: bool,
        /// The signature as it stands in the header.
        received: &'a str,
    },
    /// The signature does not have the length of its algorithm.
    AlgorithmMismatch {
        /// The algorithm by its label, or the scheme's.
        algorithm: Algorithm,
        /// Whether the header names it.
        is_labelled: bool,
        /// How many bytes the signature has.
        digest_len: usize,
        /// The signature as it stands in the header.
        received: &'a str,
    },
    /// No secret made this signature over this content.
    Mismatch {
        /// The algorithm of the first signature that was compared.
        algorithm: Algorithm,
        /// That signature as it stands in the header.
        received: &'a str,
    },
    /// The signed content holds a timestamp, and the delivery has none.
    TimestampMissing,
    /// The timestamp is not 1 to 16 digits.
    TimestampMalformed,
    /// The signature is right and older than the tolerance. Said only after the signature was
    /// found right, so that a forger learns nothing about the clock.
    TooOld {
        /// The algorithm of the signature.
        algorithm: Algorithm,
        /// The index of the secret.
        secret: usize,
        /// The signature as it stands in the header.
        received: &'a str,
        /// How far the timestamp lies in the past, in milliseconds.
        off_by_ms: u64,
        /// The tolerance, in seconds.
        tolerance: u64,
    },
    /// The signature is right and lies further in the future than the tolerance.
    TooNew {
        /// The algorithm of the signature.
        algorithm: Algorithm,
        /// The index of the secret.
        secret: usize,
        /// The signature as it stands in the header.
        received: &'a str,
        /// How far the timestamp lies in the future, in milliseconds.
        off_by_ms: u64,
        /// The tolerance, in seconds.
        tolerance: u64,
    },
    /// A header is part of the signed content and absent.
    HeaderMissing {
        /// The header.
        name: &'a str,
    },
    /// The URL is part of the signed content and was not given.
    UrlMissing,
    /// The method is part of the signed content and was not given.
    MethodMissing,
}

/// What is wrong with the form of a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MalformedReason {
    /// The header is empty, or nothing stands where the signature should.
    Empty,
    /// A character that no HTTP header can carry.
    ControlCharacter,
    /// The value has more than 8 KiB.
    TooLong,
    /// More than 32 signatures.
    TooManySignatures,
    /// More than 4 timestamps.
    TooManyTimestamps,
    /// A bare signature without the label that should stand in front of it.
    LabelMissing,
    /// An odd number of hex digits.
    OddHex(usize),
    /// Characters that the encoding does not have.
    Characters,
    /// No item of the header has the scheme's form.
    Format,
    /// The header stands several times with different values.
    Repeated,
    /// The value of a signed header contains what separates it from the next part.
    Overrun,
}

/// The outcome in one word, as reports show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VerificationStatus {
    /// A secret made the signature, and it is fresh.
    Verified,
    /// There is no signature.
    Missing,
    /// There is one, and it could not be compared.
    MalformedReason,
    /// It was compared, and no secret made it.
    Mismatch,
    /// A secret made it, too long ago or in the future.
    Stale,
}

impl VerificationStatus {
    /// The word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Missing => "missing",
            Self::MalformedReason => "malformed",
            Self::Mismatch => "mismatch",
            Self::Stale => "stale",
        }
    }
}

impl<'a> Outcome<'a> {
    /// Whether the delivery is authentic and fresh.
    #[must_use]
    pub const fn is_verified(&self) -> bool {
        matches!(self, Self::Verified { .. })
    }

    /// The outcome in one word.
    #[must_use]
    pub const fn status(&self) -> VerificationStatus {
        match self {
            Self::Verified { .. } => VerificationStatus::Verified,
            Self::Missing => VerificationStatus::Missing,
            Self::Mismatch { .. } => VerificationStatus::Mismatch,
            Self::TooOld { .. } | Self::TooNew { .. } => VerificationStatus::Stale,
            Self::MalformedReason { .. }
            | Self::Unsupported { .. }
            | Self::AlgorithmMismatch { .. }
            | Self::TimestampMissing
            | Self::TimestampMalformed
            | Self::HeaderMissing { .. }
            | Self::UrlMissing
            | Self::MethodMissing => VerificationStatus::MalformedReason,
        }
    }

    /// The code of the issue it is; nothing for a verified one.
    #[must_use]
    pub const fn code(&self) -> Option<Code> {
        Some(match self {
            Self::Verified { .. } => return None,
            Self::Missing => Code::SIGNATURE_MISSING,
            Self::MalformedReason { .. } => Code::SIGNATURE_MALFORMED,
            Self::Unsupported { .. } => Code::ALGORITHM_UNSUPPORTED,
            Self::AlgorithmMismatch { .. } => Code::ALGORITHM_MISMATCH,
            Self::Mismatch { .. } => Code::SIGNATURE_MISMATCH,
            Self::TimestampMissing => Code::TIMESTAMP_MISSING,
            Self::TimestampMalformed => Code::TIMESTAMP_MALFORMED,
            Self::TooOld { .. } => Code::TIMESTAMP_TOO_OLD,
            Self::TooNew { .. } => Code::TIMESTAMP_TOO_NEW,
            Self::HeaderMissing { .. } => Code::HEADER_MISSING,
            Self::UrlMissing => Code::URL_MISSING,
            Self::MethodMissing => Code::METHOD_MISSING,
        })
    }

    /// The algorithm, where the delivery tells it.
    #[must_use]
    pub fn algorithm(&self) -> Option<Algorithm> {
        match *self {
            Self::Verified { algorithm, .. }
            | Self::AlgorithmMismatch { algorithm, .. }
            | Self::Mismatch { algorithm, .. }
            | Self::TooOld { algorithm, .. }
            | Self::TooNew { algorithm, .. } => Some(algorithm),
            Self::Unsupported { name, .. } => Algorithm::from_name(name),
            _ => None,
        }
    }

    /// The signature as it stands in the header: attacker-controlled text.
    #[must_use]
    pub const fn received(&self) -> Option<&'a str> {
        match *self {
            Self::Verified { received, .. }
            | Self::MalformedReason { received, .. }
            | Self::Unsupported { received, .. }
            | Self::AlgorithmMismatch { received, .. }
            | Self::Mismatch { received, .. }
            | Self::TooOld { received, .. }
            | Self::TooNew { received, .. } => Some(received),
            _ => None,
        }
    }

    /// The index of the secret that made the signature.
    #[must_use]
    pub const fn secret(&self) -> Option<usize> {
        match *self {
            Self::Verified { secret, .. } | Self::TooOld { secret, .. } | Self::TooNew { secret, .. } => {
                Some(secret)
            }
            _ => None,
        }
    }

    /// Of several things that are wrong, the one with the highest rank is the answer: the one that
    /// came closest to a signature.
    pub(super) const fn specificity(&self) -> u8 {
        match self {
            Self::Verified { .. } => 7,
            Self::TooOld { .. } | Self::TooNew { .. } => 6,
            Self::Mismatch { .. } => 5,
            Self::TimestampMissing | Self::TimestampMalformed => 4,
            Self::AlgorithmMismatch { .. } => 3,
            Self::Unsupported { .. } => 2,
            _ => 1,
        }
    }
}

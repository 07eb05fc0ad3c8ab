//! The outcome of verifying a signature. SECURITY: an outcome holds what the delivery says, and never the expected tag.

use super::template::is_source;
use super::{Algorithm, Keys};
use crate::issue::Code;

/// The outcome of verifying the signature of a delivery. Texts are borrowed from the delivery and the scheme, so that
/// an outcome allocates nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome<'a> {
    /// The delivery has no signature that could be checked, and the receiver allows that. [`Scheme::verify`] never
    /// returns this outcome: only a webhook knows what its receiver allows.
    ///
    /// [`Scheme::verify`]: super::Scheme::verify
    Unsigned,
    /// The delivery has a signature, and the body is over the size limit: nothing was compared.
    NotCompared,
    /// A secret made this signature over exactly this content.
    Verified {
        /// The algorithm of the signature.
        algorithm: Algorithm,
        /// The index of the secret.
        secret: usize,
        /// The signature in the header.
        received: ReceivedSignature<'a>,
    },
    /// The token is one of the secrets. It signs nothing: neither body nor time are authentic.
    Token {
        /// The index of the secret.
        secret: usize,
    },
    /// The token is none of the secrets.
    TokenMismatch,
    /// The signature header is absent.
    Missing,
    /// A header does not have its form.
    Malformed {
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
        /// The signature in the header.
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
        /// The signature in the header.
        received: &'a str,
    },
    /// No secret made this signature over this content.
    Mismatch {
        /// The algorithm of the first signature that was compared.
        algorithm: Algorithm,
        /// The first signature that was compared.
        received: ReceivedSignature<'a>,
    },
    /// Nothing was compared: the key of the delivery is not at hand.
    KeyMissing,
    /// Nothing was compared: the delivery names a URL of its key that is not at an allowed host.
    KeySourceRefused,
    /// The signed content holds a timestamp, and the delivery has none.
    TimestampMissing,
    /// The timestamp is not 1 to 16 digits.
    TimestampMalformed,
    /// The signature is valid, and a digest that it covers is not that of the body.
    DigestMismatch,
    /// The signature is valid, and its timestamp is further in the past than the tolerance. SECURITY: the timestamp is
    /// compared after the signature, so that a forger learns nothing about the clock.
    TooOld {
        /// The algorithm of the signature.
        algorithm: Algorithm,
        /// The index of the secret.
        secret: usize,
        /// The signature in the header.
        received: ReceivedSignature<'a>,
        /// How far the timestamp lies in the past, in milliseconds.
        off_by_ms: u64,
        /// The tolerance, in seconds.
        tolerance: u64,
    },
    /// The signature is valid, and its timestamp is further in the future than the tolerance.
    TooNew {
        /// The algorithm of the signature.
        algorithm: Algorithm,
        /// The index of the secret.
        secret: usize,
        /// The signature in the header.
        received: ReceivedSignature<'a>,
        /// How far the timestamp lies in the future, in milliseconds.
        off_by_ms: u64,
        /// The tolerance, in seconds.
        tolerance: u64,
    },
    /// The token is signed, and its expiry is further in the past than the leeway.
    Expired {
        /// The algorithm of the signature.
        algorithm: Algorithm,
        /// The index of the secret.
        secret: usize,
        /// The signature in the header.
        received: ReceivedSignature<'a>,
        /// How far the expiry lies in the past, in milliseconds.
        off_by_ms: u64,
    },
    /// The token is signed, and one of its claims does not have the value that it has to have.
    ClaimMismatch {
        /// The name of the claim in the definition.
        claim: &'a str,
        /// Whether the token lacks the claim.
        is_missing: bool,
        /// Whether the claim has to be a digest of the body.
        is_digest: bool,
    },
    /// A header, or a value in the body or the URL, is part of the signed content and absent.
    HeaderMissing {
        /// The header, or the source of the value.
        name: &'a str,
    },
    /// The URL is part of the signed content, and the delivery has none.
    UrlMissing,
    /// The method is part of the signed content, and the delivery has none.
    MethodMissing,
    /// A URL, or a timestamp after a header, is signed next to the body, and the body is no object or array, whose brackets mark
    /// where that part ends.
    BodyMalformed,
}

/// What authenticates an accepted delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignedBy {
    /// A signature over the body.
    Signature {
        /// The algorithm of the signature.
        algorithm: Algorithm,
        /// The index of the secret.
        secret: usize,
    },
    /// A token, which covers nothing.
    Token {
        /// The index of the secret.
        secret: usize,
    },
}

impl SignedBy {
    /// Returns the index of the secret.
    #[must_use]
    pub const fn secret(self) -> usize {
        match self {
            Self::Signature { secret, .. } | Self::Token { secret } => secret,
        }
    }
}

/// A signature that was compared, as the header has it: attacker-controlled text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReceivedSignature<'a> {
    /// The item of the header: `sha256=5257a8…`.
    pub item: &'a str,
    /// The signature without its label, as hex or base64: `5257a8…`.
    pub encoded: &'a str,
    /// The timestamp of the same header; empty where the scheme has the timestamp elsewhere, or has none.
    pub timestamp: &'a str,
}

/// Why a header is malformed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MalformedReason {
    /// The header is empty, or its signature is.
    Empty,
    /// A character that no HTTP header can carry.
    ControlCharacter,
    /// The value has more than 8 KiB.
    TooLong,
    /// More than 32 signatures.
    TooManySignatures,
    /// More than 4 different timestamps.
    TooManyTimestamps,
    /// A signature without the label of the scheme.
    LabelMissing,
    /// An odd number of hex digits.
    OddHex(usize),
    /// Characters that the encoding does not have.
    Characters,
    /// No item of the header has the scheme's format.
    Format,
    /// The delivery has the header several times, with different values.
    Repeated,
    /// The token's header demands an extension (`crit`).
    CriticalHeader,
    /// The value of a signed header contains the separator between the header and the next part.
    ContainsSeparator,
}

/// The state of a signature in one word, as reports have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "lowercase"))]
pub enum SignatureStatus {
    /// One of the secrets made the signature, within the timestamp tolerance.
    Verified,
    /// One of the secrets is the token of the delivery. Nothing is signed.
    Token,
    /// There is no signature that could be checked, and the receiver allows that.
    Unsigned,
    /// There is no signature.
    Missing,
    /// There is a signature, and it could not be compared: the delivery does not have the provider's form, lacks a part
    /// of the signed content, or has a body over the size limit.
    Malformed,
    /// None of the secrets made the signature over this content, or is the token.
    Mismatch,
    /// One of the secrets made the signature, outside the timestamp tolerance.
    Stale,
}

impl SignatureStatus {
    /// The word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Token => "token",
            Self::Unsigned => "unsigned",
            Self::Missing => "missing",
            Self::Malformed => "malformed",
            Self::Mismatch => "mismatch",
            Self::Stale => "stale",
        }
    }
}

impl<'a> Outcome<'a> {
    /// Returns the outcome without the texts of the delivery, for one that does not outlive this call. `names` are those of the
    /// headers and sources that the scheme reads.
    #[cold]
    pub(crate) fn without_texts<'n>(self, names: impl IntoIterator<Item = &'n str>) -> Outcome<'n> {
        let name_of = |name: &str| names.into_iter().find(|other| *other == name).unwrap_or_default();
        let none = ReceivedSignature { item: "", encoded: "", timestamp: "" };
        match self {
            Self::Unsigned => Outcome::Unsigned,
            Self::NotCompared => Outcome::NotCompared,
            Self::Verified { algorithm, secret, .. } => {
                Outcome::Verified { algorithm, secret, received: none }
            }
            Self::Token { secret } => Outcome::Token { secret },
            Self::TokenMismatch => Outcome::TokenMismatch,
            Self::Missing => Outcome::Missing,
            Self::Malformed { header, reason, .. } => {
                Outcome::Malformed { header: name_of(header), received: "", reason }
            }
            Self::Unsupported { name, is_labelled, .. } => Outcome::Unsupported {
                name: Algorithm::from_name(name).map_or("", Algorithm::name),
                is_labelled,
                received: "",
            },
            Self::AlgorithmMismatch { algorithm, is_labelled, digest_len, .. } => {
                Outcome::AlgorithmMismatch { algorithm, is_labelled, digest_len, received: "" }
            }
            Self::Mismatch { algorithm, .. } => Outcome::Mismatch { algorithm, received: none },
            Self::KeyMissing => Outcome::KeyMissing,
            Self::KeySourceRefused => Outcome::KeySourceRefused,
            Self::TimestampMissing => Outcome::TimestampMissing,
            Self::TimestampMalformed => Outcome::TimestampMalformed,
            Self::DigestMismatch => Outcome::DigestMismatch,
            Self::TooOld { algorithm, secret, off_by_ms, tolerance, .. } => {
                Outcome::TooOld { algorithm, secret, received: none, off_by_ms, tolerance }
            }
            Self::TooNew { algorithm, secret, off_by_ms, tolerance, .. } => {
                Outcome::TooNew { algorithm, secret, received: none, off_by_ms, tolerance }
            }
            Self::Expired { algorithm, secret, off_by_ms, .. } => {
                Outcome::Expired { algorithm, secret, received: none, off_by_ms }
            }
            Self::ClaimMismatch { claim, is_missing, is_digest } => {
                Outcome::ClaimMismatch { claim: name_of(claim), is_missing, is_digest }
            }
            Self::HeaderMissing { name } => Outcome::HeaderMissing { name: name_of(name) },
            Self::UrlMissing => Outcome::UrlMissing,
            Self::MethodMissing => Outcome::MethodMissing,
            Self::BodyMalformed => Outcome::BodyMalformed,
        }
    }

    /// Whether the delivery is authentic, and within the timestamp tolerance.
    #[must_use]
    pub const fn is_verified(&self) -> bool {
        matches!(self, Self::Verified { .. })
    }

    /// The outcome in one word.
    #[must_use]
    pub const fn status(&self) -> SignatureStatus {
        match self {
            Self::Verified { .. } => SignatureStatus::Verified,
            Self::Unsigned => SignatureStatus::Unsigned,
            Self::Missing => SignatureStatus::Missing,
            Self::Token { .. } => SignatureStatus::Token,
            Self::Mismatch { .. }
            | Self::TokenMismatch
            | Self::DigestMismatch
            | Self::ClaimMismatch { .. } => SignatureStatus::Mismatch,
            Self::TooOld { .. } | Self::TooNew { .. } | Self::Expired { .. } => SignatureStatus::Stale,
            Self::NotCompared
            | Self::Malformed { .. }
            | Self::Unsupported { .. }
            | Self::AlgorithmMismatch { .. }
            | Self::KeyMissing
            | Self::KeySourceRefused
            | Self::TimestampMissing
            | Self::TimestampMalformed
            | Self::HeaderMissing { .. }
            | Self::UrlMissing
            | Self::MethodMissing
            | Self::BodyMalformed => SignatureStatus::Malformed,
        }
    }

    /// What authenticates an accepted delivery, `None` for an unsigned one; the code of the issue for every other outcome.
    ///
    /// # Errors
    /// The code, where the outcome rejects the delivery.
    pub fn accepted(&self) -> Result<Option<SignedBy>, Code> {
        Err(match *self {
            Self::Verified { algorithm, secret, .. } => {
                return Ok(Some(SignedBy::Signature { algorithm, secret }));
            }
            Self::Token { secret } => return Ok(Some(SignedBy::Token { secret })),
            Self::Unsigned => return Ok(None),
            Self::NotCompared => Code::BODY_TOO_LARGE,
            Self::Missing => Code::SIGNATURE_MISSING,
            Self::Malformed { .. } | Self::BodyMalformed => Code::SIGNATURE_MALFORMED,
            Self::Unsupported { .. } => Code::ALGORITHM_UNSUPPORTED,
            Self::AlgorithmMismatch { .. } => Code::ALGORITHM_MISMATCH,
            Self::Mismatch { .. } | Self::TokenMismatch => Code::SIGNATURE_MISMATCH,
            Self::KeyMissing => Code::KEY_MISSING,
            Self::KeySourceRefused => Code::KEY_SOURCE_REFUSED,
            Self::TimestampMissing => Code::TIMESTAMP_MISSING,
            Self::TimestampMalformed => Code::TIMESTAMP_MALFORMED,
            Self::DigestMismatch | Self::ClaimMismatch { is_digest: true, .. } => Code::DIGEST_MISMATCH,
            Self::ClaimMismatch { .. } => Code::CLAIM_MISMATCH,
            Self::TooOld { .. } | Self::Expired { .. } => Code::TIMESTAMP_TOO_OLD,
            Self::TooNew { .. } => Code::TIMESTAMP_TOO_NEW,
            Self::HeaderMissing { name } if is_source(name) && !name.starts_with("headers:") => {
                Code::FIELD_MISSING
            }
            Self::HeaderMissing { .. } => Code::HEADER_MISSING,
            Self::UrlMissing => Code::URL_MISSING,
            Self::MethodMissing => Code::METHOD_MISSING,
        })
    }

    /// The code of the issue; `None` for a verified signature, a token, and an unsigned delivery.
    #[must_use]
    pub fn code(&self) -> Option<Code> {
        self.accepted().err()
    }

    /// The algorithm, where the delivery names one or the signature has the length of one.
    #[must_use]
    pub fn algorithm(&self) -> Option<Algorithm> {
        match *self {
            Self::Verified { algorithm, .. }
            | Self::AlgorithmMismatch { algorithm, .. }
            | Self::Mismatch { algorithm, .. }
            | Self::TooOld { algorithm, .. }
            | Self::Expired { algorithm, .. }
            | Self::TooNew { algorithm, .. } => Some(algorithm),
            Self::Unsupported { name, .. } => Algorithm::from_name(name),
            _ => None,
        }
    }

    /// The signature that was compared: attacker-controlled text.
    #[must_use]
    pub const fn received(&self) -> Option<ReceivedSignature<'a>> {
        match *self {
            Self::Verified { received, .. }
            | Self::Mismatch { received, .. }
            | Self::TooOld { received, .. }
            | Self::Expired { received, .. }
            | Self::TooNew { received, .. } => Some(received),
            _ => None,
        }
    }

    /// The outcome with keys: without any, a signature that does not match was not compared.
    #[must_use]
    pub(crate) fn or_key_missing(self, keys: &Keys) -> Self {
        match self {
            Self::Mismatch { .. } if keys.count() == 0 => Self::KeyMissing,
            other => other,
        }
    }

    /// The outcome of a verified token that expired so long ago.
    pub(super) fn expired(self, off_by_ms: u64) -> Self {
        match self {
            Self::Verified { algorithm, secret, received } => {
                Self::Expired { algorithm, secret, received, off_by_ms }
            }
            other => other,
        }
    }

    /// The index of the secret that made the signature.
    #[must_use]
    pub const fn secret(&self) -> Option<usize> {
        match *self {
            Self::Verified { secret, .. }
            | Self::Token { secret }
            | Self::TooOld { secret, .. }
            | Self::Expired { secret, .. }
            | Self::TooNew { secret, .. } => Some(secret),
            _ => None,
        }
    }

    /// The rank of an outcome among those of several signatures. The highest one is reported: it came closest to a
    /// verified signature.
    pub(super) const fn specificity(&self) -> u8 {
        match self {
            Self::Verified { .. } | Self::Token { .. } => 7,
            Self::TooOld { .. } | Self::TooNew { .. } => 6,
            Self::Mismatch { .. } | Self::TokenMismatch => 5,
            Self::TimestampMissing | Self::TimestampMalformed => 4,
            Self::AlgorithmMismatch { .. } => 3,
            Self::Unsupported { .. } => 2,
            _ => 1,
        }
    }
}

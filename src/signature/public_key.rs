//! Public keys: parsed from the text that a provider shows, and checked. The core does no arithmetic with them: the platform
//! verifies a signature, or the crates behind the feature `public-key`.

mod der;
#[cfg(feature = "public-key")]
mod rust_crypto;

use std::fmt;

use super::candidates::Candidates;
use super::template::TemplateValues;
use super::{Algorithm, Keys, Outcome, ReceivedSignature, Scheme, SecretEncoding, SecretFormat};
use crate::text::decode_base64;

/// Verifies one signature: algorithm, key (SPKI in DER), message, signature. Returns `None` if the platform does not know the
/// algorithm, or rejects the key.
///
/// A signature is DER for [`Algorithm::EcdsaP256`], and r and s of 32 bytes each for [`Algorithm::EcdsaP256Raw`].
pub type VerifyPublicKey = fn(Algorithm, &[u8], &[u8], &[u8]) -> Option<bool>;

#[cfg(feature = "public-key")]
pub use rust_crypto::verify as verify_public_key;

/// The function of this build, if it has one.
#[cfg(feature = "public-key")]
pub(crate) const BUILT_IN_PUBLIC_KEY: Option<VerifyPublicKey> = Some(rust_crypto::verify);
/// The function of this build, if it has one.
#[cfg(not(feature = "public-key"))]
pub(crate) const BUILT_IN_PUBLIC_KEY: Option<VerifyPublicKey> = None;

/// Limit of signatures in one delivery: a public key takes a hundred times as long as an HMAC, and a rotation has two.
pub(super) const MAX_SIGNATURES: usize = 4;

/// The kind of a public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeyKind {
    Ed25519,
    P256,
    Rsa,
    Other,
}

impl KeyKind {
    fn of(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Ed25519 => Self::Ed25519,
            Algorithm::EcdsaP256 | Algorithm::EcdsaP256Raw => Self::P256,
            Algorithm::RsaSha1 | Algorithm::RsaSha256 | Algorithm::RsaSha512 => Self::Rsa,
            Algorithm::Sha1 | Algorithm::Sha256 | Algorithm::Sha512 => Self::Other,
        }
    }

    /// Returns the kind with its article, for messages.
    fn name(self) -> &'static str {
        match self {
            Self::Ed25519 => "an Ed25519 key",
            Self::P256 => "a P-256 key",
            Self::Rsa => "an RSA key",
            Self::Other => "a key of another kind",
        }
    }
}

/// Why a text is no public key for its algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeyFault {
    /// The text does not have the encoding.
    Encoding(SecretEncoding),
    /// The bytes are no key.
    Structure,
    /// A raw key has this many bytes; expected another number.
    Length(usize, KeyKind),
    /// The key is of the first kind; expected the second one.
    Kind(KeyKind, KeyKind),
    Private,
    /// A secret of an HMAC, or a certificate request and the like.
    Label,
    Json,
    RsaBits(usize),
    RsaNumbers,
    /// The platform rejects the key.
    Platform,
}

impl fmt::Display for KeyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let message = match *self {
            Self::Encoding(SecretEncoding::Hex) => "expected hex digits",
            Self::Encoding(SecretEncoding::Base64) => "expected base64",
            Self::Encoding(_) => "expected PEM, which begins with -----BEGIN",
            Self::Structure => "its bytes are no public key",
            Self::Length(len, kind) => {
                let expected = if kind == KeyKind::P256 { "65" } else { "32" };
                let unit = if len == 1 { "byte" } else { "bytes" };
                return write!(
                    f,
                    "Invalid public key: it has {len} {unit}; expected {expected} for {}.",
                    kind.name()
                );
            }
            Self::Kind(found, expected) => {
                return write!(
                    f,
                    "Invalid public key: it is {}; expected {}.",
                    found.name(),
                    expected.name()
                );
            }
            Self::Private => "it is a private key",
            Self::Label => "it is a secret or another object, and no public key",
            Self::Json => "it is a JSON Web Key",
            Self::RsaBits(bits) => {
                return write!(f, "Invalid public key: an RSA key of {bits} bits; expected 2048 to 8192.");
            }
            Self::RsaNumbers => "its RSA modulus or exponent cannot be the one of a key",
            Self::Platform => "its numbers are not those of a key",
        };
        write!(f, "Invalid public key: {message}.")
    }
}

impl KeyFault {
    /// Returns what to change.
    pub(super) fn hint(self) -> &'static str {
        match self {
            Self::Encoding(SecretEncoding::Hex) => {
                "Copy the key as the provider shows it, in hex. Base64 and PEM have other characters."
            }
            Self::Encoding(SecretEncoding::Base64) => {
                "Copy the key as the provider shows it, in base64. A key of only 0-9 and a-f is hex."
            }
            Self::Private => {
                "Pass the public key that belongs to it. If the private key was copied from the provider, replace it: only \
                 the sender may have it."
            }
            Self::Label => "Pass the public key of the provider, not the secret of an HMAC.",
            Self::Json => {
                "Convert the key to PEM: `createPublicKey({ key, format: \"jwk\" })` of node:crypto reads it."
            }
            Self::RsaBits(_) => "Let the provider make a key of 2048 bits or more.",
            Self::Kind(..) => {
                "Compare the key with the one at the provider: it is of another provider or another algorithm."
            }
            _ => "Copy the whole key as the provider shows it.",
        }
    }
}

/// Parses a public key of any notation: PEM and certificates say what they are; any other text has the encoding of the
/// format, and is the key itself or SPKI. Returns SPKI in DER.
#[inline(never)]
pub(super) fn parse(text: &str, format: &SecretFormat, algorithm: Algorithm) -> Result<Vec<u8>, KeyFault> {
    let expected = KeyKind::of(algorithm);
    let text = text.trim();
    if text.starts_with('{') {
        return Err(KeyFault::Json);
    }
    if text.starts_with("whsec_") {
        return Err(KeyFault::Label);
    }
    if text.starts_with("whsk_") {
        return Err(KeyFault::Private);
    }
    if let Some(rest) = text.strip_prefix("-----BEGIN ") {
        return parse_pem(rest, expected);
    }
    let encoding = format.encoding;
    let bytes = match encoding {
        SecretEncoding::Hex | SecretEncoding::Base64 => {
            format.decode(text).ok_or(KeyFault::Encoding(encoding))?
        }
        SecretEncoding::Pem | SecretEncoding::Utf8 => return Err(KeyFault::Encoding(encoding)),
    };
    match (expected, bytes.len(), bytes.first()) {
        (KeyKind::Ed25519, 32, _) | (KeyKind::P256, 65, Some(4)) | (KeyKind::P256, 33, Some(2 | 3)) => {
            check(expected, &bytes, expected)
        }
        _ if der::Der(&bytes).only_sequence().is_some() => from_spki(&bytes, expected),
        (KeyKind::Rsa, ..) => Err(KeyFault::Structure),
        (kind, length, _) => Err(KeyFault::Length(length, kind)),
    }
}

/// Parses PEM (RFC 7468) after `-----BEGIN `. Line breaks may be missing, or written as `\n`, as environment variables have
/// them.
fn parse_pem(rest: &str, expected: KeyKind) -> Result<Vec<u8>, KeyFault> {
    let fault = KeyFault::Encoding(SecretEncoding::Pem);
    let (label, rest) = rest.split_once("-----").ok_or(fault)?;
    if label.ends_with("PRIVATE KEY") {
        return Err(KeyFault::Private);
    }
    let (body, _) = rest.split_once("-----END").ok_or(fault)?;
    let base64: String = body.replace("\\n", "").replace("\\r", "").split_whitespace().collect();
    let der = decode_base64(base64.trim_end_matches('=')).ok_or(fault)?;
    match label {
        "PUBLIC KEY" => from_spki(&der, expected),
        "RSA PUBLIC KEY" => check(KeyKind::Rsa, &der, expected),
        "CERTIFICATE" => from_spki(der::certificate(&der).ok_or(KeyFault::Structure)?, expected),
        _ => Err(KeyFault::Label),
    }
}

fn from_spki(der: &[u8], expected: KeyKind) -> Result<Vec<u8>, KeyFault> {
    let Some((kind, key)) = der::spki(der) else {
        return Err(if der::is_private(der) { KeyFault::Private } else { KeyFault::Structure });
    };
    check(kind, key, expected)
}

/// Checks a key, and writes it as SPKI. SECURITY: an algorithm never meets a key of another kind.
fn check(kind: KeyKind, key: &[u8], expected: KeyKind) -> Result<Vec<u8>, KeyFault> {
    if kind != expected {
        return Err(KeyFault::Kind(kind, expected));
    }
    match (kind, key.len()) {
        (KeyKind::Rsa, _) => der::check_rsa(key)?,
        (KeyKind::Ed25519, 32) | (KeyKind::P256, 33 | 65) => {}
        (_, length) => return Err(KeyFault::Length(length, kind)),
    }
    Ok(der::to_spki(kind, key))
}

impl Scheme {
    /// Returns the algorithm, if the scheme verifies with public keys.
    pub(crate) fn public_key_algorithm(&self) -> Option<Algorithm> {
        self.algorithms().first().copied().filter(|algorithm| algorithm.is_public_key())
    }

    /// Verifies the signatures of a delivery with every public key. A signature that the platform cannot verify is a mismatch.
    #[inline(never)]
    pub(super) fn verify_public_key<'a>(
        &'a self,
        keys: &Keys,
        candidates: &Candidates<'a>,
        values: &TemplateValues<'a>,
        now: i64,
        tolerance: u64,
    ) -> Outcome<'a> {
        let mut best: Option<Outcome<'a>> = None;
        for &header_timestamp in candidates.timestamps() {
            let timestamp = if header_timestamp.is_empty() { values.timestamp } else { header_timestamp };
            let values = TemplateValues { timestamp, ..*values };
            let message: Vec<u8> = self.content.parts(&values).collect::<Vec<_>>().concat();
            for candidate in candidates.iter() {
                let (algorithm, encoded) = (candidate.algorithm, candidate.encoded);
                let received =
                    ReceivedSignature { item: candidate.item, encoded, timestamp: header_timestamp };
                let signature = self.format.encoding.decode_lenient(encoded).unwrap_or_default();
                let outcome = match keys.find_public_key(algorithm, &message, &signature) {
                    Some(secret) => {
                        let verified = Outcome::Verified { algorithm, secret, received };
                        self.within_tolerance(verified, timestamp, now, tolerance)
                    }
                    None => Outcome::Mismatch { algorithm, received },
                };
                if outcome.is_verified() {
                    return outcome;
                }
                if best.is_none_or(|best| best.specificity() < outcome.specificity()) {
                    best = Some(outcome);
                }
            }
        }
        best.unwrap_or(Outcome::Missing)
    }
}

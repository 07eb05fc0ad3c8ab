//! Public keys: parsed from the text that a provider shows, and checked. The core does no arithmetic with them: the platform
//! verifies a signature, or crates, with the feature `public-key`.

mod der;
mod fault;
mod jwk;
#[cfg(feature = "ed25519")]
mod rust_crypto;

pub(super) use fault::{KeyFault, KeyKind};

use super::{Algorithm, SecretEncoding, SecretFormat};
use crate::text::decode_base64;

/// The result of one verification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PublicKeyCheck {
    /// The signature is not one of the message under the key.
    Invalid,
    /// The signature is valid.
    Valid,
    /// The key is none: nothing verifies with it.
    KeyRejected,
    /// Nothing here verifies with this algorithm.
    Unavailable,
}

/// Verifies one signature: algorithm, key (SPKI in DER), message, signature.
///
/// A signature is DER for [`Algorithm::EcdsaP256`], and r and s of 32 bytes each for [`Algorithm::EcdsaP256Raw`].
pub type VerifyPublicKey = fn(Algorithm, &[u8], &[u8], &[u8]) -> PublicKeyCheck;

#[cfg(feature = "ed25519")]
pub use rust_crypto::verify as verify_public_key;

/// The function of this build, if it has one.
#[cfg(feature = "ed25519")]
pub(crate) const BUILT_IN_PUBLIC_KEY: Option<VerifyPublicKey> = Some(rust_crypto::verify);
/// The function of this build, if it has one.
#[cfg(not(feature = "ed25519"))]
pub(crate) const BUILT_IN_PUBLIC_KEY: Option<VerifyPublicKey> = None;

/// A key in SPKI, with its kind.
pub(super) type PublicKey = (KeyKind, Vec<u8>);

/// Returns whether a text is a key that says what it is: PEM, a certificate or a JSON Web Key.
pub(super) fn describes_itself(text: &str) -> bool {
    let text = text.trim_start();
    text.starts_with('{') || text.starts_with("-----BEGIN ")
}

/// Parses a public key of any notation, for one of several algorithms: PEM, certificates and JSON Web Keys say what they are; any
/// other text has the encoding of the format, and is a key of the first algorithm, or SPKI. Returns SPKI in DER.
#[inline(never)]
pub(super) fn parse(
    text: &str,
    format: &SecretFormat,
    algorithms: &[Algorithm],
) -> Result<PublicKey, KeyFault> {
    let kinds: Vec<KeyKind> = algorithms.iter().map(|algorithm| KeyKind::of(*algorithm)).collect();
    let expected = &kinds[..];
    let text = text.trim();
    if text.starts_with('{') {
        return jwk::parse(text, expected);
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
    let raw = expected.iter().copied().find(|kind| *kind != KeyKind::Other).unwrap_or(KeyKind::Other);
    match (raw, bytes.len(), bytes.first()) {
        (KeyKind::Ed25519, 32, _) | (KeyKind::P256, 65, Some(4)) | (KeyKind::P256, 33, Some(2 | 3)) => {
            check(raw, &bytes, expected)
        }
        _ if der::Der(&bytes).only_sequence().is_some() => from_spki(&bytes, expected),
        (KeyKind::Rsa, ..) => Err(KeyFault::Structure),
        (kind, length, _) => Err(KeyFault::Length(length, kind)),
    }
}

/// Parses one key, or those of a set of JSON Web Keys that have the id.
#[inline(never)]
pub(super) fn parse_set(
    text: &str,
    format: &SecretFormat,
    algorithms: &[Algorithm],
    kid: Option<&str>,
) -> Result<Vec<PublicKey>, KeyFault> {
    if text.trim_start().starts_with('{') {
        let kinds: Vec<KeyKind> = algorithms.iter().map(|algorithm| KeyKind::of(*algorithm)).collect();
        return jwk::parse_set(text, &kinds, kid);
    }
    Ok(vec![parse(text, format, algorithms)?])
}

/// Parses PEM (RFC 7468) after `-----BEGIN `. Line breaks may be missing, or written as `\n`, as environment variables have
/// them.
fn parse_pem(rest: &str, expected: &[KeyKind]) -> Result<PublicKey, KeyFault> {
    let fault = KeyFault::Encoding(SecretEncoding::Pem);
    let (label, rest) = split_at_dashes(rest).ok_or(fault)?;
    if label.ends_with("PRIVATE KEY") {
        return Err(KeyFault::Private);
    }
    let (body, _) = split_at_dashes(rest).ok_or(fault)?;
    let mut base64 = String::with_capacity(body.len());
    let mut characters = body.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => drop(characters.next()),
            '=' => {}
            _ if character.is_ascii_whitespace() => {}
            _ => base64.push(character),
        }
    }
    let der = decode_base64(&base64).ok_or(fault)?;
    match label {
        "PUBLIC KEY" => from_spki(&der, expected),
        "RSA PUBLIC KEY" => check(KeyKind::Rsa, &der, expected),
        "CERTIFICATE" => from_spki(der::certificate(&der).ok_or(KeyFault::Structure)?, expected),
        _ => Err(KeyFault::Label),
    }
}

/// Splits a text at its first five dashes.
fn split_at_dashes(text: &str) -> Option<(&str, &str)> {
    let start = text.as_bytes().windows(5).position(|window| window == b"-----")?;
    Some((&text[..start], &text[start + 5..]))
}

fn from_spki(der: &[u8], expected: &[KeyKind]) -> Result<PublicKey, KeyFault> {
    let Some((kind, key)) = der::spki(der) else {
        return Err(if der::is_private(der) { KeyFault::Private } else { KeyFault::Structure });
    };
    check(kind, key, expected)
}

/// Checks a key, and writes it as SPKI. SECURITY: an algorithm never meets a key of another kind.
fn check(kind: KeyKind, key: &[u8], expected: &[KeyKind]) -> Result<PublicKey, KeyFault> {
    if kind == KeyKind::Other || !expected.contains(&kind) {
        let first = expected.iter().find(|kind| **kind != KeyKind::Other);
        return Err(KeyFault::Kind(kind, first.copied().unwrap_or(KeyKind::Other)));
    }
    match (kind, key.len()) {
        (KeyKind::Rsa, _) => der::check_rsa(key)?,
        (KeyKind::Ed25519, 32) | (KeyKind::P256, 33 | 65) => {}
        (_, length) => return Err(KeyFault::Length(length, kind)),
    }
    Ok((kind, der::to_spki(kind, key)))
}

//! Why a text is no public key for its algorithm.

use std::fmt;

use super::super::{Algorithm, SecretEncoding};

/// The kind of a public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    Ed25519,
    P256,
    Rsa,
    Other,
}

impl KeyKind {
    pub fn of(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Ed25519 => Self::Ed25519,
            Algorithm::EcdsaP256 | Algorithm::EcdsaP256Raw => Self::P256,
            Algorithm::RsaSha1 | Algorithm::RsaSha256 | Algorithm::RsaSha512 => Self::Rsa,
            Algorithm::Sha1 | Algorithm::Sha256 | Algorithm::Sha384 | Algorithm::Sha512 => Self::Other,
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
pub enum KeyFault {
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
            Self::Json => "it is JSON, and no JSON Web Key of RSA, P-256 or Ed25519",
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
    pub fn hint(self) -> &'static str {
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
                "Pass one object of the set of keys, as JSON: it has `kty`, and `n` and `e`, or `crv` and `x`."
            }
            Self::RsaBits(_) => "Let the provider make a key of 2048 bits or more.",
            Self::Kind(..) => {
                "Compare the key with the one at the provider: it is of another provider or another algorithm."
            }
            _ => "Copy the whole key as the provider shows it.",
        }
    }
}

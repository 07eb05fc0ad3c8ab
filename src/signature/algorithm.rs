//! Signature algorithms.

use std::fmt;

use crate::blob::blob;

/// An algorithm of signatures: a hash function under HMAC (RFC 2104), or an algorithm of public keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// HMAC-SHA-1: 20 bytes. Still secure under HMAC (RFC 6194, section 3.3), but narrow it away where a sender
    /// offers a better algorithm.
    Sha1,
    /// HMAC-SHA-256: 32 bytes.
    Sha256,
    /// HMAC-SHA-512: 64 bytes.
    Sha512,
    /// Ed25519 (RFC 8032): 64 bytes.
    Ed25519,
    /// ECDSA with P-256 and SHA-256, the signature in DER (RFC 3279, section 2.2.3): 8 to 72 bytes.
    EcdsaP256,
    /// ECDSA with P-256 and SHA-256, the signature as r and s of 32 bytes each (IEEE P1363).
    EcdsaP256Raw,
    /// RSASSA-PKCS1-v1_5 with SHA-1 (RFC 8017). Where a sender offers another one, do not accept it.
    RsaSha1,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    RsaSha256,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    RsaSha512,
    /// HMAC-SHA-384: 48 bytes. Only JSON Web Tokens have it, as HS384.
    Sha384,
}

blob!(enum Algorithm { 0 => Sha1, 1 => Sha256, 2 => Sha512, 3 => Ed25519, 4 => EcdsaP256, 5 => EcdsaP256Raw,
    6 => RsaSha1, 7 => RsaSha256, 8 => RsaSha512, 9 => Sha384 });

impl Algorithm {
    /// The hash functions under HMAC that signatures in headers have.
    pub const HMAC: [Algorithm; 3] = [Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512];

    /// Every algorithm; those of [`HMAC`](Self::HMAC) are the first.
    pub const ALL: [Algorithm; 10] = [
        Algorithm::Sha1,
        Algorithm::Sha256,
        Algorithm::Sha512,
        Algorithm::Ed25519,
        Algorithm::EcdsaP256,
        Algorithm::EcdsaP256Raw,
        Algorithm::RsaSha1,
        Algorithm::RsaSha256,
        Algorithm::RsaSha512,
        Algorithm::Sha384,
    ];

    /// Returns the name in definitions, options and headers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
            Self::Ed25519 => "ed25519",
            Self::EcdsaP256 => "ecdsa-p256",
            Self::EcdsaP256Raw => "ecdsa-p256-raw",
            Self::RsaSha1 => "rsa-sha1",
            Self::RsaSha256 => "rsa-sha256",
            Self::RsaSha512 => "rsa-sha512",
            Self::Sha384 => "sha384",
        }
    }

    /// Returns the algorithm with this name, in any letter case.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name().eq_ignore_ascii_case(name))
    }

    /// Returns whether a public key verifies the signatures.
    #[must_use]
    pub const fn is_public_key(self) -> bool {
        !matches!(self, Self::Sha1 | Self::Sha256 | Self::Sha512 | Self::Sha384)
    }

    /// Returns whether keys of RSA verify: one key verifies signatures with any hash.
    pub(crate) fn is_rsa(self) -> bool {
        matches!(self, Self::RsaSha1 | Self::RsaSha256 | Self::RsaSha512)
    }

    /// Returns whether a signature can have this length. That of RSA has the length of the key.
    pub(super) fn has_len(self, len: usize) -> bool {
        match self {
            Self::EcdsaP256 => (8..=72).contains(&len),
            _ if self.has_fixed_len() => len == self.digest_len(),
            _ => (256..=1024).contains(&len),
        }
    }

    /// Returns whether every signature has the same length.
    pub(super) fn has_fixed_len(self) -> bool {
        matches!(self, Self::Ed25519 | Self::EcdsaP256Raw) || !self.is_public_key()
    }

    /// Returns the usual length of a signature in bytes.
    #[must_use]
    pub const fn digest_len(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha512 | Self::Ed25519 | Self::EcdsaP256Raw => 64,
            Self::EcdsaP256 => 72,
            Self::Sha384 => 48,
            Self::RsaSha1 | Self::RsaSha256 | Self::RsaSha512 => 256,
        }
    }

    /// Returns the block length of the hash in bytes, to which HMAC pads a key (RFC 2104, section 2).
    pub(super) const fn block_len(self) -> usize {
        match self {
            Self::Sha512 | Self::Sha384 => 128,
            _ => 64,
        }
    }

    /// Returns the HMAC whose signatures have this length.
    pub(crate) fn of_len(len: usize) -> Option<Self> {
        Self::HMAC.into_iter().find(|algorithm| algorithm.digest_len() == len)
    }

    /// Lists algorithms for a message: `sha256`, `sha256 or sha1`.
    pub(crate) fn list(algorithms: &[Self]) -> String {
        algorithms.iter().map(|algorithm| algorithm.name()).collect::<Vec<_>>().join(" or ")
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_names_in_any_letter_case_and_nothing_else() {
        for algorithm in Algorithm::ALL {
            assert_eq!(Algorithm::from_name(algorithm.name()), Some(algorithm));
            assert_eq!(Algorithm::from_name(&algorithm.name().to_uppercase()), Some(algorithm));
        }
        for name in ["", "sha", "sha-256", "sha256 ", "md5", "\u{17f}ha1"] {
            assert_eq!(Algorithm::from_name(name), None, "{name:?}");
        }
        for algorithm in Algorithm::HMAC {
            assert_eq!(Algorithm::of_len(algorithm.digest_len()), Some(algorithm));
            assert!(!algorithm.is_public_key());
        }
        assert_eq!(Algorithm::of_len(0), None);
    }
}

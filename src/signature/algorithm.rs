//! Signature algorithms.

use std::fmt;

use crate::blob::blob;

/// A hash function under HMAC (RFC 2104).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// HMAC-SHA-1: 20 bytes. Still secure under HMAC (RFC 6194, section 3.3), but narrow it away where a sender
    /// offers a better algorithm.
    Sha1,
    /// HMAC-SHA-256: 32 bytes.
    Sha256,
    /// HMAC-SHA-512: 64 bytes.
    Sha512,
}

blob!(enum Algorithm { 0 => Sha1, 1 => Sha256, 2 => Sha512 });

impl Algorithm {
    /// Every algorithm.
    pub const ALL: [Algorithm; 3] = [Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512];

    /// Returns the name in definitions, options and headers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
        }
    }

    /// Returns the algorithm with this name, in any letter case.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name().eq_ignore_ascii_case(name))
    }

    /// Returns the length of a signature in bytes.
    #[must_use]
    pub const fn digest_len(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }

    /// Returns the block length of the hash in bytes, to which HMAC pads a key (RFC 2104, section 2).
    pub(super) const fn block_len(self) -> usize {
        match self {
            Self::Sha1 | Self::Sha256 => 64,
            Self::Sha512 => 128,
        }
    }

    /// Returns the algorithm whose signatures have this length.
    pub(crate) fn of_len(len: usize) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.digest_len() == len)
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
            assert_eq!(Algorithm::of_len(algorithm.digest_len()), Some(algorithm));
        }
        for name in ["", "sha", "sha-256", "sha256 ", "md5", "\u{17f}ha1"] {
            assert_eq!(Algorithm::from_name(name), None, "{name:?}");
        }
        assert_eq!(Algorithm::of_len(0), None);
    }
}

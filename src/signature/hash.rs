//! The hash functions under one type. PERF: each function is finished in one place of the module; generic code would
//! compile the end of every hash anew for every caller (wasm size).

use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha512};
use zeroize::Zeroize;

use super::Algorithm;

/// A hash computation. SECURITY: zeroized when dropped, because its state can depend on a key.
#[derive(Clone)]
pub(super) enum Hash {
    Sha1(Sha1),
    Sha256(Sha256),
    Sha512(Sha512),
}

impl Hash {
    #[inline(never)]
    pub fn new(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Sha1 => Self::Sha1(Sha1::new()),
            Algorithm::Sha256 => Self::Sha256(Sha256::new()),
            Algorithm::Sha512 => Self::Sha512(Sha512::new()),
        }
    }

    pub fn algorithm(&self) -> Algorithm {
        match self {
            Self::Sha1(_) => Algorithm::Sha1,
            Self::Sha256(_) => Algorithm::Sha256,
            Self::Sha512(_) => Algorithm::Sha512,
        }
    }

    /// Adds the next part of the message.
    #[inline(never)]
    pub fn update(&mut self, part: &[u8]) {
        match self {
            Self::Sha1(hash) => hash.update(part),
            Self::Sha256(hash) => hash.update(part),
            Self::Sha512(hash) => hash.update(part),
        }
    }

    /// Finishes the message.
    #[inline(never)]
    pub fn finish(self) -> Digest {
        let mut digest = Digest { bytes: [0; 64], len: self.algorithm().digest_len() };
        let bytes = &mut digest.bytes;
        match self {
            Self::Sha1(hash) => bytes[..20].copy_from_slice(&hash.finalize()),
            Self::Sha256(hash) => bytes[..32].copy_from_slice(&hash.finalize()),
            Self::Sha512(hash) => bytes.copy_from_slice(&hash.finalize()),
        }
        digest
    }
}

/// The result of a hash. SECURITY: zeroized when dropped.
pub(super) struct Digest {
    bytes: [u8; 64],
    len: usize,
}

impl Digest {
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

impl Drop for Digest {
    fn drop(&mut self) {
        self.bytes.zeroize();
    }
}

//! HMAC (RFC 2104) over whole messages and over parts, and the SHA-256 digest of a body.

use std::fmt;

use ::hmac::digest::{Digest, Output};
use ::hmac::{Hmac, KeyInit, Mac as _};
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use super::Algorithm;

/// Computes the HMAC of a message.
///
/// ```
/// use hookseal::signature::{Algorithm, hmac};
///
/// let tag = hmac::sign(Algorithm::Sha256, b"key", b"message");
/// assert!(hmac::verify(Algorithm::Sha256, b"key", b"message", &tag));
/// assert!(!hmac::verify(Algorithm::Sha256, b"key", b"message", &tag[..16]));
/// ```
#[must_use]
pub fn sign(algorithm: Algorithm, key: &[u8], message: &[u8]) -> Vec<u8> {
    HmacKey::new(algorithm, key).tag(message).as_bytes().to_vec()
}

/// Returns whether the tag is the HMAC of the message; `false` for a tag of another length than the algorithm's.
///
/// SECURITY: compares in constant time.
#[must_use]
pub fn verify(algorithm: Algorithm, key: &[u8], message: &[u8], tag: &[u8]) -> bool {
    HmacKey::new(algorithm, key).tag(message).ct_eq(tag)
}

/// Computes the SHA-256 digest of the bytes.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Computes the plain hash of the bytes, without a key.
#[inline(never)]
pub(crate) fn plain_digest(algorithm: Algorithm, bytes: &[u8]) -> Vec<u8> {
    match algorithm {
        Algorithm::Sha1 => Sha1::digest(bytes).to_vec(),
        Algorithm::Sha256 => Sha256::digest(bytes).to_vec(),
        Algorithm::Sha512 => Sha512::digest(bytes).to_vec(),
    }
}

/// SECURITY: constant-time comparison. The run time depends only on the lengths. For bytes that are no secret, use
/// `json::bytes_equal`.
pub(crate) fn constant_time_eq(first: &[u8], second: &[u8]) -> bool {
    let pairs = first.iter().zip(second);
    first.len() == second.len() && pairs.fold(0, |sum, (a, b)| std::hint::black_box(sum | (a ^ b))) == 0
}

/// A key prepared for one algorithm. PERF: both padded blocks are already hashed, so that a message costs two hash
/// blocks less. SECURITY: zeroized when dropped.
#[derive(Clone)]
pub struct HmacKey(HashState);

#[derive(Clone)]
enum HashState {
    Sha1(Hmac<Sha1>),
    Sha256(Hmac<Sha256>),
    Sha512(Hmac<Sha512>),
}

impl HmacKey {
    /// Prepares a key of any length.
    #[must_use]
    pub fn new(algorithm: Algorithm, key: &[u8]) -> Self {
        fn prepared<M: KeyInit>(key: &[u8]) -> M {
            // RFC 2104, section 2: a key longer than a block is hashed first, a shorter one padded.
            M::new_from_slice(key).expect("HMAC takes keys of any length")
        }
        Self(match algorithm {
            Algorithm::Sha1 => HashState::Sha1(prepared(key)),
            Algorithm::Sha256 => HashState::Sha256(prepared(key)),
            Algorithm::Sha512 => HashState::Sha512(prepared(key)),
        })
    }

    /// Returns the algorithm of the key.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        match self.0 {
            HashState::Sha1(_) => Algorithm::Sha1,
            HashState::Sha256(_) => Algorithm::Sha256,
            HashState::Sha512(_) => Algorithm::Sha512,
        }
    }

    /// Starts a message that is added in parts.
    #[must_use]
    pub fn start(&self) -> Mac {
        Mac(self.0.clone())
    }

    /// Computes the HMAC of one message.
    #[must_use]
    pub fn tag(&self, message: &[u8]) -> Tag {
        let mut mac = self.start();
        mac.update(message);
        mac.finish()
    }
}

impl fmt::Debug for HmacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HmacKey({}, [redacted])", self.algorithm())
    }
}

/// An HMAC computation that accepts further parts.
pub struct Mac(HashState);

impl Mac {
    /// Adds the next part.
    pub fn update(&mut self, part: &[u8]) {
        match &mut self.0 {
            HashState::Sha1(mac) => mac.update(part),
            HashState::Sha256(mac) => mac.update(part),
            HashState::Sha512(mac) => mac.update(part),
        }
    }

    /// Finishes the message.
    #[must_use]
    pub fn finish(self) -> Tag {
        Tag(match self.0 {
            HashState::Sha1(mac) => Finished::Sha1(mac.finalize()),
            HashState::Sha256(mac) => Finished::Sha256(mac.finalize()),
            HashState::Sha512(mac) => Finished::Sha512(mac.finalize()),
        })
    }
}

impl fmt::Debug for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mac([redacted])")
    }
}

/// The HMAC of a message, which a valid signature equals.
///
/// SECURITY: never printed, without `==`, zeroized when dropped.
pub struct Tag(Finished);

enum Finished {
    Sha1(CtTag<Sha1>),
    Sha256(CtTag<Sha256>),
    Sha512(CtTag<Sha512>),
}

type CtTag<D> = ::hmac::digest::CtOutput<Hmac<D>>;

impl Tag {
    /// Makes a tag from its bytes; `None` for another length than the algorithm's.
    pub(super) fn from_bytes(algorithm: Algorithm, bytes: &[u8]) -> Option<Self> {
        fn output<M: ::hmac::digest::OutputSizeUser>(bytes: &[u8]) -> Option<::hmac::digest::CtOutput<M>> {
            <&Output<M>>::try_from(bytes).ok().map(Into::into)
        }
        Some(Self(match algorithm {
            Algorithm::Sha1 => Finished::Sha1(output(bytes)?),
            Algorithm::Sha256 => Finished::Sha256(output(bytes)?),
            Algorithm::Sha512 => Finished::Sha512(output(bytes)?),
        }))
    }

    /// Returns whether a received signature equals the tag; `false` for another length.
    ///
    /// SECURITY: compares in constant time.
    #[must_use]
    pub fn ct_eq(&self, received: &[u8]) -> bool {
        // SECURITY: `CtOutput` compares in constant time; the length is no secret.
        match &self.0 {
            Finished::Sha1(tag) => {
                <&Output<Hmac<Sha1>>>::try_from(received).is_ok_and(|bytes| *tag == bytes.into())
            }
            Finished::Sha256(tag) => {
                <&Output<Hmac<Sha256>>>::try_from(received).is_ok_and(|bytes| *tag == bytes.into())
            }
            Finished::Sha512(tag) => {
                <&Output<Hmac<Sha512>>>::try_from(received).is_ok_and(|bytes| *tag == bytes.into())
            }
        }
    }

    /// Returns the bytes, for signing.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Finished::Sha1(tag) => tag.as_bytes(),
            Finished::Sha256(tag) => tag.as_bytes(),
            Finished::Sha512(tag) => tag.as_bytes(),
        }
    }
}

impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tag([redacted])")
    }
}

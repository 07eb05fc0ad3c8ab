//! HMAC (RFC 2104) over whole messages and over parts, and the SHA-256 digest of a body.

use std::fmt;

use zeroize::Zeroizing;

use super::Algorithm;
use super::hash::{Digest, Hash};

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
    let digest = hash(Algorithm::Sha256, bytes);
    digest.as_bytes().try_into().unwrap_or_default()
}

/// Computes the plain hash of the bytes, without a key.
#[inline(never)]
pub(crate) fn plain_digest(algorithm: Algorithm, bytes: &[u8]) -> Vec<u8> {
    hash(algorithm, bytes).as_bytes().to_vec()
}

fn hash(algorithm: Algorithm, bytes: &[u8]) -> Digest {
    let mut hash = Hash::new(algorithm);
    hash.update(bytes);
    hash.finish()
}

/// SECURITY: constant-time comparison. The run time depends only on the lengths. For bytes that are no secret, use
/// `json::bytes_equal`.
pub(crate) fn constant_time_eq(first: &[u8], second: &[u8]) -> bool {
    let pairs = first.iter().zip(second);
    first.len() == second.len() && pairs.fold(0, |sum, (a, b)| std::hint::black_box(sum | (a ^ b))) == 0
}

/// A key prepared for one algorithm:
///
/// ```text
/// HMAC = H(K XOR opad, H(K XOR ipad, text))        ; RFC 2104, section 2
/// ```
///
/// PERF: both padded blocks are already hashed, so that a message costs two hash blocks less. SECURITY: zeroized when
/// dropped.
#[derive(Clone)]
pub struct HmacKey {
    /// The hash after `K XOR ipad`.
    inner: Hash,
    /// The hash after `K XOR opad`.
    outer: Hash,
}

impl HmacKey {
    /// Prepares a key of any length.
    #[must_use]
    pub fn new(algorithm: Algorithm, key: &[u8]) -> Self {
        let start = |pad| {
            let mut hash = Hash::new(algorithm);
            hash.update(&padded_key(algorithm, key, pad));
            hash
        };
        Self { inner: start(INNER_PAD), outer: start(OUTER_PAD) }
    }

    /// Returns the algorithm of the key.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.inner.algorithm()
    }

    /// Starts a message that is added in parts.
    #[must_use]
    pub fn start(&self) -> Mac {
        Mac { inner: self.inner.clone(), outer: self.outer.clone() }
    }

    /// Computes the HMAC of one message.
    #[must_use]
    pub fn tag(&self, message: &[u8]) -> Tag {
        let mut mac = self.start();
        mac.update(message);
        mac.finish()
    }

    /// Computes the HMAC of a message whose inner hash is already computed.
    pub(super) fn tag_of_inner_hash(&self, inner: &[u8]) -> Tag {
        let mut outer = self.outer.clone();
        outer.update(inner);
        Tag(outer.finish())
    }
}

/// `ipad` and `opad` of RFC 2104, section 2.
pub(super) const INNER_PAD: u8 = 0x36;
const OUTER_PAD: u8 = 0x5c;

/// Returns one block: the key, hashed if longer than a block, padded with zeros, each byte XOR `pad`.
#[inline(never)]
pub(super) fn padded_key(algorithm: Algorithm, key: &[u8], pad: u8) -> Zeroizing<Vec<u8>> {
    let mut block = Zeroizing::new(vec![0; algorithm.block_len()]);
    if key.len() <= block.len() {
        block[..key.len()].copy_from_slice(key);
    } else {
        let digest = hash(algorithm, key);
        block[..digest.as_bytes().len()].copy_from_slice(digest.as_bytes());
    }
    block.iter_mut().for_each(|byte| *byte ^= pad);
    block
}

impl fmt::Debug for HmacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HmacKey({}, [redacted])", self.algorithm())
    }
}

/// An HMAC computation that accepts further parts.
pub struct Mac {
    inner: Hash,
    outer: Hash,
}

impl Mac {
    /// Adds the next part.
    pub fn update(&mut self, part: &[u8]) {
        self.inner.update(part);
    }

    /// Finishes the message.
    #[must_use]
    pub fn finish(self) -> Tag {
        let Self { inner, mut outer } = self;
        outer.update(inner.finish().as_bytes());
        Tag(outer.finish())
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
pub struct Tag(Digest);

impl Tag {
    /// Returns whether a received signature equals the tag; `false` for another length.
    ///
    /// SECURITY: compares in constant time.
    #[must_use]
    pub fn ct_eq(&self, received: &[u8]) -> bool {
        constant_time_eq(self.as_bytes(), received)
    }

    /// Returns the bytes, for signing.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tag([redacted])")
    }
}

//! HMAC (RFC 2104) over whole messages and over parts, and the SHA-256 digest of a body.

use std::fmt;

use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha384, Sha512};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::Algorithm;
use super::native_hash::NativeHash;

/// The HMAC of the message.
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

/// Whether the tag is the HMAC of the message, compared in constant time. A tag of another length than the algorithm's is
/// `false`.
#[must_use]
pub fn verify(algorithm: Algorithm, key: &[u8], message: &[u8], tag: &[u8]) -> bool {
    HmacKey::new(algorithm, key).tag(message).ct_eq(tag)
}

/// The SHA-256 digest of the bytes.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    HashState::new(Algorithm::Sha256, bytes).finish().as_bytes().try_into().unwrap_or_default()
}

/// The digest of the bytes without a key, which some senders confuse with HMAC.
#[inline(never)]
pub(crate) fn plain_digest(algorithm: Algorithm, bytes: &[u8]) -> Vec<u8> {
    HashState::new(algorithm, bytes).finish().as_bytes().to_vec()
}

/// Whether both are equal. SECURITY: the run time depends on the lengths only.
pub(crate) fn constant_time_eq(first: &[u8], second: &[u8]) -> bool {
    first.ct_eq(second).into()
}

/// A key prepared for one algorithm:
///
/// ```text
/// HMAC = H(K XOR opad, H(K XOR ipad, text))        ; RFC 2104, section 2
/// ```
///
/// The first block of both hashes is hashed already, so a message costs two blocks less. Zeroized when dropped.
#[derive(Clone)]
pub struct HmacKey {
    inner: HashState,
    /// `None` for a hash that begins with the key, which is no HMAC.
    outer: Option<HashState>,
    /// `K XOR ipad`, one block: the start of the message that a native hash computes the inner hash of.
    inner_block: Zeroizing<[u8; MAX_BLOCK_BYTES]>,
}

/// The longest block, which is SHA-512's.
const MAX_BLOCK_BYTES: usize = 128;

/// A hash that has started. Zeroized when dropped.
#[derive(Clone)]
enum HashState {
    Sha1(Sha1),
    Sha256(Sha256),
    Sha512(Sha512),
    Sha384(Sha384),
}

impl HashState {
    #[inline(never)]
    fn new(algorithm: Algorithm, start: &[u8]) -> Self {
        match algorithm {
            Algorithm::Sha1 | Algorithm::RsaSha1 => Self::Sha1(Sha1::new_with_prefix(start)),
            Algorithm::Sha256 | Algorithm::EcdsaP256 | Algorithm::EcdsaP256Raw | Algorithm::RsaSha256 => {
                Self::Sha256(Sha256::new_with_prefix(start))
            }
            Algorithm::Sha512 | Algorithm::Ed25519 | Algorithm::RsaSha512 => {
                Self::Sha512(Sha512::new_with_prefix(start))
            }
            Algorithm::Sha384 => Self::Sha384(Sha384::new_with_prefix(start)),
        }
    }

    #[inline(never)]
    fn update(&mut self, part: &[u8]) {
        match self {
            Self::Sha1(hash) => hash.update(part),
            Self::Sha256(hash) => hash.update(part),
            Self::Sha512(hash) => hash.update(part),
            Self::Sha384(hash) => hash.update(part),
        }
    }

    /// Ends the message. One function for every caller: the end of a hash is inlined (wasm size).
    #[inline(never)]
    fn finish(self) -> Digest {
        let mut digest = Digest { bytes: Zeroizing::new([0; 64]), len: self.algorithm().digest_len() };
        match self {
            Self::Sha1(hash) => digest.bytes[..20].copy_from_slice(&hash.finalize()),
            Self::Sha256(hash) => digest.bytes[..32].copy_from_slice(&hash.finalize()),
            Self::Sha512(hash) => digest.bytes.copy_from_slice(&hash.finalize()),
            Self::Sha384(hash) => digest.bytes[..48].copy_from_slice(&hash.finalize()),
        }
        digest
    }

    fn algorithm(&self) -> Algorithm {
        match self {
            Self::Sha1(_) => Algorithm::Sha1,
            Self::Sha256(_) => Algorithm::Sha256,
            Self::Sha512(_) => Algorithm::Sha512,
            Self::Sha384(_) => Algorithm::Sha384,
        }
    }
}

impl HmacKey {
    /// Prepares a key of any length.
    #[must_use]
    pub fn new(algorithm: Algorithm, key: &[u8]) -> Self {
        let len = algorithm.block_len();
        // A key longer than a block is hashed first, a shorter one is padded with zeros.
        let mut block = Zeroizing::new([0; MAX_BLOCK_BYTES]);
        if key.len() <= len {
            block[..key.len()].copy_from_slice(key);
        } else {
            let digest = HashState::new(algorithm, key).finish();
            block[..digest.len].copy_from_slice(digest.as_bytes());
        }
        let xor = |mask: u8| Zeroizing::new(block.map(|byte| byte ^ mask));
        let (inner_block, outer_block) = (xor(0x36), xor(0x5c));
        Self {
            inner: HashState::new(algorithm, &inner_block[..len]),
            outer: Some(HashState::new(algorithm, &outer_block[..len])),
            inner_block,
        }
    }

    /// Prepares a hash that begins with the key: H(K || text). SECURITY: who has the hash of one text can compute that of a
    /// longer one that begins with it, and with bytes that no JSON contains.
    pub(super) fn of_hash(algorithm: Algorithm, key: &[u8]) -> Self {
        let inner_block = Zeroizing::new([0; MAX_BLOCK_BYTES]);
        Self { inner: HashState::new(algorithm, key), outer: None, inner_block }
    }

    /// The algorithm that the key is prepared for.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.inner.algorithm()
    }

    /// Starts a message in parts.
    #[must_use]
    pub fn start(&self) -> Mac<'_> {
        Mac { inner: self.inner.clone(), outer: self.outer.as_ref() }
    }

    /// The HMAC of one message.
    #[must_use]
    pub fn tag(&self, message: &[u8]) -> Tag {
        let mut mac = self.start();
        mac.update(message);
        mac.finish()
    }

    /// The HMAC of a message in parts, whose inner hash the native hash computes. The outer hash is over a digest only.
    ///
    /// `None` if the native hash fails, or the message has too many parts.
    pub(super) fn native_tag<'m>(
        &'m self,
        native_hash: NativeHash,
        message: impl Iterator<Item = &'m [u8]>,
    ) -> Option<Tag> {
        let outer = self.outer.as_ref()?;
        // Signed content has a handful of parts.
        let mut parts = [&self.inner_block[..self.algorithm().block_len()]; 12];
        let mut count = 1;
        for part in message {
            *parts.get_mut(count)? = part;
            count += 1;
        }
        // Without the key, nothing can be derived from the inner hash, so it needs no zeroizing.
        let digest = native_hash(self.algorithm(), &parts[..count])?;
        Some(Tag::new(outer, &digest[..self.algorithm().digest_len()]))
    }
}

impl fmt::Debug for HmacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HmacKey({}, [redacted])", self.algorithm())
    }
}

/// A message that is authenticated part by part.
pub struct Mac<'k> {
    inner: HashState,
    outer: Option<&'k HashState>,
}

impl Mac<'_> {
    /// Adds the next part.
    pub fn update(&mut self, part: &[u8]) {
        self.inner.update(part);
    }

    /// Ends the message.
    #[must_use]
    pub fn finish(self) -> Tag {
        let digest = self.inner.finish();
        match self.outer {
            Some(outer) => Tag::new(outer, digest.as_bytes()),
            None => Tag(digest),
        }
    }
}

impl fmt::Debug for Mac<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mac([redacted])")
    }
}

/// A digest of up to 64 bytes. Zeroized when dropped.
struct Digest {
    bytes: Zeroizing<[u8; 64]>,
    len: usize,
}

impl Digest {
    fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

/// The HMAC of a message, which is the correct signature. Never printed, without `==`, and zeroized when dropped.
pub struct Tag(Digest);

impl Tag {
    fn new(outer: &HashState, inner_digest: &[u8]) -> Self {
        let mut outer = outer.clone();
        outer.update(inner_digest);
        Self(outer.finish())
    }

    /// Whether a received signature equals the tag; `false` for another length. SECURITY: compares in constant time.
    #[must_use]
    pub fn ct_eq(&self, received: &[u8]) -> bool {
        constant_time_eq(self.as_bytes(), received)
    }

    /// The bytes, to sign with.
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

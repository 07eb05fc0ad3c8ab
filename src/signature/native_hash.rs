//! The platform's own hash, where it is faster than ours, and what HMAC (RFC 2104) needs around it.

use ::hmac::digest::Digest;
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use zeroize::Zeroizing;

use super::Algorithm;
use super::hmac::{Tag, plain_digest};

/// Room for the longest digest.
pub(crate) type DigestBuffer = [u8; 64];

/// Somebody else's hash over the parts of a message. It answers nothing where it cannot.
pub(crate) type NativeHash = fn(Algorithm, &[&[u8]]) -> Option<DigestBuffer>;

/// What a key becomes for a hash that is made outside:
///
/// ```text
/// HMAC = H(K XOR opad, H(K XOR ipad, text))        ; RFC 2104, section 2
/// ```
///
/// The inner hash is over all of a message, and is the outside's; the outer one is over a digest, and is ours.
pub(super) struct HmacPads {
    algorithm: Algorithm,
    /// `K XOR ipad`, one block.
    inner: Zeroizing<Vec<u8>>,
    outer: OuterState,
}

/// A hash that has begun with `K XOR opad`. Zeroized when dropped.
enum OuterState {
    Sha1(Sha1),
    Sha256(Sha256),
    Sha512(Sha512),
}

impl HmacPads {
    pub fn new(algorithm: Algorithm, key: &[u8]) -> Self {
        let mut block = Zeroizing::new(vec![0; algorithm.block_len()]);
        if key.len() <= block.len() {
            block[..key.len()].copy_from_slice(key);
        } else {
            let hash = Zeroizing::new(plain_digest(algorithm, key));
            block[..hash.len()].copy_from_slice(&hash);
        }
        let masked = |mask: u8| Zeroizing::new(block.iter().map(|byte| byte ^ mask).collect::<Vec<u8>>());
        let opad = masked(0x5c);
        let outer = match algorithm {
            Algorithm::Sha1 => OuterState::Sha1(Sha1::new_with_prefix(&*opad)),
            Algorithm::Sha256 => OuterState::Sha256(Sha256::new_with_prefix(&*opad)),
            Algorithm::Sha512 => OuterState::Sha512(Sha512::new_with_prefix(&*opad)),
        };
        Self { algorithm, inner: masked(0x36), outer }
    }

    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The HMAC of a message in parts.
    pub fn tag<'m>(&'m self, outside: NativeHash, message: impl Iterator<Item = &'m [u8]>) -> Option<Tag> {
        // What is signed has a handful of parts; more are left to our own hash.
        let mut parts = [&self.inner[..]; 12];
        let mut count = 1;
        for part in message {
            *parts.get_mut(count)? = part;
            count += 1;
        }
        // Without the key, nothing follows from the inner hash.
        let hash = outside(self.algorithm, &parts[..count])?;
        let inner = &hash[..self.algorithm.digest_len()];
        match &self.outer {
            OuterState::Sha1(hash) => Tag::of(self.algorithm, &hash.clone().chain_update(inner).finalize()),
            OuterState::Sha256(hash) => Tag::of(self.algorithm, &hash.clone().chain_update(inner).finalize()),
            OuterState::Sha512(hash) => Tag::of(self.algorithm, &hash.clone().chain_update(inner).finalize()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::hmac;
    use super::*;

    /// Stands in for a platform: the same hash, over all parts in a row.
    #[expect(clippy::unnecessary_wraps, reason = "a platform may fail")]
    fn outside(algorithm: Algorithm, parts: &[&[u8]]) -> Option<DigestBuffer> {
        let message = parts.concat();
        let mut hash = [0; 64];
        match algorithm {
            Algorithm::Sha1 => hash[..20].copy_from_slice(&Sha1::digest(message)),
            Algorithm::Sha256 => hash[..32].copy_from_slice(&Sha256::digest(message)),
            Algorithm::Sha512 => hash.copy_from_slice(&Sha512::digest(message)),
        }
        Some(hash)
    }

    #[test]
    fn a_hash_made_outside_makes_the_same_tag_with_keys_of_every_length() {
        for algorithm in [Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512] {
            for length in [1, 20, 63, 64, 65, 127, 128, 129, 300] {
                let key = vec![7; length];
                let parts: [&[u8]; 4] = [b"v0:", b"", b"1700000000:", b"{}"];
                let tag = HmacPads::new(algorithm, &key).tag(outside, parts.into_iter()).expect("a tag");
                assert_eq!(
                    tag.as_bytes(),
                    hmac::sign(algorithm, &key, &parts.concat()),
                    "{algorithm} {length}"
                );
            }
        }
    }

    #[test]
    fn without_an_answer_and_with_too_many_parts_there_is_no_tag() {
        let halves = HmacPads::new(Algorithm::Sha256, b"key");
        assert!(halves.tag(|_, _| None, [&b"message"[..]].into_iter()).is_none());
        assert!(halves.tag(outside, [&b"x"[..]; 11].into_iter()).is_some());
        assert!(halves.tag(outside, [&b"x"[..]; 12].into_iter()).is_none());
    }
}

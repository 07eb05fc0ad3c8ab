//! HMAC (RFC 2104) on top of the native hash of the host, such as Node's crypto, which is faster for long messages.

use ::hmac::digest::Digest;
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use zeroize::Zeroizing;

use super::Algorithm;
use super::hmac::{Tag, plain_digest};

/// A buffer for the longest digest.
pub(crate) type DigestBuffer = [u8; 64];

/// Native hash function of the host over the parts of a message. Returns `None` if the host cannot compute the hash; the
/// caller then falls back to the built-in one.
pub(crate) type NativeHash = fn(Algorithm, &[&[u8]]) -> Option<DigestBuffer>;

/// A key prepared for the native hash:
///
/// ```text
/// HMAC = H(K XOR opad, H(K XOR ipad, text))        ; RFC 2104, section 2
/// ```
///
/// The host computes the inner hash, over the whole message; the built-in hash computes the outer one, over a digest.
pub(super) struct HmacPads {
    algorithm: Algorithm,
    /// `K XOR ipad`, one block.
    inner: Zeroizing<Vec<u8>>,
    outer: OuterState,
}

/// The outer hash after its first block, `K XOR opad`. SECURITY: zeroized when dropped.
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
        let pad = |mask: u8| Zeroizing::new(block.iter().map(|byte| byte ^ mask).collect::<Vec<u8>>());
        let opad = pad(0x5c);
        let outer = match algorithm {
            Algorithm::Sha1 => OuterState::Sha1(Sha1::new_with_prefix(&*opad)),
            Algorithm::Sha256 => OuterState::Sha256(Sha256::new_with_prefix(&*opad)),
            Algorithm::Sha512 => OuterState::Sha512(Sha512::new_with_prefix(&*opad)),
        };
        Self { algorithm, inner: pad(0x36), outer }
    }

    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Computes the HMAC of a message in parts.
    pub fn tag<'m>(
        &'m self,
        native_hash: NativeHash,
        message: impl Iterator<Item = &'m [u8]>,
    ) -> Option<Tag> {
        // Signed contents have a handful of parts; longer ones are left to the built-in hash.
        let mut parts = [&self.inner[..]; 12];
        let mut count = 1;
        for part in message {
            *parts.get_mut(count)? = part;
            count += 1;
        }
        // SECURITY: without the key, the inner hash reveals nothing about the tag.
        let hash = native_hash(self.algorithm, &parts[..count])?;
        let inner = &hash[..self.algorithm.digest_len()];
        match &self.outer {
            OuterState::Sha1(hash) => {
                Tag::from_bytes(self.algorithm, &hash.clone().chain_update(inner).finalize())
            }
            OuterState::Sha256(hash) => {
                Tag::from_bytes(self.algorithm, &hash.clone().chain_update(inner).finalize())
            }
            OuterState::Sha512(hash) => {
                Tag::from_bytes(self.algorithm, &hash.clone().chain_update(inner).finalize())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::hmac;
    use super::*;

    /// Replaces the host in tests: the same hash over the concatenated parts.
    #[expect(clippy::unnecessary_wraps, reason = "a host can fail")]
    fn hash_of_host(algorithm: Algorithm, parts: &[&[u8]]) -> Option<DigestBuffer> {
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
    fn computes_the_same_tag_as_the_built_in_hash_for_keys_of_every_length() {
        for algorithm in [Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512] {
            for length in [1, 20, 63, 64, 65, 127, 128, 129, 300] {
                let key = vec![7; length];
                let parts: [&[u8]; 4] = [b"v0:", b"", b"1700000000:", b"{}"];
                let tag = HmacPads::new(algorithm, &key).tag(hash_of_host, parts.into_iter()).expect("a tag");
                assert_eq!(
                    tag.as_bytes(),
                    hmac::sign(algorithm, &key, &parts.concat()),
                    "{algorithm} {length}"
                );
            }
        }
    }

    #[test]
    fn returns_no_tag_if_the_host_fails_or_the_parts_are_too_many() {
        let pads = HmacPads::new(Algorithm::Sha256, b"key");
        assert!(pads.tag(|_, _| None, [&b"message"[..]].into_iter()).is_none());
        assert!(pads.tag(hash_of_host, [&b"x"[..]; 11].into_iter()).is_some());
        assert!(pads.tag(hash_of_host, [&b"x"[..]; 12].into_iter()).is_none());
    }
}

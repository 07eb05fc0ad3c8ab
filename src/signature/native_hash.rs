//! HMAC (RFC 2104) on top of the native hash of the host, such as Node's crypto, which is faster for long messages.

use zeroize::Zeroizing;

use super::Algorithm;
use super::hmac::{HmacKey, INNER_PAD, Tag, padded_key};

/// A buffer for the longest digest.
pub(crate) type DigestBuffer = [u8; 64];

/// Native hash function of the host over the parts of a message. Returns `None` if the host cannot compute the hash; the
/// caller then falls back to the built-in one.
pub(crate) type NativeHash = fn(Algorithm, &[&[u8]]) -> Option<DigestBuffer>;

/// A key prepared for the native hash: one block, `K XOR ipad` (RFC 2104, section 2).
///
/// The host computes the inner hash, over the whole message; the built-in hash computes the outer one, over a digest.
pub(super) struct NativeHmacKey(Zeroizing<Vec<u8>>);

impl NativeHmacKey {
    pub fn new(algorithm: Algorithm, key: &[u8]) -> Self {
        Self(padded_key(algorithm, key, INNER_PAD))
    }

    /// Computes the HMAC of a message in parts. `key` is the same key, prepared for the built-in hash.
    pub fn tag<'m>(
        &'m self,
        native_hash: NativeHash,
        key: &HmacKey,
        message: impl Iterator<Item = &'m [u8]>,
    ) -> Option<Tag> {
        // Signed contents have a handful of parts; longer ones are left to the built-in hash.
        let mut parts = [&self.0[..]; 12];
        let mut count = 1;
        for part in message {
            *parts.get_mut(count)? = part;
            count += 1;
        }
        // SECURITY: without the key, the inner hash reveals nothing about the tag.
        let inner = native_hash(key.algorithm(), &parts[..count])?;
        Some(key.tag_of_inner_hash(&inner[..key.algorithm().digest_len()]))
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
        hash[..algorithm.digest_len()].copy_from_slice(&hmac::plain_digest(algorithm, &message));
        Some(hash)
    }

    #[test]
    fn computes_the_same_tag_as_the_built_in_hash_for_keys_of_every_length() {
        for algorithm in [Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512] {
            for length in [1, 20, 63, 64, 65, 127, 128, 129, 300] {
                let key = vec![7; length];
                let parts: [&[u8]; 4] = [b"v0:", b"", b"1700000000:", b"{}"];
                let hmac_key = HmacKey::new(algorithm, &key);
                let tag = NativeHmacKey::new(algorithm, &key).tag(hash_of_host, &hmac_key, parts.into_iter());
                let tag = tag.expect("a tag");
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
        let hmac_key = HmacKey::new(Algorithm::Sha256, b"key");
        let native_key = NativeHmacKey::new(Algorithm::Sha256, b"key");
        assert!(native_key.tag(|_, _| None, &hmac_key, [&b"message"[..]].into_iter()).is_none());
        assert!(native_key.tag(hash_of_host, &hmac_key, [&b"x"[..]; 11].into_iter()).is_some());
        assert!(native_key.tag(hash_of_host, &hmac_key, [&b"x"[..]; 12].into_iter()).is_none());
    }
}

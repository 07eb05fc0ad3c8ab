//! The native hash: a hash function of the platform, where that is faster than the crate's own.

use super::Algorithm;

/// The longest digest.
pub(crate) type DigestBuffer = [u8; 64];

/// A hash of the platform over the parts of a message. Returns `None` if it fails.
pub(crate) type NativeHash = fn(Algorithm, &[&[u8]]) -> Option<DigestBuffer>;

#[cfg(test)]
mod tests {
    use sha1::Sha1;
    use sha2::{Digest as _, Sha256, Sha512};

    use super::super::hmac::{self, HmacKey};
    use super::*;

    /// A native hash for tests: the crate's own, over the concatenated parts.
    fn native(algorithm: Algorithm, parts: &[&[u8]]) -> Option<DigestBuffer> {
        let message = parts.concat();
        let mut hash = [0; 64];
        match algorithm {
            Algorithm::Sha1 => hash[..20].copy_from_slice(&Sha1::digest(message)),
            Algorithm::Sha256 => hash[..32].copy_from_slice(&Sha256::digest(message)),
            Algorithm::Sha512 => hash.copy_from_slice(&Sha512::digest(message)),
            _ => return None,
        }
        Some(hash)
    }

    #[test]
    fn a_native_hash_makes_the_same_tag_with_keys_of_every_length() {
        for algorithm in [Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512] {
            for length in [1, 20, 63, 64, 65, 127, 128, 129, 300] {
                let key = vec![7; length];
                let parts: [&[u8]; 4] = [b"v0:", b"", b"1700000000:", b"{}"];
                let prepared = HmacKey::new(algorithm, &key);
                let tag = prepared.native_tag(native, parts.into_iter()).expect("a tag");
                assert_eq!(
                    tag.as_bytes(),
                    hmac::sign(algorithm, &key, &parts.concat()),
                    "{algorithm} {length}"
                );
            }
        }
    }

    #[test]
    fn a_failing_native_hash_and_too_many_parts_make_no_tag() {
        let key = HmacKey::new(Algorithm::Sha256, b"key");
        assert!(key.native_tag(|_, _| None, [&b"message"[..]].into_iter()).is_none());
        assert!(key.native_tag(native, [&b"x"[..]; 11].into_iter()).is_some());
        assert!(key.native_tag(native, [&b"x"[..]; 12].into_iter()).is_none());
    }
}

//! Verification by crates, for programs in Rust and for tests: ed25519-dalek for `verify_strict`, which accepts no key and no
//! signature of small order; p256 and rsa, which are maintained with the hashes of this crate.

use ed25519_dalek::Signature as Ed25519Signature;
use p256::ecdsa::signature::Verifier as _;
use p256::ecdsa::{Signature as P256Signature, VerifyingKey as P256Key};
use rsa::PublicKey;
use rsa::pkcs1v15::Pkcs1v15Sign;
use rsa::pkcs8::DecodePublicKey as _;
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha512};

use super::super::Algorithm;

/// Verifies a signature of a public key. See [`VerifyPublicKey`](super::VerifyPublicKey).
#[must_use]
pub fn verify(algorithm: Algorithm, spki: &[u8], message: &[u8], signature: &[u8]) -> Option<bool> {
    let p256 = |parsed: Option<P256Signature>| {
        let key = P256Key::from_public_key_der(spki).ok()?;
        Some(parsed.is_some_and(|signature| key.verify(message, &signature).is_ok()))
    };
    let rsa = |scheme: Pkcs1v15Sign, digest: &[u8]| {
        let key = PublicKey::from_public_key_der(spki).ok()?;
        Some(key.verify(scheme, digest, signature).is_ok())
    };
    match algorithm {
        Algorithm::Ed25519 => {
            let key = ed25519_dalek::VerifyingKey::from_bytes(spki.last_chunk()?).ok()?;
            let signature = Ed25519Signature::from_slice(signature);
            Some(signature.is_ok_and(|signature| key.verify_strict(message, &signature).is_ok()))
        }
        Algorithm::EcdsaP256 => p256(P256Signature::from_der(signature).ok()),
        Algorithm::EcdsaP256Raw => p256(P256Signature::from_slice(signature).ok()),
        Algorithm::RsaSha1 => rsa(Pkcs1v15Sign::new::<Sha1>(), &Sha1::digest(message)),
        Algorithm::RsaSha256 => rsa(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(message)),
        Algorithm::RsaSha512 => rsa(Pkcs1v15Sign::new::<Sha512>(), &Sha512::digest(message)),
        Algorithm::Sha1 | Algorithm::Sha256 | Algorithm::Sha512 => None,
    }
}

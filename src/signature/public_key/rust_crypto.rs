//! Verification by crates, for programs in Rust, for tests, and for WebAssembly where no platform verifies: ed25519-dalek for
//! `verify_strict`, which accepts no key and no signature of small order; p256 and rsa, which are maintained with the hashes of
//! this crate.

use super::PublicKeyCheck;
use crate::signature::Algorithm;

/// Verifies a signature of a public key. See [`VerifyPublicKey`](super::VerifyPublicKey).
#[must_use]
pub fn verify(algorithm: Algorithm, spki: &[u8], message: &[u8], signature: &[u8]) -> PublicKeyCheck {
    let check = match algorithm {
        Algorithm::Ed25519 => ed25519(spki, message, signature),
        #[cfg(feature = "public-key")]
        Algorithm::EcdsaP256 => p256(spki, message, p256::ecdsa::Signature::from_der(signature).ok()),
        #[cfg(feature = "public-key")]
        Algorithm::EcdsaP256Raw => p256(spki, message, p256::ecdsa::Signature::from_slice(signature).ok()),
        #[cfg(feature = "public-key")]
        Algorithm::RsaSha1 => rsa::<sha1::Sha1>(spki, message, signature),
        #[cfg(feature = "public-key")]
        Algorithm::RsaSha256 => rsa::<sha2::Sha256>(spki, message, signature),
        #[cfg(feature = "public-key")]
        Algorithm::RsaSha512 => rsa::<sha2::Sha512>(spki, message, signature),
        _ => return PublicKeyCheck::Unavailable,
    };
    match check {
        Some(true) => PublicKeyCheck::Valid,
        Some(false) => PublicKeyCheck::Invalid,
        None => PublicKeyCheck::KeyRejected,
    }
}

fn ed25519(spki: &[u8], message: &[u8], signature: &[u8]) -> Option<bool> {
    let key = ed25519_dalek::VerifyingKey::from_bytes(spki.last_chunk()?).ok()?;
    let signature = ed25519_dalek::Signature::from_slice(signature);
    Some(signature.is_ok_and(|signature| key.verify_strict(message, &signature).is_ok()))
}

#[cfg(feature = "public-key")]
fn p256(spki: &[u8], message: &[u8], signature: Option<p256::ecdsa::Signature>) -> Option<bool> {
    use p256::ecdsa::signature::Verifier as _;
    use p256::pkcs8::DecodePublicKey as _;
    let key = p256::ecdsa::VerifyingKey::from_public_key_der(spki).ok()?;
    Some(signature.is_some_and(|signature| key.verify(message, &signature).is_ok()))
}

#[cfg(feature = "public-key")]
fn rsa<D: sha2::Digest + rsa::pkcs8::AssociatedOid>(
    spki: &[u8],
    message: &[u8],
    signature: &[u8],
) -> Option<bool> {
    use rsa::pkcs8::DecodePublicKey as _;
    let key = rsa::PublicKey::from_public_key_der(spki).ok()?;
    let scheme = rsa::pkcs1v15::Pkcs1v15Sign::new::<D>();
    Some(key.verify(scheme, &D::digest(message), signature).is_ok())
}

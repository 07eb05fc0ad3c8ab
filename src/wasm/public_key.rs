//! Verification with public keys by the platform, called with addresses in the module's memory.

use std::cell::RefCell;

use wasm_bindgen::prelude::wasm_bindgen;

use crate::signature::{Algorithm, PublicKeyCheck};

thread_local! {
    static VERIFIER: RefCell<Option<PublicKeyVerifier>> = const { RefCell::new(None) };
}

#[wasm_bindgen]
extern "C" {
    /// The platform's verification, where that is synchronous, as in Node.
    pub type PublicKeyVerifier;

    /// Verifies a signature. The arguments are the number of the algorithm, and start and length of the key (SPKI in DER), of
    /// the message and of the signature. Returns the number of a [`PublicKeyCheck`].
    #[wasm_bindgen(method)]
    fn verify(
        this: &PublicKeyVerifier,
        algorithm: u32,
        key: usize,
        key_length: usize,
        message: usize,
        message_length: usize,
        signature: usize,
        signature_length: usize,
    ) -> u32;

    /// Signs with the private key of the current call. The arguments are the number of the algorithm, start and length of the
    /// message, and start and length of the place for the signature. Returns the length of the signature; 0 if there is none.
    #[wasm_bindgen(method)]
    fn sign(
        this: &PublicKeyVerifier,
        algorithm: u32,
        message: usize,
        message_length: usize,
        out: usize,
        out_length: usize,
    ) -> usize;
}

/// The length of a signature of RSA with 8192 bits.
const MAX_SIGNATURE_BYTES: usize = 1024;

/// Signs a message with the private key of the current call.
pub(super) fn sign(algorithm: Algorithm, message: &[u8]) -> Option<Vec<u8>> {
    let mut signature = vec![0; MAX_SIGNATURE_BYTES];
    let length = VERIFIER.with_borrow(|verifier| {
        let (start, length) = (message.as_ptr().addr(), message.len());
        let out = signature.as_mut_ptr().expose_provenance();
        Some(verifier.as_ref()?.sign(algorithm as u32, start, length, out, MAX_SIGNATURE_BYTES))
    });
    signature.truncate(length.unwrap_or(0));
    (!signature.is_empty()).then_some(signature)
}

/// Sets the platform's verification.
#[wasm_bindgen]
pub fn set_public_key_verifier(verifier: PublicKeyVerifier) {
    VERIFIER.set(Some(verifier));
}

/// Verifies a signature by the platform. SECURITY: any other result than the one of a valid signature counts as none.
pub(super) fn verify(algorithm: Algorithm, key: &[u8], message: &[u8], signature: &[u8]) -> PublicKeyCheck {
    let at = |bytes: &[u8]| (bytes.as_ptr().addr(), bytes.len());
    let ((key, key_length), (message, message_length), (signature, signature_length)) =
        (at(key), at(message), at(signature));
    let number = VERIFIER.with_borrow(|verifier| {
        let verifier = verifier.as_ref()?;
        Some(verifier.verify(
            algorithm as u32,
            key,
            key_length,
            message,
            message_length,
            signature,
            signature_length,
        ))
    });
    match number {
        Some(0) => PublicKeyCheck::Invalid,
        Some(1) => PublicKeyCheck::Valid,
        Some(2) => PublicKeyCheck::KeyRejected,
        _ => PublicKeyCheck::Unavailable,
    }
}

//! Verification with public keys by the platform, called with addresses in the module's memory.

use std::cell::RefCell;

use wasm_bindgen::prelude::wasm_bindgen;

use crate::signature::{Algorithm, VerifyPublicKey};

thread_local! {
    static VERIFIER: RefCell<Option<PublicKeyVerifier>> = const { RefCell::new(None) };
}

#[wasm_bindgen]
extern "C" {
    /// The platform's verification, where that is synchronous, as in Node.
    pub type PublicKeyVerifier;

    /// Verifies a signature. The arguments are the number of the algorithm, and start and length of the key (SPKI in DER), of
    /// the message and of the signature. Returns 1 if the signature is valid, 0 if it is not, and another number if the
    /// platform rejects the key.
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
}

/// Sets the platform's verification.
#[wasm_bindgen]
pub fn set_public_key_verifier(verifier: PublicKeyVerifier) {
    VERIFIER.set(Some(verifier));
}

/// Returns the platform's verification, if it has one.
pub(super) fn verifier() -> Option<VerifyPublicKey> {
    VERIFIER.with_borrow(Option::is_some).then_some(verify)
}

fn verify(algorithm: Algorithm, key: &[u8], message: &[u8], signature: &[u8]) -> Option<bool> {
    let at = |bytes: &[u8]| (bytes.as_ptr().addr(), bytes.len());
    let ((key, key_length), (message, message_length), (signature, signature_length)) =
        (at(key), at(message), at(signature));
    let result = VERIFIER.with_borrow(|verifier| {
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
    match result {
        Some(1) => Some(true),
        Some(0) => Some(false),
        _ => None,
    }
}

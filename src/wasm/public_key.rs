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

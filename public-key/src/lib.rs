//! Verification with public keys as a WebAssembly module of its own, for runtimes without `node:crypto`. JavaScript calls it in
//! place of the platform: pkg/src/public-key-verifier.ts.
#![deny(unsafe_code)]

use std::cell::RefCell;

use hookseal::signature::{Algorithm, PublicKeyCheck, verify_public_key};

thread_local! {
    /// Key, message and signature, written by JavaScript.
    static INPUT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Reserves `len` bytes and returns their address, which is valid until the next call.
#[allow(unsafe_code, reason = "an export needs a name")]
#[unsafe(no_mangle)]
pub extern "C" fn reserve(len: usize) -> *mut u8 {
    INPUT.with_borrow_mut(|input| {
        input.clear();
        input.resize(len, 0);
        input.as_mut_ptr()
    })
}

/// Verifies a signature. The reserved bytes are the key (SPKI in DER), the message and the signature, of these lengths. Returns
/// the number of a [`PublicKeyCheck`].
#[allow(unsafe_code, reason = "an export needs a name")]
#[unsafe(no_mangle)]
pub extern "C" fn verify(algorithm: usize, key: usize, message: usize) -> u32 {
    let check = INPUT.with_borrow(|input| {
        let (key, rest) = input.split_at_checked(key)?;
        let (message, signature) = rest.split_at_checked(message)?;
        Some(verify_public_key(*Algorithm::ALL.get(algorithm)?, key, message, signature))
    });
    check.unwrap_or(PublicKeyCheck::Unavailable) as u32
}

//! The bridge to JavaScript: the only file that names `wasm_bindgen`, `js_sys` or `serde_wasm_bindgen`.
//!
//! Bytes cross the boundary through one scratch buffer that JavaScript writes into and reads from, and
//! the calls on the hot path take and return numbers only.

use std::cell::RefCell;

use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroize;

use crate::json::Document;
use crate::signature::{Algorithm, hmac};

thread_local! {
    /// What JavaScript wrote for the next call, and what it reads after it. It only grows, so that the
    /// usual call allocates nothing.
    static SCRATCH: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Makes room for `len` bytes and says where they go. The address is good until a call asks for more.
#[wasm_bindgen]
pub fn scratch(len: usize) -> usize {
    SCRATCH.with_borrow_mut(|buffer| {
        if buffer.len() < len {
            // What stands there may be a secret, and a buffer that moves leaves it behind.
            buffer.zeroize();
            buffer.resize(len, 0);
        }
        buffer.as_mut_ptr().addr()
    })
}

/// Whether the first `len` bytes of the scratch buffer are one strict JSON text.
#[wasm_bindgen]
pub fn read_check(len: usize) -> bool {
    with_scratch(len, |bytes| Document::read(bytes).is_ok())
}

/// Signs the scratch buffer, which holds the key and behind it the message, and leaves the tag at its
/// start, where there has to be room for it. The answer is the length of the tag. The key is gone afterwards.
#[wasm_bindgen]
pub fn hmac_sign(algorithm: usize, key: usize, message: usize) -> usize {
    SCRATCH.with_borrow_mut(|buffer| {
        let (key, rest) = buffer.split_at_mut(key);
        let tag = hmac::sign(Algorithm::ALL[algorithm], key, &rest[..message]);
        key.zeroize();
        buffer[..tag.len()].copy_from_slice(&tag);
        tag.len()
    })
}

/// Whether the scratch buffer, which holds key, message and tag one behind the other, holds a tag of
/// the message. The key is gone afterwards.
#[wasm_bindgen]
pub fn hmac_verify(algorithm: usize, key: usize, message: usize, tag: usize) -> bool {
    with_scratch(key + message + tag, |bytes| {
        let (key, rest) = bytes.split_at_mut(key);
        let (message, tag) = rest.split_at(message);
        let matches = hmac::verify(Algorithm::ALL[algorithm], key, message, tag);
        key.zeroize();
        matches
    })
}

/// Hands over the first `len` bytes of the scratch buffer.
fn with_scratch<T>(len: usize, work: impl FnOnce(&mut [u8]) -> T) -> T {
    SCRATCH.with_borrow_mut(|buffer| work(&mut buffer[..len]))
}

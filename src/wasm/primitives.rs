//! Functions without a webhook: hashes, and the ids of the built-in providers.

use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroize;

use super::{SCRATCH, split_lengths, with_scratch, write_text};
use crate::signature::{Algorithm, hmac};

/// Writes the SHA-256 of `len` bytes of the scratch buffer, from `offset` on, into `text` as hex; returns its length.
#[wasm_bindgen]
#[must_use]
pub fn digest(offset: usize, len: usize) -> usize {
    with_scratch(offset.saturating_add(len), |bytes| {
        write_text(&[crate::webhook::digest(&bytes[offset.min(bytes.len())..]).as_bytes()])
    })
}

/// Computes a tag. The scratch buffer holds `[key][message]`; the tag is written to its start, and the key is zeroed.
/// Returns the length of the tag; 0 if there is no such algorithm, or the buffer is too short.
#[wasm_bindgen]
#[must_use]
pub fn hmac_sign(algorithm: usize, key: usize, message: usize) -> usize {
    SCRATCH.with_borrow_mut(|buffer| {
        let [key, message] = split_lengths(buffer, [key, message]);
        let tag = Algorithm::HMAC.get(algorithm).map(|algorithm| hmac::sign(*algorithm, key, message));
        key.zeroize();
        match (&tag, buffer.get_mut(..tag.as_ref().map_or(0, Vec::len))) {
            (Some(tag), Some(target)) => {
                target.copy_from_slice(tag);
                tag.len()
            }
            _ => 0,
        }
    })
}

/// Verifies a tag. The scratch buffer holds `[key][message][tag]`; the key is zeroed.
#[wasm_bindgen]
#[must_use]
pub fn hmac_verify(algorithm: usize, key: usize, message: usize, tag: usize) -> bool {
    SCRATCH.with_borrow_mut(|buffer| {
        let [key, message, tag] = split_lengths(buffer, [key, message, tag]);
        let verify = |algorithm: &Algorithm| hmac::verify(*algorithm, key, message, tag);
        let matches = Algorithm::HMAC.get(algorithm).is_some_and(verify);
        key.zeroize();
        matches
    })
}

/// The ids of the built-in providers.
#[wasm_bindgen]
#[must_use]
pub fn provider_ids() -> Vec<String> {
    crate::provider::ids().map(str::to_owned).collect()
}
